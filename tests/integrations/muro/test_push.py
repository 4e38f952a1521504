"""What we write goes to muro once, and is known for ours when it comes back."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from activity.consumers import consume_all
from contacts.suppression import suppress
from inbox import outside, sending
from inbox.composing import notes
from inbox.composing.models import Note
from inbox.messages import Draft
from inbox.models import Conversation, Message, MessageDelivery
from inbox.opening import add_message
from integrations import batches, pushing
from integrations.base import Connected
from integrations.models import Connection, Link, Push
from tests import cast
from tests.arrivals import wait_until_readable
from tests.integrations.muro.control import KEY, StandIn, conversation, identified, message, tell

BOB = {"id": "vis_1", "email": "bob@example.com", "name": "Bob"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chat(muro: StandIn, connection: Connection) -> Conversation:
    muro.load(conversations=[conversation("cnv_1", BOB)], cnv_1=[message("msg_1", "What does it cost?")])
    tell(connection, identified(visitor=BOB, conversation_id="cnv_1"))
    push()
    return Conversation.objects.get()


def push() -> None:
    """What the log asks for is told to muro, as far as it is due."""
    wait_until_readable()
    consume_all()
    pushing.work_off()


def push_again() -> None:
    """The same after the pause."""
    Push.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))
    pushing.work_off()


def there(muro: StandIn) -> list[tuple[str, str]]:
    """What muro has of the chat besides the visitor's."""
    return [(one["kind"], one["content"]) for one in muro.tell("transcripts")["cnv_1"] if one["sender_type"] == "agent"]


def states(message: Message) -> list[tuple[str, str]]:
    rows = MessageDelivery.objects.filter(message=message).order_by("occurred_at", "created_at")
    return [(row.state, row.words) for row in rows]


def reply(chat: Conversation, agent: Membership, body: str = "Nine euros.") -> Message:
    return sending.reply(actor=cast.acting(agent), conversation=chat, body=body)


def come_back(connection: Connection) -> dict[str, dict[str, int]]:
    run = batches.finish(batches.start(actor=Connected(connection).actor, connection=connection))
    assert run.state == "done"
    counts: dict[str, dict[str, int]] = run.counts
    return counts


def test_a_reply_is_an_agents_message_there(muro: StandIn, chat: Conversation, agent: Membership) -> None:
    sent = reply(chat, agent)
    push()
    assert there(muro) == [("agent", "Nine euros.")]
    (call,) = muro.calls("POST")
    assert (call["path"], json.loads(call["body"])) == (
        "/conversations/cnv_1/messages", {"kind": "agent", "content": "Nine euros."}
    )  # fmt: skip
    assert call["idempotency_key"] == Push.objects.get().idempotency_key
    assert (outside.of(sent), states(sent)) == ("msg_cnv_1_2", [("queued", ""), ("sent", "")])
    assert Push.objects.get().outcome == "The visitor has the reply."


def test_a_note_is_a_note_there(muro: StandIn, chat: Conversation, agent: Membership) -> None:
    note, _ = notes.write(actor=cast.acting(agent), conversation=chat, body="Wants a discount")
    push()
    assert there(muro) == [("note", "Wants a discount")]
    assert Link.objects.get(kind="note").subject_id == note.pk


def test_what_came_from_there_does_not_go_back(muro: StandIn, chat: Conversation, connection: Connection) -> None:
    muro.tell("say", conversation="cnv_1", content="From Ana", sender_type="agent")
    muro.tell("say", conversation="cnv_1", content="A note of Ana's", sender_type="agent", kind="note")
    assert come_back(connection)["transcripts"]["missing"] == 2
    push()
    assert (muro.calls("POST"), Push.objects.count()) == ([], 0)
    assert (Message.objects.count(), Note.objects.count()) == (2, 1)


def test_the_echo_of_what_we_sent_is_nothing_new(
    muro: StandIn, chat: Conversation, connection: Connection, agent: Membership
) -> None:
    reply(chat, agent)
    notes.write(actor=cast.acting(agent), conversation=chat, body="Wants a discount")
    push()
    assert come_back(connection)["transcripts"].get("missing") == 0
    tell(connection, identified("evt_2", visitor=BOB, conversation_id="cnv_1"))
    assert (Message.objects.count(), Note.objects.count()) == (2, 1)


@pytest.mark.parametrize("by", ["batch", "webhook"])
def test_the_echo_before_the_answer_is_known_and_nothing_is_said_twice(
    muro: StandIn, chat: Conversation, connection: Connection, agent: Membership, by: str
) -> None:
    sent = reply(chat, agent)
    notes.write(actor=cast.acting(agent), conversation=chat, body="Wants a discount")
    muro.tell("fail", method="POST", path="/messages", do="cut_after", times=2)
    push()
    assert (len(there(muro)), outside.of(sent)) == (2, None)
    if by == "batch":
        assert come_back(connection)["transcripts"]["missing"] == 0
    else:
        tell(connection, identified("evt_2", visitor=BOB, conversation_id="cnv_1"))
    push_again()
    assert (len(muro.calls("POST")), len(there(muro))) == (2, 2)
    assert (Message.objects.count(), Note.objects.count()) == (2, 1)
    assert (outside.of(sent), states(sent)[-1]) == ("msg_cnv_1_2", ("sent", ""))


