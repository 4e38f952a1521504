"""Two Parleys, each connected with the other: what is said or changed in one stands in both, once, and then they fall
silent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.models import Workspace
from activity.consumers import consume_all
from activity.models import Event
from contacts.models import Contact
from deals.models import Deal
from inbox.models import Conversation, Message
from integrations import batches, pushing
from integrations.connecting import connect
from integrations.models import Connection, SyncRun
from tests import cast
from tests.arrivals import wait_until_readable
from tests.integrations.misarmail.parleys import Parley, Reader

pytestmark = pytest.mark.django_db(transaction=True)
SLUG = "both-ways"


@dataclass
class Half:
    """One of the two: its workspace, its API, its connection to the other."""

    parley: Parley
    workspace: Workspace
    api: Reader
    key: str
    connection: Connection | None = None

    def joined_to(self, other: "Half") -> None:
        with self.parley.at_home():
            settings = {"base_url": f"{other.parley.url}/mail/v1", "api_key": other.key}
            made = connect(actor=cast.acting(self.workspace), system="misarmail", settings=settings)
            self.connection = made.connection

    def looks(self) -> None:
        with self.parley.at_home():
            assert self.connection is not None
            run = batches.start(actor=cast.acting(self.workspace), connection=self.connection)
            run = batches.finish(run)
            assert run.state == SyncRun.State.DONE, run.last_error

    def tells(self) -> int:
        """How many pushes it had."""
        with self.parley.at_home():
            wait_until_readable()
            consume_all()
            with time_machine.travel(timezone.now() + timedelta(seconds=40)):
                return pushing.work_off()

    def happened(self) -> int:
        with self.parley.at_home():
            return Event.objects.filter(workspace=self.workspace).count()

    def rows(self) -> dict[str, int]:
        with self.parley.at_home():
            tables: dict[str, Any] = {"people": Contact, "threads": Conversation, "messages": Message, "deals": Deal}
            return {name: model.objects.filter(workspace=self.workspace).count() for name, model in tables.items()}

    def stands(self) -> list[tuple[Any, ...]]:
        """Each conversation, as the API tells it."""
        found = [
            (
                one["lead_email"], one["status"], one["intent"],
                [said["body"] for said in self.api.all("messages", f"/conversations/{one['id']}/messages")],
            )
            for one in self.api.all("conversations")
        ]  # fmt: skip
        return sorted(found, key=repr)


def a_half(parley: Parley) -> Half:
    with parley.at_home():
        workspace = cast.a_workspace(slug=f"{SLUG}-{timezone.now().timestamp()}".replace(".", "-"))
        key = cast.key_of(workspace, rate_limit=1_000_000)
    return Half(parley, workspace, Reader(parley, key), key)


@pytest.fixture
def halves(here: Parley, there: Parley, db: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Half, Half]]:
    one, other = a_half(here), a_half(there)
    one.joined_to(other)
    other.joined_to(one)
    yield one, other
    one.api.close()
    other.api.close()


def begins(half: Half, email: str, body: str) -> str:
    """Somebody writes; returns the id of the conversation."""
    opened = half.api.call("POST", "/conversations", json={"channel": "email", "lead_email": email, "lead_name": "P"})
    pk: str = opened["conversation"]["id"]
    said = {"direction": "inbound", "body": body, "received_at": timezone.now().isoformat()}
    half.api.call("POST", f"/conversations/{pk}/messages", json=said)
    return pk


def quiet(one: Half, other: Half, *, most: int = 4) -> None:
    """Both look and tell until nothing happens any more."""
    for _ in range(most):
        before = one.happened(), other.happened()
        for half in (one, other):
            half.looks()
            half.tells()
        if (one.happened(), other.happened()) == before:
            return
    raise AssertionError("they go on and on")


def test_two_that_are_connected_with_each_other_agree_and_fall_silent(halves: tuple[Half, Half]) -> None:
    one, other = halves
    first, second = begins(one, "priya@example.com", "Question?"), begins(other, "tom@example.com", "Hello")
    one.api.call("POST", "/deals", json={"conversation_id": first, "value": 700, "currency": "JPY", "title": "Tea"})
    quiet(one, other)
    assert one.rows() == other.rows() == {"people": 2, "threads": 2, "messages": 2, "deals": 1}
    assert one.stands() == other.stands()

    # what is said to the copy, and changed on it, comes home
    (copy,) = [row for row in other.api.all("conversations") if row["lead_email"] == "priya@example.com"]
    said = {"direction": "outbound", "body": "An answer.", "sent_at": timezone.now().isoformat()}
    other.api.call("POST", f"/conversations/{copy['id']}/messages", json=said)
    other.api.call("PATCH", f"/conversations/{copy['id']}", json={"status": "closed", "intent": "question"})
    quiet(one, other)
    assert one.stands() == other.stands()
    home = one.api.call("GET", f"/conversations/{first}")["conversation"]
    assert (home["status"], home["intent"], home["message_count"]) == ("closed", "question", 2)

    # both change the same conversation: the last writer wins, on both sides
    (copy,) = [row for row in one.api.all("conversations") if row["lead_email"] == "tom@example.com"]
    one.api.call("PATCH", f"/conversations/{copy['id']}", json={"intent": "objection"})
    other.api.call("PATCH", f"/conversations/{second}", json={"intent": "booking"})
    quiet(one, other)
    assert one.stands() == other.stands()
    assert other.api.call("GET", f"/conversations/{second}")["conversation"]["intent"] == "booking"
    # that Tom wants to meet opened a deal, there, and once
    assert one.rows() == other.rows() == {"people": 2, "threads": 2, "messages": 3, "deals": 2}
