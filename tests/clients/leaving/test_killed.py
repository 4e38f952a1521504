"""kill -9 of whoever moves or erases a client, in the middle of its steps: another goes on from there, and everything
is where it belongs, once. Whoever is killed is a process of its own, with a connection of its own: it tidies nothing
up, and the database learns of its end as it does of a worker's."""

import io
import json
import zipfile
from collections import Counter
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Event, Run
from clients.leaving import exporting
from clients.leaving.models import Leaving
from clients.models import Client
from contacts.models import Contact
from deals import actions as deals
from inbox.chain import faults
from inbox.models import Conversation, Message
from tests.arrivals import write_in
from tests.cast import acting
from tests.clients.leaving.killed import work_until_killed
from tests.clients.leaving.life import go, told

pytestmark = pytest.mark.django_db(transaction=True)
# Statements that one of them gets through: a move takes some hundred.
FEWEST, MOST = 40, 200
TRIES = 100


@pytest.fixture
def us(owner: Membership) -> Actor:
    return acting(owner)


def live(us: Actor, client: Client, *names: str) -> None:
    for name in names:
        message = write_in(us, f"I am {name}", sender=f"{name}@example.com", client_id=client.pk, name=name.title())
        deals.create(actor=us, conversation_id=message.conversation_id, title=f"Offer for {name}", value=100)


def finish_while_killed(run: Run, random: Random) -> int:
    """One process after the other, until the run is over; how many were killed."""
    killed = 0
    for _ in range(TRIES):
        killed += work_until_killed(random.randrange(FEWEST, MOST))
        # Its lease would run out in a minute. Waits where the database has not noticed yet that nobody is there.
        Run.objects.filter(pk=run.pk, state=Run.State.WAITING).update(leased_until=timezone.now())
        run.refresh_from_db()
        if run.is_over:
            return killed
    pytest.fail(f"It is not over after {TRIES} processes.")


def exported(leaving: Leaving, name: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(b"".join(exporting.archive(leaving)))) as whole:
        return sorted(json.loads(line)["id"] for line in whole.read(name).splitlines())


def happened(*types: str) -> Counter[Any]:
    return Counter(Event.objects.filter(type__in=types).values_list("subject_id", flat=True))


@pytest.mark.parametrize("fate", ["move", "erase"])
def test_whoever_is_killed_in_the_middle_another_ends_it_as_if_nobody_had_been(
    us: Actor, harbour: Client, meadow: Client, fate: str
) -> None:
    live(us, harbour, "ann", "bob", "cem", "dia", "eve")
    live(us, meadow, "ann", "mia")
    here, there = told(us, harbour), told(us, meadow)
    people = set(Contact.objects.filter(client=harbour).values_list("pk", flat=True))
    said = sorted(str(pk) for pk in Message.objects.filter(client=harbour).values_list("pk", flat=True))
    last = Event.objects.latest("sequence").sequence
    leaving = go(us, harbour, fate=fate, target=meadow if fate == "move" else None, exports=True)

    assert finish_while_killed(leaving.run, Random(7)) > 3  # noqa: S311 (a test's own dice)

    leaving.refresh_from_db()
    run = Run.objects.get(pk=leaving.run_id)
    assert (run.state, run.last_error, run.failed_count) == ("done", "", 0)
    assert exported(leaving, "messages.jsonl") == said
    assert not list(faults(Conversation.objects.filter(workspace=us.workspace)))
    assert happened("client.emptied") == {harbour.pk: 1}
    after = told(us, meadow)
    if fate == "erase":
        assert happened("contact.erased") == dict.fromkeys(people, 1)
        assert set(Message.objects.filter(client=harbour).values_list("body", flat=True)) == {""}
        assert after == there
        return
    for kind in ("messages", "conversations", "deals", "history"):
        assert after[kind] == sorted(here[kind] + there[kind]), kind
    assert after["addresses"] == sorted({*here["addresses"], *there["addresses"]})
    assert not Contact.objects.filter(client=harbour).exists()
    moved = Event.objects.filter(sequence__gt=last, type="contact.updated", payload__changed_fields=["client_id"])
    assert Counter(moved.values_list("subject_id", flat=True)) == dict.fromkeys(people, 1)
    assert sum(happened("contact.merged").values()) == 1
