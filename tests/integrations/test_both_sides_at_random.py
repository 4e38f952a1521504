"""Both sides at work at once, with webhooks lost, doubled and late, and workers killed between any two steps: when it
is quiet, both hold the same people by the ownership table, and every message once."""

from collections import Counter
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from activity import work
from activity.consumers import consume_all
from contacts import actions as contacts
from contacts.models import Contact
from crm.outside import Unreachable
from inbox import sending
from inbox.models import Conversation, Message
from integrations import batches, processing, pushing
from integrations.connecting import connect
from integrations.models import InboundEvent, Push, SyncRun
from tests.arrivals import wait_until_readable
from tests.cast import a_workspace, acting, member
from tests.integrations.kirim.conftest import _kirim, kirim  # noqa: F401 - the stand-in, started once
from tests.integrations.kirim.stand_in import StandIn

pytestmark = pytest.mark.django_db(transaction=True)

PHONES = ("+6281234567890", "+6281234567891")
FIELDS = st.sampled_from(["name", "email"])
PEOPLE = st.sampled_from(PHONES)
KILLED = st.sampled_from(["claimed", "asked", "writing"])
MOST_ROUNDS = 12


class BothSides(RuleBasedStateMachine):
    def __init__(self, stand_in: StandIn, site: str) -> None:
        super().__init__()
        self.stand_in, self.site = stand_in, site

    @initialize()
    def begin(self) -> None:
        self.numbers = count(1)
        self.last: dict[tuple[str, str], str] = {}
        self.said: Counter[tuple[str, str]] = Counter()
        self.stand_in.reset()
        workspace = a_workspace()
        self.agent: Membership = member(workspace, f"Anna {workspace.slug}", "owner")
        opened = connect(actor=acting(self.agent), system="kirim", settings=self.stand_in.settings())
        self.connection = opened.connection
        path = reverse("integrations:hook", args=["kirim", self.connection.secrets["token"]])
        self.stand_in.arrange(target=f"{self.site}{path}", limits={"reads": 100_000, "writes": 100_000})
        for phone in PHONES:
            self._they_write(phone)
        self.quiet()

    # What people do.

    @rule(phone=PEOPLE, field=FIELDS)
    def we_edit(self, phone: str, field: str) -> None:
        contact = Contact.objects.get(workspace=self.agent.workspace, phone=phone)
        contacts.change(actor=acting(self.agent), contact=contact, **{field: self._value(phone, field)})

    @rule(phone=PEOPLE, field=FIELDS)
    def they_edit(self, phone: str, field: str) -> None:
        self.stand_in.edit_contact(self._there(phone)["id"], **{field: self._value(phone, field)})

    @rule(phone=PEOPLE)
    def they_write(self, phone: str) -> None:
        self._they_write(phone)

    @rule(phone=PEOPLE)
    def we_answer(self, phone: str) -> None:
        conversation = Conversation.objects.filter(contact__phone=phone, workspace=self.agent.workspace).latest(
            "created_at"
        )
        sending.reply(actor=acting(self.agent), conversation=conversation, body=self._words("outbound"))

    @rule(phone=PEOPLE)
    def a_colleague_answers_over_there(self, phone: str) -> None:
        self.stand_in.sends(phone, self._words("outbound"))

    # What goes right and wrong in between.

    @rule(
        double=st.booleans(),
        order=st.sampled_from(["", "reverse", "shuffle"]),
        lost=st.integers(0, 3),
        seed=st.integers(0, 99),
    )
    def webhooks_arrive(self, double: bool, order: str, lost: int, seed: int) -> None:
        self.stand_in.deliver(double=double, order=order, withhold=lost, seed=seed)

    @rule(steps=st.integers(1, 4))
    def a_worker_does_a_little(self, steps: int) -> None:
        consume_all()
        self._all_is_due()
        processing.work_off(most=steps)
        pushing.work_off(most=steps)

    @rule(when=KILLED)
    def a_worker_is_killed_over_an_event(self, when: str) -> None:
        self._all_is_due()
        if event := work._claim(InboundEvent, processing._OPEN):
            self._killed(when, lambda: processing.act(event))

    @rule(when=KILLED)
    def a_worker_is_killed_over_a_push(self, when: str) -> None:
        consume_all()
        self._all_is_due()
        if push := work._claim(Push, pushing._OPEN):
            self._killed(when, lambda: pushing._send(push))

    @rule(when=KILLED)
    def a_worker_is_killed_over_a_batch(self, when: str) -> None:
        run = self._a_batch()
        batches.step(run)
        self._all_is_due()
        if claimed := work._claim(SyncRun, batches._OPEN):
            self._killed(when, lambda: batches._step(claimed))

    @rule(cut=st.sampled_from(["before", "after"]))
    def their_line_is_cut(self, cut: str) -> None:
        self.stand_in.fails({"method": "POST", "path": "/messages", "cut": cut})

    @rule()
    def quiet(self) -> None:
        """Nobody does anything; what is lost is lost; leases run out, and a whole batch is walked."""
        for _ in range(MOST_ROUNDS):
            self.stand_in.deliver()
            if not self._settled() and not self.stand_in.state()["waiting"]:
                break
        batches.finish(self._a_batch())
        for _ in range(MOST_ROUNDS):
            self.stand_in.deliver()
            if not self._settled() and not self.stand_in.state()["waiting"]:
                break
        self._both_agree()

    @invariant()
    def nothing_is_ever_doubled(self) -> None:
        if not hasattr(self, "agent"):
            return
        here = Counter(self._messages_here())
        assert not {one: n for one, n in here.items() if n > 1}

    def teardown(self) -> None:
        if hasattr(self, "agent"):
            self.quiet()

    def _both_agree(self) -> None:
        people = {one.phone: one for one in Contact.objects.filter(workspace=self.agent.workspace, deleted_at=None)}
        assert sorted(people) == sorted(PHONES)
        for (phone, field), value in self.last.items():
            there = self._there(phone)[field]
            assert (getattr(people[phone], field), there) == (value, value), (phone, field)
        assert Counter(self._messages_here()) == self.said
        there = self.stand_in.state()["messages"]
        assert Counter((one["direction"], one["text"]["body"]) for one in there) == self.said

    def _messages_here(self) -> list[tuple[str, str]]:
        rows = Message.objects.filter(workspace=self.agent.workspace)
        return list(rows.values_list("direction", "body"))

    def _there(self, phone: str) -> dict[str, Any]:
        return next(one for one in self.stand_in.state()["contacts"] if one["phone_number"] == phone)

    def _they_write(self, phone: str) -> None:
        self.stand_in.writes(phone, self._words("inbound"), name=f"Person {phone[-1]}")

    def _value(self, phone: str, field: str) -> str:
        number = next(self.numbers)
        value = f"Name {number}" if field == "name" else f"mail{number}@example.com"
        self.last[phone, field] = value
        return value

    def _words(self, direction: str) -> str:
        words = f"Words {next(self.numbers)}"
        self.said[direction, words] += 1
        return words

    def _killed(self, when: str, act: Any) -> None:
        """The lease stays behind. asked: the other side was spoken to; writing: in the middle of the transaction."""
        if when == "claimed":
            return
        try:
            effect = act()
            if when == "writing":
                with transaction.atomic():
                    effect()
                    transaction.set_rollback(True)
        except (work.Later, work.Failed, Unreachable):
            return

    def _a_batch(self) -> SyncRun:
        waiting = SyncRun.objects.filter(connection=self.connection, state="waiting").first()
        return waiting or batches.start(actor=acting(self.agent), connection=self.connection, full=True)

    def _all_is_due(self) -> None:
        """As long after as it takes for every lease and pause to run out."""
        for model in (InboundEvent, Push, SyncRun):
            model.objects.filter(state="waiting").update(due_at=timezone.now(), leased_until=None)

    def _settled(self) -> int:
        done = 0
        wait_until_readable()
        for _ in range(MOST_ROUNDS):
            now = consume_all()
            self._all_is_due()
            now += processing.work_off() + pushing.work_off()
            done += now
            if not now:
                break
        return done


def test_both_sides_agree_whatever_happened(kirim: StandIn, live_server: LiveServer) -> None:  # noqa: F811
    run_state_machine_as_test(
        partial(BothSides, kirim, live_server.url),  # type: ignore[arg-type]  # a factory does as well
        settings=settings(
            max_examples=3, stateful_step_count=25, derandomize=True, database=None,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
