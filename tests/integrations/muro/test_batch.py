"""The batch: people by last activity until those of the last time, and what is missing of every chat."""

import resource
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from contacts.models import Contact, Identity
from inbox.models import Conversation, Message
from integrations import batches, connecting, processing, standing
from integrations.base import Connected
from integrations.models import Connection, InboundEvent, SyncRun, Watermark
from integrations.muro import batch
from tests import cast
from tests.integrations.muro.control import KEY, StandIn, contact, conversation, identified, message, tell

BOB = {"id": "con_1", "email": "bob@example.com", "name": "Bob"}


def walk(connection: Connection, *, full: bool = False) -> SyncRun:
    run = batches.start(actor=Connected(connection).actor, connection=connection, full=full)
    return batches.finish(run)


def on(run: SyncRun) -> SyncRun:
    """The batch goes on, as if its pause were over."""
    Watermark.objects.filter(stream__startswith="rest.").delete()
    SyncRun.objects.update(due_at=timezone.now())
    run.refresh_from_db()
    return batches.finish(run)


def bodies(id: str) -> list[str]:
    rows = Message.objects.filter(conversation__external_id=id).order_by("occurred_at", "position")
    return [row.body for row in rows]


def test_people_come_in_with_their_score(muro: StandIn, connection: Connection) -> None:
    muro.load(
        [contact(1, conversation_count=3), contact(2, email=None, name=None), contact(3, conversation_count=None)]
    )
    run = walk(connection)
    assert (run.state, run.counts["contacts"]["new"], run.counts["contacts"]["seen"]) == ("done", 3, 3)
    assert list(Contact.objects.order_by("email").values_list("name", "email", "custom_fields")) == [
        ("", "", {"engagement_score": 1}),
        ("Visitor 1", "visitor1@example.com", {"engagement_score": 3}),
        ("Visitor 3", "visitor3@example.com", {}),
    ]
    assert Identity.objects.filter(kind="muro").count() == 3
    assert Contact.objects.get(name="Visitor 1").last_activity_at.isoformat() == "2026-05-23T12:01:00+00:00"


def test_the_next_batch_stops_at_those_of_the_last_one(muro: StandIn, connection: Connection) -> None:
    muro.tell("fill", count=250)
    walk(connection)
    assert len(muro.calls("GET", "/contacts")) == 3
    muro.tell("fill", count=2, first=250)
    muro.load([contact(7, id="con_000007", conversation_count=9, last_seen_at="2023-11-15T00:00:00Z")])
    run = walk(connection)
    assert len(muro.calls("GET", "/contacts")) == 4
    assert run.counts["contacts"]["seen"] == 4  # two new ones, the one that moved up, and the newest of the last time
    assert Contact.objects.count() == 252
    assert Contact.objects.get(email="visitor7@example.com").custom_fields == {"engagement_score": 9}


def test_a_full_batch_sees_everybody_again_and_changes_nothing(muro: StandIn, connection: Connection) -> None:
    muro.tell("fill", count=150)
    walk(connection)
    run = walk(connection, full=True)
    assert (run.counts["contacts"]["seen"], run.counts["contacts"]["same"]) == (150, 150)
    assert "changed" not in {name for name, count in run.counts["contacts"].items() if count}


def test_people_without_a_time_are_all_seen(muro: StandIn, connection: Connection) -> None:
    muro.load([contact(number, last_seen_at=None) for number in range(130)])
    walk(connection)
    assert walk(connection).counts["contacts"]["seen"] == 130


def test_every_chat_comes_with_whoever_it_is_with(muro: StandIn, connection: Connection) -> None:
    anonymous = {"id": "vis_9", "name": None, "email": None}
    muro.load(
        [contact(1, id="con_1", email="bob@example.com", name="Bob")],
        [conversation("cnv_1", BOB, minute=2), conversation("conv_2", anonymous, minute=3), conversation("cnv_3")],
        cnv_1=[message("msg_1", "Hi", minute=1), message("msg_2", "Hello", minute=2, sender="agent")],
        conv_2=[message("msg_3", "Anybody?", minute=3)], cnv_3=[message("msg_4", "Who am I?")],
    )  # fmt: skip
    run = walk(connection)
    assert (run.state, run.counts["transcripts"]["missing"]) == ("done", 3)
    assert (bodies("cnv_1"), bodies("conv_2"), bodies("cnv_3")) == (["Hi", "Hello"], ["Anybody?"], ["Who am I?"])
    assert Conversation.objects.get(external_id="cnv_1").contact.email == "bob@example.com"
    assert set(Identity.objects.filter(kind="muro").values_list("value", flat=True)) == {"con_1", "vis_9", "cnv_3"}
    assert standing.standing(connection).words == "Complete"


