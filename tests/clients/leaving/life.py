"""What clients own, made at random with the product's own verbs; and what is there of it, told in plain values."""

import contextlib
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from activity import runs
from activity.models import Run
from clients.leaving import going
from clients.leaving.models import Leaving
from clients.models import Campaign, Client
from contacts import segments
from contacts.actions import create as create_contact
from contacts.merging import merge
from contacts.models import Contact, Identity, Likeness, Suppression
from contacts.suppression import suppress
from crm.errors import Conflict
from deals import actions as deals
from deals.models import Deal, StageChange
from desk.models import SavedView
from inbox import follow_ups
from inbox.composing import canned, notes
from inbox.messages import File
from inbox.models import Conversation, Message
from inbox.outside import confirm
from integrations.models import Connection
from reports.models import SavedReport, SharedReport
from tests.arrivals import write_in
from webhooks.models import Endpoint

# Few, so that two clients know the same people.
NAMES = ("ann", "bob", "cem", "dia", "eve", "fay")


@dataclass
class Life:
    """A client (or the workspace itself, without one) and its connection."""

    client: Client | None
    connection: Connection
    people: list[UUID] = field(default_factory=list)


def live(us: Actor, client: Client | None, random: Random, *, steps: int = 25) -> Life:
    whose = client.pk if client else None
    connection = Connection.objects.create(
        workspace=us.workspace, client=client, system="plain", name=f"Chat of {client}", settings={"a": 1}
    )
    life = Life(client, connection)
    campaign = Campaign.objects.create(workspace=us.workspace, client=client, name="Spring")
    canned.create(actor=us, name="Thanks", body="Thank you.", shortcut="ty", client_id=whose)
    segments.create(actor=us, name="Everybody", filters={"status": "active"}, client_id=whose)
    for number in range(steps):
        _one_thing(us, life, campaign, random, number)
    assert us.membership is not None
    SavedView.objects.create(
        workspace=us.workspace, client=client, member=us.membership, room="inbox", name=f"Of {client}",
        query=f"client={whose}&turn=ours", shared=True,
    )  # fmt: skip
    Endpoint.objects.create(workspace=us.workspace, client=client, url="https://hooks.example.com/")
    if client:
        of: dict[str, Any] = {"workspace": us.workspace, "client": client, "member": us.membership, "report": "speed"}
        SavedReport.objects.create(**of, name=f"Of {client}")
        SharedReport.objects.create(**of, digest=client.pk.hex, begins="r", expires_at=timezone.now())
    return life


def _one_thing(us: Actor, life: Life, campaign: Campaign, random: Random, number: int) -> None:
    whose = life.client.pk if life.client else None
    through = random.random() < 0.6
    name = random.choice(NAMES)
    message = write_in(
        us, f"Words {number} of {life.client}", sender=f"{name}@example.com", client_id=whose, name=name.title(),
        connection_id=life.connection.pk if through else None, campaign_id=campaign.pk if through else None,
        external_id=f"{'c' if through else 'n'}-{number}" if random.random() < 0.7 else None,
        thread_id=f"t-{name}" if random.random() < 0.5 else None,
        files=[File("a.txt", "text/plain", b"abc")] if random.random() < 0.2 else (),
    )  # fmt: skip
    conversation = message.conversation
    _what_follows(us, conversation, message, random.randrange(8), number)
    if random.random() < 0.4:
        random.choice([_merge_two, _tell_apart])(us, whose, random)


def _what_follows(us: Actor, conversation: Conversation, message: Message, kind: int, number: int) -> None:
    if kind == 0:
        deals.create(actor=us, conversation_id=conversation.pk, title=f"Deal {number}", value=100 + number)
    elif kind == 1:
        follow_ups.create(actor=us, conversation_id=conversation.pk, due_at=timezone.now())
    elif kind == 2:
        notes.write(actor=us, conversation=conversation, body="A note")
    elif kind == 3:
        suppress(actor=us, contact=Contact.objects.get(pk=conversation.contact_id), reason="asked")
    elif kind == 4 and message.connection_id:
        confirm(actor=us, message=message, external_id=f"out-{message.connection_id}-{number}")
    elif kind == 5:
        create_contact(actor=us, name=f"Alone {number}", client_id=conversation.client_id)


def _merge_two(us: Actor, whose: UUID | None, random: Random) -> None:
    people = list(Contact.objects.filter(workspace=us.workspace, client=whose, merged_into=None).order_by("pk"))
    if len(people) > 3:
        winner, loser = random.sample(people, 2)
        try:
            merge(actor=us, winner=winner, loser=loser)
        except Conflict:
            return


def _tell_apart(us: Actor, whose: UUID | None, random: Random) -> None:
    people = list(Contact.objects.filter(workspace=us.workspace, client=whose).order_by("pk"))
    if len(people) > 2:
        first, second = sorted(random.sample(people, 2), key=lambda one: one.pk)
        if not Likeness.objects.filter(first=first, second=second).exists():
            Likeness.objects.create(
                workspace=us.workspace, client_id=whose, first=first, second=second, score=70, reason="Same name",
                dismissed_at=timezone.now(), dismissed_by="Olga",
            )  # fmt: skip


def go(us: Actor, client: Client, **how: Any) -> Leaving:
    """Decided, and not begun yet."""
    return going.leave(actor=us, client=client, name=client.name, **how)


def finish(leaving: Leaving) -> Run:
    run = runs.finish(leaving.run)
    leaving.refresh_from_db()
    return run


class Killed(Exception):
    """The worker ended, here."""


def finish_while_killed(leaving: Leaving, random: Random) -> Run:
    """The same, while every other step ends in the middle, at any statement."""
    run, killed = leaving.run, 0
    while not run.is_over:
        killing = connection.execute_wrapper(_Killing(random.randrange(3, 90))) if killed % 2 == 0 else nullcontext()
        with contextlib.suppress(Killed), killing:
            runs.work_off(most=1)
        killed += 1
        Run.objects.filter(pk=run.pk, state=Run.State.WAITING).update(
            due_at=timezone.now(), attempts=0, leased_until=None
        )
        run.refresh_from_db()
    leaving.refresh_from_db()
    assert killed > 4
    return run


class _Killing:
    """Lets so many statements through, and then none of the step's transaction."""

    def __init__(self, left: int) -> None:
        self.left, self.killed = left, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left <= 0 and not self.killed and "UPDATE" not in sql[:6]:
            self.killed = True
            raise Killed
        return execute(sql, params, many, context)


def holder(pk: UUID) -> UUID:
    """Whoever stands for this contact by now."""
    above = Contact.objects.values_list("merged_into", flat=True).get(pk=pk)
    return holder(above) if above else pk


def told(us: Actor, client: Client | None) -> dict[str, Any]:
    """What whoever sees this client is shown, without the ids that a merge changes."""
    whose = client.pk if client else None
    mine: dict[str, Any] = {"workspace": us.workspace, "client": whose}
    return {
        "messages": sorted(Message.objects.filter(**mine).values_list("pk", "body", "digest")),
        "conversations": sorted(Conversation.objects.filter(**mine).values_list("pk", flat=True)),
        "deals": sorted(Deal.objects.filter(**mine).values_list("pk", "stage", "place", "value")),
        "history": sorted(StageChange.objects.filter(deal__client=whose).values_list("pk", flat=True)),
        "addresses": sorted(Identity.objects.filter(**mine).values_list("kind", "value")),
        "suppressed": sorted(Suppression.objects.filter(**mine).values_list("kind", "value")),
        "contacts": Counter(Contact.objects.filter(**mine).values_list("name", "email", "status")),
    }
