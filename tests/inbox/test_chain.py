"""What a superuser changes behind the triggers' back, found and named by `verify_messages`."""

from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from inbox.chain import faults
from inbox.erasure import erase
from inbox.messages import Draft, File
from inbox.models import Conversation, IntentWork, Message
from inbox.opening import add_message
from inbox.receiving import Arrival, receive
from tests.arrivals import PRIYA, addressed, write_in
from tests.cast import acting


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


@pytest.fixture
def thread(us: Actor) -> list[Message]:
    """Four messages of one conversation, the second with a file; beside them somebody else's."""
    write_in(us, "Somebody else", sender="else@example.com", files=[File("b.txt", "text/plain", b"b")])
    texts = ("One", "Two", "Three", "Four")
    written = [
        write_in(us, text, thread_id="t", files=[File("a.txt", "text/plain", b"abc")] if text == "Two" else ())
        for text in texts
    ]
    IntentWork.objects.all().delete()
    return written


def tamper(statement: str, *values: Any) -> None:
    """As a superuser, with every trigger and foreign key asleep."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        cursor.execute(statement, values)
        assert cursor.rowcount > 0
        cursor.execute("SET LOCAL session_replication_role = 'origin'")


def take_out(*messages: Message) -> None:
    for message in messages:
        if message.attachments.exists():
            tamper("DELETE FROM inbox_attachment WHERE message_id = %s", message.pk)
        tamper("DELETE FROM inbox_message WHERE id = %s", message.pk)


def found() -> list[tuple[int | None, str]]:
    """The position of the message that each fault names, and why."""
    return [
        (fault.message.position if fault.message else None, fault.reason)
        for fault in faults(Conversation.objects.all())
    ]


TEXT, PLACE, FILE = (
    "its text was changed",
    "its metadata or its place in the chain was changed",
    "an attachment was changed",
)


def test_untouched_messages_verify(thread: list[Message]) -> None:
    assert found() == []
    out = StringIO()
    call_command("verify_messages", stdout=out)
    assert out.getvalue() == "2 conversations verified, every message is as it was written.\n"


@pytest.mark.parametrize(
    "change",
    ["body = 'forged'", "subject = 'forged'", "html = '<p>forged</p>'", "new_text = 'forged'", "body = body || ' '",
     "headers = '[[\"To\", \"x\"]]'", "author_name = 'Somebody'", "salt = 'x'"],
)  # fmt: skip
def test_a_changed_text_is_found(thread: list[Message], change: str) -> None:
    tamper(f"UPDATE inbox_message SET {change} WHERE id = %s", thread[2].pk)
    assert found() == [(3, TEXT)]


@pytest.mark.parametrize(
    "change",
    ["occurred_at = occurred_at - interval '1 microsecond'", "arrived_at = now() + interval '1 day'",
     "direction = 'outbound'", "author_id = gen_random_uuid()", "author_id = NULL", "author_kind = 'person'",
     "external_id = 'x'", "offline = true", "id = gen_random_uuid()", "content_digest = 'x'"],
)  # fmt: skip
def test_a_changed_time_author_or_origin_is_found(thread: list[Message], change: str) -> None:
    tamper(f"UPDATE inbox_message SET {change} WHERE id = %s", thread[2].pk)
    assert found()[0] == (3, PLACE)
    assert len(found()) == 1


def test_a_text_changed_together_with_its_own_digests_is_found_at_the_next_message(thread: list[Message]) -> None:
    tamper("UPDATE inbox_message SET digest = repeat('a', 64) WHERE id = %s", thread[1].pk)
    assert found() == [(2, PLACE), (3, PLACE)]


def test_two_messages_that_changed_places_are_found(thread: list[Message]) -> None:
    tamper("UPDATE inbox_message SET position = 9 WHERE id = %s", thread[1].pk)
    tamper("UPDATE inbox_message SET position = 2 WHERE id = %s", thread[2].pk)
    tamper("UPDATE inbox_message SET position = 3 WHERE id = %s", thread[1].pk)
    assert [position for position, _ in found()][:2] == [2, 3]


def test_a_message_taken_out_in_the_midst_is_found(thread: list[Message]) -> None:
    take_out(thread[1])
    assert found() == [(3, "message 2 is missing before it")]


def test_a_message_taken_out_with_the_gap_closed_is_found(thread: list[Message]) -> None:
    take_out(thread[1])
    tamper("UPDATE inbox_message SET position = position - 1 WHERE position > 2")
    assert found()[0] == (2, PLACE)


def test_the_first_message_taken_out_is_found(thread: list[Message]) -> None:
    take_out(thread[0])
    assert found() == [(2, "message 1 is missing before it")]


def test_messages_cut_off_at_the_end_are_found(thread: list[Message]) -> None:
    take_out(thread[2], thread[3])
    assert found() == [(None, "4 messages were written, 2 stand")]
    assert str(next(faults(Conversation.objects.filter(external_id="t")))).startswith(
        f"conversation {thread[0].conversation_id}"
    )


def test_a_message_put_in_at_the_end_is_found_and_named(thread: list[Message], us: Actor) -> None:
    columns = [f'"{f.column}"' for f in Message._meta.concrete_fields if not f.generated]
    forged = {'"id"': "gen_random_uuid()", '"position"': "5", '"body"': "'forged'", '"external_id"': "NULL"}
    chosen = ", ".join(forged.get(column, column) for column in columns)
    tamper(
        f"INSERT INTO inbox_message ({', '.join(columns)}) SELECT {chosen} FROM inbox_message WHERE id = %s",
        thread[3].pk,
    )
    assert found()[0] == (5, PLACE)


def test_a_message_put_in_with_digests_that_fit_is_found_and_named(thread: list[Message], us: Actor) -> None:
    conversation = Conversation.objects.get(external_id="t")
    write_in(us, "Forged", thread_id="t")
    tamper(
        "UPDATE inbox_conversation SET message_count = %s, chain_digest = %s WHERE id = %s",
        conversation.message_count, conversation.chain_digest, conversation.pk,
    )  # fmt: skip
    assert found() == [(5, "it was put in: 4 messages were written")]


@pytest.mark.parametrize(
    "change",
    ["content = 'xyz'", "name = 'other.txt'", "content_type = 'text/html'", "sha256 = repeat('a', 64)", "size = 9"],
)
def test_a_changed_attachment_is_found(thread: list[Message], change: str) -> None:
    tamper(f"UPDATE inbox_attachment SET {change} WHERE message_id = %s", thread[1].pk)
    assert len(found()) == 1
    assert found()[0][0] == 2


def test_a_content_changed_together_with_its_digest_is_found(thread: list[Message]) -> None:
    tamper("UPDATE inbox_attachment SET content = 'xyz', sha256 = encode(sha256('xyz'), 'hex') WHERE name = 'a.txt'")
    assert found() == [(2, TEXT)]


def test_an_attachment_taken_away_or_added_is_found(thread: list[Message]) -> None:
    tamper("UPDATE inbox_attachment SET message_id = %s WHERE message_id = %s", thread[2].pk, thread[1].pk)
    assert found() == [(2, TEXT), (3, TEXT)]


def test_a_blanked_message_of_a_person_who_was_never_erased_is_found(thread: list[Message]) -> None:
    tamper("UPDATE inbox_message SET body = '', new_text = '', erased_at = now() WHERE id = %s", thread[2].pk)
    assert found() == [(3, "it is blanked, but its person was never erased")]


def test_messages_of_a_person_who_was_erased_verify(thread: list[Message], owner: Membership) -> None:
    erase(actor=acting(owner), contact=thread[0].conversation.contact)
    assert found() == []


def test_an_erased_message_that_was_given_new_words_is_found(thread: list[Message], owner: Membership) -> None:
    erase(actor=acting(owner), contact=thread[0].conversation.contact)
    tamper("UPDATE inbox_message SET body = 'forged' WHERE id = %s", thread[2].pk)
    assert found() == [(3, "it was erased, and words were put in its place")]


def test_an_erased_attachment_that_was_given_new_content_is_found(thread: list[Message], owner: Membership) -> None:
    erase(actor=acting(owner), contact=thread[0].conversation.contact)
    tamper("UPDATE inbox_attachment SET content = 'forged' WHERE message_id = %s", thread[1].pk)
    assert found() == [(2, "it was erased, and words were put in its place")]


def test_an_erased_message_whose_time_was_changed_is_found(thread: list[Message], owner: Membership) -> None:
    erase(actor=acting(owner), contact=thread[0].conversation.contact)
    tamper("UPDATE inbox_message SET occurred_at = now() WHERE id = %s", thread[2].pk)
    assert found() == [(3, PLACE)]


def test_blanking_what_came_after_the_erasure_is_found(thread: list[Message], us: Actor, owner: Membership) -> None:
    conversation = thread[0].conversation
    erase(actor=acting(owner), contact=conversation.contact)
    add_message(actor=us, conversation=conversation, draft=Draft(direction="outbound", body="One more word"))
    assert found() == []
    tamper("UPDATE inbox_message SET body = '', new_text = '', salt = '', erased_at = now() WHERE position = 5")
    assert found() == [(5, "it is blanked, but its person was never erased")]


def test_the_command_names_each_fault_and_fails(thread: list[Message]) -> None:
    tamper("UPDATE inbox_message SET body = 'forged' WHERE id = %s", thread[2].pk)
    err = StringIO()
    with pytest.raises(CommandError, match="1 fault found"):
        call_command("verify_messages", stderr=err)
    conversation = thread[2].conversation_id
    assert err.getvalue() == f"conversation {conversation}, message {thread[2].pk} (position 3): {TEXT}\n"


def test_a_conversation_that_is_gone_as_a_whole_is_named(thread: list[Message]) -> None:
    conversation = thread[0].conversation_id
    take_out(*thread)
    tamper("DELETE FROM inbox_conversation WHERE id = %s", conversation)
    assert found() == []
    err = StringIO()
    with pytest.raises(CommandError, match="1 fault found"):
        call_command("verify_messages", stderr=err)
    assert err.getvalue() == f"conversation {conversation}: it was written, and is gone\n"


def test_the_command_looks_at_one_workspace_where_it_is_named(thread: list[Message], outsider: Membership) -> None:
    tamper("UPDATE inbox_message SET body = 'forged' WHERE id = %s", thread[2].pk)
    out = StringIO()
    call_command("verify_messages", workspace="elsewhere", stdout=out)
    assert out.getvalue().startswith("0 conversations verified")
    with pytest.raises(CommandError, match="no workspace “nowhere”"):
        call_command("verify_messages", workspace="nowhere")


@pytest.mark.parametrize("hours", [-9.5, 0, 5.5, 14])
def test_a_message_said_in_any_zone_verifies(us: Actor, hours: float) -> None:
    zone = timezone(timedelta(hours=hours))
    write_in(us, at=datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(zone))
    assert found() == []


def test_whatever_characters_were_written_verify(us: Actor) -> None:
    draft = Draft(
        direction="inbound", body="\x00 \ud800 é e\u0301 \r\n\t👩‍👩‍👧", html="<p>\u2028</p>", subject="x" * 2000,
        author_name="y" * 999, headers=[("A", "\x00"), ("a", "\u00a0")],
        files=[File("\x00" * 400, "x" * 300, b"\x00\xff")],
    )  # fmt: skip
    receive(actor=us, arrival=Arrival(channel="email", addresses=addressed("email", PRIYA), draft=draft))
    assert found() == []


def test_a_message_that_arrives_while_chains_are_verified_is_no_fault(thread: list[Message], us: Actor) -> None:
    read_before = list(Conversation.objects.all())
    write_in(us, "Five", thread_id="t")
    assert list(faults(read_before)) == []