def test_a_chat_that_did_not_change_is_not_read_again(muro: StandIn, connection: Connection) -> None:
    muro.load(
        (), [conversation("cnv_1", BOB), conversation("cnv_2", BOB)], cnv_1=[message("msg_1")], cnv_2=[message("m")]
    )
    walk(connection)
    muro.tell("say", conversation="cnv_2", content="One more thing")
    run = walk(connection)
    assert [call["path"] for call in muro.calls("GET", "/messages")[2:]] == ["/conversations/cnv_2/messages"]
    assert (run.counts["transcripts"]["missing"], bodies("cnv_2")) == (1, ["Hello", "One more thing"])
    assert walk(connection).counts.get("transcripts") is None


def test_an_empty_chat_is_read_once(muro: StandIn, connection: Connection) -> None:
    muro.load((), [conversation("cnv_1", BOB)])
    walk(connection)
    walk(connection)
    assert (len(muro.calls("GET", "/messages")), Conversation.objects.count()) == (1, 0)
    assert Contact.objects.get().email == "bob@example.com"


def test_each_missing_message_of_a_known_chat_is_one(muro: StandIn, connection: Connection) -> None:
    muro.load((), [conversation("cnv_1", BOB)], cnv_1=[message("msg_1", minute=1)])
    tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    for number in range(3):
        muro.tell("say", conversation="cnv_1", content=f"Line {number}")
    assert walk(connection).counts["transcripts"]["missing"] == 3
    assert bodies("cnv_1") == ["Hello", "Line 0", "Line 1", "Line 2"]


def test_a_chat_that_is_gone_holds_up_nobody(muro: StandIn, connection: Connection) -> None:
    muro.load((), [conversation("cnv_1", BOB), conversation("cnv_2", BOB)], cnv_1=[message("a")], cnv_2=[message("b")])
    muro.tell("fail", method="GET", path="cnv_1/messages", do="error", status=404, type="not_found")
    run = walk(connection)
    assert (run.state, run.counts["transcripts"]["failed"], bodies("cnv_2")) == ("done", 1, ["Hello"])


def test_a_list_with_nonsense_in_it_is_read_past_it(muro: StandIn, connection: Connection) -> None:
    odd: list[dict[str, Any]] = [
        {"id": "x" * 400, "email": "no address", "name": 5, "conversation_count": "many", "last_seen_at": "never"},
        {"id": "con\n3\x00", "email": None},
        {"id": "", "email": "", "name": "Nobody"},
        {"id": "con_2", "email": "two@example.com", "surprise": {"deep": [None]}},
    ]
    muro.load(
        odd, [{"id": "cnv_1", "visitor": "nobody", "last_message": None, "updated_at": None}], cnv_1=[message("a")]
    )
    run = walk(connection)
    assert (run.state, Contact.objects.filter(email="two@example.com").count(), bodies("cnv_1")) == (
        "done",
        1,
        ["Hello"],
    )


@pytest.mark.parametrize("fault", ["error", "cut_before", "cut_after", "garbage"])
def test_a_batch_goes_on_where_it_stumbled(muro: StandIn, connection: Connection, fault: str) -> None:
    muro.tell("fill", count=250)
    muro.tell("fail", method="GET", path="/contacts", do=fault, after=1, status=500, type="api_error")
    run = walk(connection)
    assert (run.state, Contact.objects.count(), run.attempts) == ("waiting", 100, 1)
    assert KEY not in run.last_error
    run = on(run)
    assert (run.state, Contact.objects.count(), run.counts["contacts"]["seen"]) == ("done", 250, 250)
    assert [call["query"].get("cursor") is None for call in muro.calls("GET", "/contacts")] == [
        True,
        False,
        False,
        False,
    ]


def test_a_chat_that_muro_cannot_hand_out_holds_up_nobody_and_is_missing_until_it_can(
    muro: StandIn, connection: Connection
) -> None:
    muro.load((), [conversation("cnv_1", BOB, minute=2), conversation("cnv_2", BOB)],
              cnv_1=[message("a")], cnv_2=[message("b")])  # fmt: skip
    muro.tell("fail", method="GET", path="cnv_1/messages", do="error", status=500, type="api_error", times=5)
    run = walk(connection)
    for _ in range(batch.PATIENCE - 1):
        run = on(run)
    assert (run.state, bodies("cnv_2"), bodies("cnv_1")) == ("done", ["Hello"], [])
    assert standing.standing(connection).words == "1 missing"
    InboundEvent.objects.update(due_at=timezone.now())
    processing.work_off()
    assert (bodies("cnv_1"), standing.standing(connection).words) == (["Hello"], "Complete")


