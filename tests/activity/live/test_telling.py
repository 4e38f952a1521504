"""Who is told what, in which order, while it happens."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity import log
from activity.live import announce, hub
from activity.live.hub import Hub
from activity.live.reading import Connection
from activity.models import Event
from activity.types import EventType
from clients.models import Client
from tests.activity.conftest import Happen
from tests.activity.live.conftest import Follow, place
from tests.activity.live.streams import Stream
from tests.activity.test_commit_order import write
from tests.arrivals import wait_until_readable
from tests.crowd import at_once, second_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def created() -> Callable[[Workspace, Client | None], Event]:
    """A client.created of this workspace, as if `client` or nobody's in particular were meant."""

    def make(workspace: Workspace, client: Client | None) -> Event:
        with transaction.atomic():
            return log.record(
                system(workspace, "test"), EventType.CLIENT_CREATED, workspace, client=client.pk if client else None
            )

    return make


Created = Callable[[Workspace, Client | None], Event]


def test_an_event_is_told_with_its_place_and_ids_and_nothing_else(
    follow: Follow, agent: Membership, owner: Membership, harbour: Client, actor: Callable[..., Actor]
) -> None:
    stream, conversation, contact = follow(agent), uuid4(), uuid4()
    with transaction.atomic():
        event = log.record(
            actor(owner), EventType.MESSAGE_DELIVERY_CHANGED, harbour, client=harbour.pk, conversation_id=conversation,
            contact_id=contact, channel="email", state="failed", words="550 no such secret mailbox",
        )  # fmt: skip
    (told,) = stream.take(1)
    assert (told.event, told.id) == ("message", place(event))
    assert told.data == {
        "type": "message.delivery_changed", "subject": "client", "id": str(harbour.pk), "by": str(owner.pk),
        "conversation": str(conversation), "contact": str(contact),
    }  # fmt: skip
    assert "secret" not in told.raw


def test_a_deal_a_conversation_and_a_contact_are_named_as_what_they_are(
    follow: Follow, agent: Membership, workspace: Workspace
) -> None:
    from deals import actions
    from tests.pages.conftest import wrote

    stream = follow(agent)
    conversation = wrote(workspace, None, "Priya Patel", "A demo, please.", None)
    deal = actions.create(actor=system(workspace, "test"), conversation_id=conversation.pk, title="Bread")
    told = {one.data["type"]: one.data for one in stream.take(4)}
    row = {"conversation": str(conversation.pk), "contact": str(conversation.contact_id)}
    assert told["contact.created"].items() >= {"contact": row["contact"], "subject": "contact"}.items()
    assert told["conversation.created"].items() >= {**row, "subject": "conversation"}.items()
    assert told["message.received"].items() >= {**row, "subject": "message"}.items()
    assert told["deal.created"].items() >= {**row, "deal": str(deal.pk), "subject": "deal"}.items()
    assert "by" not in told["deal.created"]


@pytest.fixture
def streams(
    follow: Follow, agent: Membership, viewer: Membership, other_client_agent: Membership, outsider: Membership
) -> dict[str, Stream]:
    return {
        "agent": follow(agent),
        "viewer": follow(viewer),
        "meadow's agent": follow(other_client_agent),
        "outsider": follow(outsider),
    }


def test_everybody_hears_of_their_workspace_and_clients_alone(
    streams: dict[str, Stream], created: Created, workspace: Workspace, outsider: Membership, harbour: Client,
    meadow: Client,
) -> None:  # fmt: skip
    elsewhere = outsider.workspace
    of_harbour, of_meadow, of_none = [place(created(workspace, client)) for client in (harbour, meadow, None)]
    theirs = place(created(elsewhere, None))
    # What is told last shows that nothing else came before it.
    end, meadows_end, their_end = [
        place(created(*where)) for where in ((workspace, harbour), (workspace, meadow), (elsewhere, None))
    ]
    heard = {
        "agent": [of_harbour, of_meadow, of_none, end, meadows_end],
        "viewer": [of_harbour, end],
        "meadow's agent": [of_meadow, meadows_end],
        "outsider": [theirs, their_end],
    }
    assert {who: [one.id for one in stream.take(len(heard[who]))] for who, stream in streams.items()} == heard


def test_what_is_for_the_team_alone_is_not_told_to_a_clients_viewer_neither_now_nor_later(
    follow: Follow, agent: Membership, viewer: Membership, happen: Happen
) -> None:
    streams = [follow(agent), follow(viewer)]
    note = place(happen(EventType.NOTE_CREATED, conversation_id=uuid4(), contact_id=uuid4(), mentions=[]))
    after = place(happen())
    assert [[one.id for one in stream.take(count)] for stream, count in zip(streams, (2, 1), strict=True)] == [
        [note, after], [after]
    ]  # fmt: skip
    wait_until_readable()
    assert [one.id for one in follow(agent, after="0-0", ready=False).until("ready")] == [note, after]
    assert [one.id for one in follow(viewer, after="0-0", ready=False).until("ready")] == [after]


def test_what_admins_did_is_told_to_who_runs_the_whole_workspace_neither_now_nor_later_to_others(
    follow: Follow, owner: Membership, agent: Membership, viewer: Membership, happen: Happen
) -> None:
    people = (owner, agent, viewer)
    streams = [follow(who) for who in people]
    switched = place(happen(EventType.REACTION_SWITCHED, reaction="open_deal", enabled=False))
    after = place(happen())
    heard = [[switched, after], [after], [after]]
    assert [[one.id for one in stream.take(len(ids))] for stream, ids in zip(streams, heard, strict=True)] == heard
    wait_until_readable()
    assert [[one.id for one in follow(who, after="0-0", ready=False).until("ready")] for who in people] == heard