@pytest.mark.parametrize(("fault", "said"), [("error", 0), ("cut_before", 0), ("cut_after", 1), ("garbage", 1)])
def test_a_reply_that_got_lost_on_the_way_is_sent_again_and_said_once(
    muro: StandIn, chat: Conversation, agent: Membership, fault: str, said: int
) -> None:
    sent = reply(chat, agent)
    muro.tell("fail", method="POST", path="/messages", do=fault, status=502, type="api_error")
    push()
    waiting = Push.objects.get()
    assert (waiting.state, waiting.attempts, len(there(muro))) == ("waiting", 1, said)
    assert KEY not in waiting.last_error
    push_again()
    assert there(muro) == [("agent", "Nine euros.")]
    assert len({call["idempotency_key"] for call in muro.calls("POST")}) == 1
    assert states(sent)[-1] == ("sent", "")


def test_two_replies_arrive_in_their_order(muro: StandIn, chat: Conversation, agent: Membership) -> None:
    reply(chat, agent, "First")
    muro.tell("fail", method="POST", path="/messages", do="error", status=500, type="api_error")
    push()
    reply(chat, agent, "Second")
    push()
    assert there(muro) == []
    push_again()
    push_again()
    assert there(muro) == [("agent", "First"), ("agent", "Second")]


def test_over_the_limit_a_reply_waits_as_long_as_muro_says(
    muro: StandIn, chat: Conversation, agent: Membership
) -> None:
    reply(chat, agent)
    muro.tell(
        "fail", method="POST", path="/messages", do="error", status=429, type="rate_limit_error",
        headers={"retry_after": "21"},
    )  # fmt: skip
    before = timezone.now()
    push()
    waiting = Push.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 0)
    assert before + timedelta(seconds=20) < waiting.due_at <= timezone.now() + timedelta(seconds=21)


def test_a_batch_that_rests_leaves_calls_for_a_reply_but_none_are_left_after_the_last(
    muro: StandIn, chat: Conversation, connection: Connection, agent: Membership
) -> None:
    muro.tell("fill", count=1_000, people=10)
    muro.tell("set", per_window=24)
    run = batches.finish(batches.start(actor=Connected(connection).actor, connection=connection))
    assert (run.state, len(muro.calls())) == ("waiting", 4)
    for number in range(21):
        reply(chat, agent, f"Line {number}")
    push()
    push()
    assert (len(there(muro)), {call["status"] for call in muro.calls()}) == (20, {200, 201})
    assert Push.objects.get(state="waiting").attempts == 0
    assert muro.most_used() == 24


@pytest.mark.parametrize(
    ("status", "type", "words", "fails"),
    [
        (401, "authentication_error",
         "muro does not accept the API key. Make a new one in muro and enter it here.", True),
        (403, "permission_error",
         "muro's API key may not do this. Give it the right in muro, or enter another key here.", True),
        (404, "not_found", "muro does not know this conversation any more: answer by another channel.", False),
        (400, "invalid_request_error", "muro refused it: As you wished.", False),
    ],
)  # fmt: skip
def test_a_refused_reply_says_so_and_can_be_sent_again(
    muro: StandIn, chat: Conversation, connection: Connection, agent: Membership, status: int, type: str, words: str,
    fails: bool,
) -> None:  # fmt: skip
    sent = reply(chat, agent)
    muro.tell("fail", method="POST", path="/messages", do="error", status=status, type=type)
    push()
    assert (Push.objects.get().state, states(sent)[-1]) == ("dead", ("failed", words))
    connection.refresh_from_db()
    assert connection.failure == (words if fails else "")
    sending.retry(actor=cast.acting(agent), message=sent)
    push()
    assert (there(muro), states(sent)[-1]) == ([("agent", "Nine euros.")], ("sent", ""))


def test_whoever_asked_to_be_left_alone_meanwhile_is_not_written_to(
    muro: StandIn, chat: Conversation, agent: Membership
) -> None:  # fmt: skip
    sent = reply(chat, agent)
    suppress(actor=cast.acting(agent), contact=chat.contact, reason="said so")
    push()
    assert there(muro) == []
    state, words = states(sent)[-1]
    assert (state, "asked not to be contacted" in words) == ("failed", True)


def test_after_the_last_try_a_reply_has_failed(muro: StandIn, chat: Conversation, agent: Membership) -> None:
    sent = reply(chat, agent)
    muro.tell("fail", method="POST", path="/messages", do="error", status=500, type="api_error", times=8)
    push()
    for _ in range(7):
        push_again()
    assert (Push.objects.get().state, states(sent)[-1]) == ("dead", ("failed", "It answered 500."))


def test_what_was_only_recorded_here_is_not_sent(muro: StandIn, chat: Conversation, connection: Connection) -> None:

    draft = Draft(direction="outbound", body="Said on the phone", external_id="by-hand")
    add_message(actor=cast.acting(connection.workspace), conversation=chat, draft=draft)
    push()
    assert muro.calls("POST") == []