def test_times_in_the_future_hide_nobody_who_comes_later(muro: StandIn, connection: Connection) -> None:
    muro.load([contact(1, last_seen_at="2150-01-01T00:00:00Z")], [conversation("cnv_1", BOB)], cnv_1=[message("a")])
    muro.load((), [conversation("cnv_1", BOB, updated_at="2150-01-01T00:00:00Z")])
    walk(connection)
    soon = (timezone.now() + timedelta(seconds=5)).isoformat()
    muro.load([contact(2, last_seen_at=soon)])
    muro.tell("say", conversation="cnv_1", content="Are you there?")
    muro.load((), [conversation("cnv_1", BOB, updated_at=soon)])
    walk(connection)
    assert Contact.objects.filter(email="visitor2@example.com").exists()
    assert bodies("cnv_1") == ["Hello", "Are you there?"]


def test_a_batch_that_was_killed_between_pages_goes_on_there(muro: StandIn, connection: Connection) -> None:
    """What was fetched and not yet taken in is fetched again; nothing is taken in twice."""
    muro.tell("fill", count=250)
    run = batches.start(actor=Connected(connection).actor, connection=connection)
    assert batches.step(run)
    run.refresh_from_db()
    batch.fetch(Connected(connection), run, run.cursor)  # and here the worker dies
    run = batches.finish(run)
    assert (run.state, run.counts["contacts"]["new"], Contact.objects.count()) == ("done", 250, 250)


def test_a_batch_never_asks_more_than_the_limit_and_leaves_some_to_replies(
    muro: StandIn, connection: Connection
) -> None:
    muro.tell("fill", count=5_000, people=50)
    muro.tell("set", per_window=50)
    before = timezone.now()
    run = walk(connection)
    assert (run.state, len(muro.calls()), run.attempts) == ("waiting", 30, 0)
    assert before + timedelta(seconds=55) < run.due_at <= timezone.now() + timedelta(seconds=60)
    muro.tell("set", per_window=81)
    run = on(run)
    assert (run.state, run.counts["contacts"]["seen"]) == ("done", 5_000)
    assert {call["status"] for call in muro.calls()} == {200}


def test_a_long_walk_needs_no_more_memory_than_a_short_one(muro: StandIn, connection: Connection) -> None:
    muro.tell("set", per_window=1_000)
    muro.tell("fill", count=2_000, people=200)
    walk(connection)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    muro.tell("fill", count=20_000, people=200)
    run = walk(connection, full=True)
    assert (run.counts["contacts"]["seen"], run.counts["contacts"]["same"]) == (20_000, 20_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 10_000  # kB


def test_where_the_limit_is_used_up_by_others_a_batch_waits_as_long_as_muro_says(
    muro: StandIn, connection: Connection
) -> None:
    muro.tell("fill", count=150)
    muro.tell(
        "fail", method="GET", path="/contacts", do="error", after=1, status=429, type="rate_limit_error",
        headers={"retry_after": "17"},
    )  # fmt: skip
    before = timezone.now()
    run = walk(connection)
    assert (run.state, run.attempts, len(muro.calls())) == ("waiting", 0, 2)
    assert before + timedelta(seconds=16) < run.due_at <= timezone.now() + timedelta(seconds=17)
    assert on(run).state == "done"


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"status": 401, "type": "authentication_error"},
         "muro does not accept the API key. Make a new one in muro and enter it here."),
        ({"status": 403, "type": "permission_error"},
         "muro's API key may not do this. Give it the right in muro, or enter another key here."),
    ],
)  # fmt: skip
def test_a_key_that_is_refused_ends_the_batch_in_words(
    muro: StandIn, connection: Connection, wish: dict[str, Any], sentence: str
) -> None:
    muro.tell("fail", method="GET", path="/contacts", do="error", **wish)
    run = walk(connection)
    assert (run.state, run.last_error) == ("dead", sentence)
    connection.refresh_from_db()
    assert connection.failure == sentence
    assert walk(connection).state == "done"
    connection.refresh_from_db()
    assert connection.failing_since is None


def test_a_key_that_works_is_said_to(muro: StandIn, connection: Connection, admin: Membership) -> None:

    assert connecting.check(actor=cast.acting(admin), connection=connection) == "muro answers, and the API key works."


def test_two_batches_of_the_same_make_one_of_everything(muro: StandIn, connection: Connection) -> None:
    muro.load([contact(1)], [conversation("cnv_1", BOB)], cnv_1=[message("msg_1")])
    walk(connection)
    walk(connection, full=True)
    assert (Contact.objects.count(), Message.objects.count(), InboundEvent.objects.count()) == (1, 1, 1)