def test_an_announcement_reaches_who_may_see_the_client_and_nobody_else(
    streams: dict[str, Stream], workspace: Workspace, outsider: Membership, harbour: Client, meadow: Client
) -> None:
    looked_at = [uuid4() for _ in range(3)]
    wheres = [(workspace.pk, harbour.pk), (workspace.pk, meadow.pk), (outsider.workspace_id, None)]
    for number, (space, client) in enumerate(wheres):
        announce(space, client, type="tag.moved", subject="conversation", id=looked_at[number])
    heard = {
        "agent": looked_at[:2],
        "viewer": looked_at[:1],
        "meadow's agent": looked_at[1:2],
        "outsider": looked_at[2:],
    }
    for who, stream in streams.items():
        assert [one.data["id"] for one in stream.take(len(heard[who]))] == [str(one) for one in heard[who]], who


def test_an_announcement_says_what_and_by_whom_leaves_no_row_and_is_not_told_again(
    follow: Follow, agent: Membership, owner: Membership, workspace: Workspace, harbour: Client, happen: Happen
) -> None:
    stream, looked_at = follow(agent), uuid4()
    announce(workspace.pk, harbour.pk, type="tag.moved", subject="conversation", id=looked_at, by=owner.pk)
    (told,) = stream.take(1)
    assert (told.event, told.id) == ("announced", None)
    assert told.data == {
        "type": "tag.moved", "subject": "conversation", "id": str(looked_at), "by": str(owner.pk)
    }  # fmt: skip
    assert not Event.objects.exists()
    event = place(happen())
    wait_until_readable()
    assert [one.id for one in follow(agent, after="0-0", ready=False).until("ready")] == [event]


def test_an_announcement_waits_for_the_commit_and_goes_with_the_rollback(
    follow: Follow, agent: Membership, workspace: Workspace
) -> None:
    stream, first, second = follow(agent), uuid4(), uuid4()
    with transaction.atomic():
        announce(workspace.pk, None, type="tag.moved", subject="conversation", id=first)
        transaction.set_rollback(True)
    announce(workspace.pk, None, type="tag.moved", subject="conversation", id=second)
    assert stream.take(1)[0].data["id"] == str(second)


def test_what_commits_late_is_told_in_its_place_once_nothing_can_come_before_it(
    follow: Follow, agent: Membership, workspace: Workspace
) -> None:
    stream = follow(agent)
    with second_connection() as slow, second_connection() as fast:
        earlier, later = write(slow, workspace), write(fast, workspace)
        fast.commit()
        # The hub looks and finds that it has to wait; an announcement, which has no place, overtakes.
        announce(workspace.pk, None, type="tag.moved", subject="conversation", id=uuid4())
        assert stream.take(1)[0].event == "announced"
        slow.commit()
    assert [sequence_of(one.id) for one in stream.take(2)] == [earlier, later]


def test_what_waits_only_for_an_older_transaction_that_wrote_nothing_is_told_when_that_ends(
    follow: Follow, agent: Membership, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, look = threading.Event(), Hub._look

    async def seen(self: Hub, connection: Connection) -> None:
        await look(self, connection)
        if self.newest:
            looked.set()

    monkeypatch.setattr(Hub, "_look", seen)
    monkeypatch.setattr(hub, "IDLE", 120)  # longer than a stream is listened to here
    stream = follow(agent)
    with second_connection() as idle, second_connection() as fast:
        idle.execute("SELECT pg_current_xact_id()")
        held = write(fast, workspace)
        fast.commit()
        assert looked.wait(20)  # and found that it cannot be read yet
        idle.rollback()  # nobody is notified of this
        assert [sequence_of(one.id) for one in stream.take(1)] == [held]


def test_of_many_who_write_at_once_every_stream_hears_everything_in_the_logs_order(
    follow: Follow, agent: Membership, owner: Membership, workspace: Workspace
) -> None:
    streams = [follow(who) for who in (agent, owner)]

    def busy() -> int:
        written = 0
        for number in range(20):
            with second_connection() as mine:
                for _ in range(number % 4 + 1):
                    write(mine, workspace)
                    written += 1
                    mine.execute("SELECT pg_sleep(random() * 0.005)")
                mine.commit()
        return written

    total = sum(count for count in at_once([busy] * 6) if isinstance(count, int))
    told = [[one.id for one in stream.take(total)] for stream in streams]
    in_order = [str(log.position_of(event)) for event in Event.objects.order_by("transaction", "sequence")]
    assert len(in_order) == total
    assert told == [in_order, in_order]


def test_a_transaction_of_many_events_notifies_once(happen: Happen) -> None:
    with second_connection(autocommit=True) as listening:
        listening.execute("LISTEN parley_events")
        with transaction.atomic():
            for _ in range(5):
                happen()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()::text")
                number = cursor.fetchone()[0]
        heard = [notify.payload for notify in listening.notifies(timeout=30, stop_after=1)]
        assert heard == [number]


def sequence_of(id: str | None) -> int:
    return int(str(id).partition("-")[2])


@pytest.mark.parametrize("type", [EventType.MEMBER_LEFT, EventType.MEMBER_CHANGED])
def test_the_streams_of_whoever_may_see_less_end_and_nobody_elses(
    follow: Follow, agent: Membership, owner: Membership, created: Created, actor: Callable[..., Actor], type: EventType
) -> None:
    theirs, others = follow(agent), follow(owner)
    changed: dict[str, Any] = {"changed_fields": ["role"]} if type == EventType.MEMBER_CHANGED else {}
    with transaction.atomic():
        log.record(actor(owner), type, agent, name="Anna Agent", role="agent", **changed)
    created(agent.workspace, None)
    assert theirs.next() is None
    assert [told.data["type"] for told in others.take(2)] == [type, "client.created"]
