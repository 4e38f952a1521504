"""Another Parley, pulled: what its API tells, ours tells too, field by field."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from accounts.actors import person
from accounts.models import Membership, Role, Workspace
from accounts.plans import Plan
from activity.models import Event
from contacts import actions as contacts
from deals import actions as deals
from deals.models import Deal
from demo.loading import load
from demo.script import read
from demo.story import Client
from inbox.opening import open_conversation
from integrations import batches
from integrations.connecting import connect
from integrations.models import Connection, SyncRun
from tests import cast
from tests.integrations.misarmail.parleys import Parley, Reader

pytestmark = pytest.mark.django_db(transaction=True)
FAST = 1_000_000
# Of each client: the demo's whole cast would only take longer.
MOST = 4


@pytest.fixture(scope="module")
def demo_key(there: Parley, django_db_blocker: DjangoDbBlocker) -> str:
    """Of the demo workspace, which stands there."""
    with django_db_blocker.unblock(), there.at_home():
        script = read()
        owner, _ = load(replace(script, clients=tuple(map(_less, script.clients))), timezone.now() - timedelta(days=1))
        _deal_in_dinars(owner)
        return cast.key_of(owner.workspace, rate_limit=FAST)


def _less(told: Client) -> Client:
    return replace(
        told, conversations=told.conversations[:MOST], contacts=told.contacts[:MOST], prospects=told.prospects[:MOST]
    )


def _deal_in_dinars(owner: Membership) -> None:
    """Three decimals; and with a conversation in which nobody has written yet."""
    actor = person(owner)
    conversation, _ = open_conversation(
        actor=actor, channel="sms", lead_phone="+96522334455", lead_email="dana@example.com", lead_name="Dana",
        client_id=None,
    )  # fmt: skip
    for email in ("twin@example.com", "twin@example.org"):
        contacts.create(actor=actor, name="Twin", email=email, owner_id=owner.pk)
    deals.create(actor=actor, conversation_id=conversation.pk, value=1_500_250, currency="KWD", title="Pearls")


@pytest.fixture
def copy(db: None) -> Workspace:
    """An empty workspace with the same people as there."""
    workspace = cast.a_workspace(slug="copy", plan=Plan.MAX, region="DE")
    for told in read().team:
        if told.role != Role.VIEWER:
            user = cast.a_user(told.name, email=told.email)
            Membership.objects.create(workspace=workspace, user=user, role=told.role)
    return workspace


@pytest.fixture
def theirs(there: Parley, demo_key: str) -> Iterator[Reader]:
    reader = Reader(there, demo_key)
    yield reader
    reader.close()


@pytest.fixture
def ours(here: Parley, copy: Workspace) -> Iterator[Reader]:
    reader = Reader(here, cast.key_of(copy, rate_limit=FAST))
    yield reader
    reader.close()


@pytest.fixture
def connection(copy: Workspace, there: Parley, demo_key: str) -> Connection:
    settings = {"base_url": f"{there.url}/api/v1", "api_key": demo_key}
    return connect(actor=cast.acting(copy), system="misarmail", settings=settings).connection


# What each Parley gives by itself: ids, versions, and when its own row was last written.
OWN = {"id", "version", "updated_at", "external_id", "done_at"}


ORDERED = ("created_at", "name", "title", "lead_name", "email", "last_message")


class Told:
    """All that a Parley tells, with ids replaced by what they mean, so that two can be compared."""

    def __init__(self, reader: Reader) -> None:
        self.users = {one["id"]: one["email"] for one in reader.all("users")}
        self.clients = reader.all("clients")
        self.campaigns = reader.all("campaigns")
        self.contacts = reader.all("contacts")
        self.conversations = reader.all("conversations")
        self.deals = reader.all("deals")
        self.labels = reader.all("labels")
        self.follow_ups = reader.all("follow_ups")
        self.messages = {
            one["id"]: self._messages(reader, one["id"]) for one in self.conversations
        }  # fmt: skip
        named = {one["id"]: one["name"] for one in [*self.clients, *self.campaigns]}
        people = {one["id"]: self._person(one) for one in self.contacts}
        threads = {one["id"]: self.key(one) for one in self.conversations}
        self.meaning: dict[str, Any] = {**self.users, **named, **people, **threads}

    def _messages(self, reader: Reader, of: str) -> list[dict[str, Any]]:
        found = reader.all("messages", f"/conversations/{of}/messages", source="true")
        for message in found:
            for attachment in message["attachments"]:
                attachment["content"] = reader.file(attachment.pop("url"))
                del attachment["id"]
        return found

    @staticmethod
    def _person(one: dict[str, Any]) -> str:
        return f"{one['name']} {one['emails']} {one['phones']}"

    def key(self, conversation: dict[str, Any]) -> str:
        """The same in both: when it began, and what is said in it."""
        said = [message["body"][:40] for message in self.messages[conversation["id"]]]
        return f"{conversation['created_at']} {said}"

    def plain(self, row: dict[str, Any]) -> dict[str, Any]:
        """Ids are read as what they mean."""
        meant = {"client_id", "campaign_id", "contact_id", "conversation_id", "assigned_to", "owner"}
        return {
            name: self.meaning.get(value) if name in meant and value else self._of(name, value)
            for name, value in row.items() if name not in OWN
        }  # fmt: skip

    def _of(self, name: str, value: Any) -> Any:
        return [(one["name"], one["colour"]) for one in value] if name == "labels" else value

    def rows(self, noun: str) -> list[dict[str, Any]]:
        """In the same order in both."""
        found = [self.plain(row) for row in getattr(self, noun)]
        return sorted(found, key=lambda row: repr([row.get(name) for name in ORDERED]))

    def threads(self) -> dict[str, list[dict[str, Any]]]:
        found = {self.meaning[pk]: [self.plain(one) for one in said] for pk, said in self.messages.items()}
        return dict(sorted(found.items()))


def differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (one.get(name), value) for name, value in other.items() if one.get(name) != value}


def same(theirs: Reader, ours: Reader) -> Told:
    """Both tell the same; returns what we tell."""
    one, other = Told(theirs), Told(ours)
    for noun in ("clients", "campaigns", "contacts", "conversations", "deals", "labels", "follow_ups"):
        for their, our in zip(one.rows(noun), other.rows(noun), strict=True):
            assert differing(our, their) == {}, f"{noun}: {their}"
    assert other.threads() == one.threads()
    return other


def pulled(connection: Connection, *, full: bool = False) -> SyncRun:
    run = batches.start(actor=cast.acting(connection.workspace), connection=connection, full=full)
    done = batches.finish(run)
    assert done.state == SyncRun.State.DONE, done.last_error
    return done


def news(run: SyncRun) -> dict[str, tuple[int, int]]:
    """{stream: (new, changed)}, of the streams that had any."""
    counted = {stream: (counts["new"], counts["changed"]) for stream, counts in run.counts.items()}
    return {stream: found for stream, found in counted.items() if found != (0, 0)}


def events(workspace: Workspace) -> list[tuple[str, str]]:
    """What was recorded, by type and whose."""
    return list(Event.objects.filter(workspace=workspace).order_by("sequence").values_list("type", "actor_kind"))


def edit(theirs: Reader, told: Told) -> None:
    """One edit of each kind; a deal is deleted, and two people turn out to be one."""
    open_one = next(one for one in told.conversations if one["status"] == "active" and one["channel"] == "email")
    deal = next(one for one in told.deals if one["stage"] == "negotiating")
    contact = next(one for one in told.contacts if one["id"] != open_one["contact_id"])
    at, on = f"/conversations/{open_one['id']}", f"/contacts/{contact['id']}"
    said = {"direction": "outbound", "body": "One more thing: Käse & “Brot”.", "sent_at": timezone.now().isoformat()}
    theirs.call("POST", f"{at}/messages", json=said)
    theirs.call("PATCH", at, json={"status": "closed", "intent": "objection"})
    theirs.call("POST", f"{at}/labels", json={"label": "Escalated"})
    theirs.call("PATCH", f"/deals/{deal['id']}", json={"stage": "won", "value": 1234, "currency": "KWD"})
    theirs.call("PATCH", on, json={"company": "Edited GmbH", "custom_fields": {"size": 12}, "tags": ["Edited"]})
    theirs.call("DELETE", f"/deals/{next(one for one in told.deals if one['title'] == 'Pearls')['id']}")
    twins = [one for one in told.contacts if one["name"] == "Twin"]
    theirs.call("POST", f"/contacts/{twins[0]['id']}/merge", json={"contact_id": twins[1]["id"]})


def test_a_second_parley_is_copied_without_loss_and_then_followed_edit_by_edit(
    connection: Connection, theirs: Reader, ours: Reader, copy: Workspace
) -> None:
    pulled(connection)
    told = same(theirs, ours)
    assert {one["currency"] for one in told.deals} >= {"JPY", "KWD"}

    before = events(copy)
    assert news(pulled(connection)) == {}
    assert news(pulled(connection, full=True)) == {}
    assert events(copy) == before, "what was seen before is not told again"

    edit(theirs, Told(theirs))
    assert news(pulled(connection)) == {
        "labels": (2, 0), "events": (0, 2), "contacts": (0, 1), "conversations": (0, 1), "messages": (1, 1),
        "deals": (0, 1),
    }  # fmt: skip
    same(theirs, ours)
    assert Deal.objects.get(stage__key="won", value=1234).currency == "KWD"
    assert sorted(events(copy)[len(before) :]) == [
        ("contact.merged", "connection"),
        ("contact.updated", "connection"),
        ("conversation.closed", "connection"),
        ("conversation.labelled", "connection"),
        ("deal.deleted", "connection"),
        ("deal.stage_changed", "connection"),
        ("deal.updated", "connection"),
        ("deal.won", "connection"),
        ("intent.detected", "connection"),
        ("label.created", "connection"),
        ("label.created", "connection"),
        ("message.sent", "connection"),
    ]
