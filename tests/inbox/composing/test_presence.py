"""Who is there, who is writing, and what is new since one was here."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from clients.models import Client
from crm.errors import NotAllowed
from inbox import queries, sending
from inbox.composing import presence, thread
from inbox.composing.models import LastSeen, Presence
from inbox.composing.notes import write
from inbox.models import Conversation
from tests.arrivals import write_in
from tests.cast import acting, member

WINDOW, OTHER = uuid4(), uuid4()


def beat(actor: Actor, conversation: Conversation, *, writing: bool = False, window: object = WINDOW) -> bool:
    return presence.beat(actor=actor, conversation=conversation, window=window, writing=writing)  # type: ignore[arg-type]


def seen_by(actor: Actor, conversation: Conversation) -> list[tuple[str, bool]]:
    return [(one.name, one.writing) for one in presence.others(actor, conversation)]


def test_others_see_who_is_there_and_who_is_writing_and_never_themselves(
    anna: Actor, olga: Actor, priya: Conversation
) -> None:
    beat(anna, priya)
    beat(olga, priya, writing=True)
    assert seen_by(olga, priya) == [("Anna Agent", False)]
    assert seen_by(anna, priya) == [("Olga Owner", True)]


def test_it_is_news_when_it_begins_changes_or_begins_again(anna: Actor, priya: Conversation) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert beat(anna, priya)
        assert not beat(anna, priya)
        assert beat(anna, priya, writing=True)
        assert not beat(anna, priya, writing=True)
        clock.shift(timedelta(seconds=41))
        assert beat(anna, priya, writing=True)


def test_forty_seconds_after_the_last_beat_they_are_gone(anna: Actor, olga: Actor, priya: Conversation) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        beat(anna, priya)
        clock.shift(timedelta(seconds=39))
        assert seen_by(olga, priya) == [("Anna Agent", False)]
        clock.shift(timedelta(seconds=2))
        assert seen_by(olga, priya) == []


def test_leaving_in_one_window_one_is_still_there_in_the_other(anna: Actor, olga: Actor, priya: Conversation) -> None:
    beat(anna, priya)
    beat(anna, priya, window=OTHER, writing=True)
    assert seen_by(olga, priya) == [("Anna Agent", True)]
    assert presence.leave(actor=anna, conversation=priya, window=OTHER, position=1)
    assert seen_by(olga, priya) == [("Anna Agent", False)]
    assert presence.leave(actor=anna, conversation=priya, window=WINDOW, position=1)
    assert seen_by(olga, priya) == []
    assert not presence.leave(actor=anna, conversation=priya, window=WINDOW, position=1)


def test_a_viewer_is_neither_shown_nor_told(anna: Actor, hal: Actor, priya: Conversation) -> None:
    beat(anna, priya)
    assert seen_by(hal, priya) == []
    with pytest.raises(NotAllowed):
        beat(hal, priya)
    assert Presence.objects.count() == 1


def test_what_nobody_left_properly_is_swept_by_a_later_beat(
    anna: Actor, us: Actor, priya: Conversation, harbour: Client
) -> None:
    other = write_in(us, "Hi", sender="tom@example.com", client_id=harbour.pk).conversation
    with time_machine.travel(timezone.now(), tick=False) as clock:
        beat(anna, priya)
        clock.shift(timedelta(hours=2))
        beat(anna, other)
    assert list(Presence.objects.values_list("conversation", flat=True)) == [other.pk]


@pytest.mark.django_db
def test_the_table_waits_for_no_disk() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'inbox_presence'")
        assert cursor.fetchone() == ("u",)


def test_how_far_one_read_only_grows_and_never_beyond_what_is_there(
    anna: Actor, us: Actor, priya: Conversation
) -> None:
    assert presence.last_read(anna, priya) is None
    presence.read(anna, priya, 99)
    assert LastSeen.objects.get().position == 1
    presence.read(anna, priya, 0)
    assert LastSeen.objects.get().position == 1


def lines(actor: Actor, conversation: Conversation) -> list[str]:
    """The thread as it is shown, with “new” where the line stands."""
    fresh = Conversation.objects.get(pk=conversation.pk)
    found: list[str] = []
    for entry in thread.entries(actor, fresh, queries.thread(fresh)):
        found += ["new"] * entry.new
        found.append(entry.message.body if entry.message else entry.note.body if entry.note else "")
    return found


def test_the_line_stands_before_the_first_that_others_wrote_since(
    us: Actor, anna: Actor, olga: Actor, priya: Conversation
) -> None:
    assert lines(anna, priya) == ["Yes, a demo please."]
    presence.read(anna, priya, 1)
    assert lines(anna, priya) == ["Yes, a demo please."]
    sending.reply(actor=anna, conversation=priya, body="Mine")
    sending.reply(actor=olga, conversation=priya, body="Of Olga")
    write(actor=olga, conversation=priya, body="A note")
    assert lines(anna, priya) == ["Yes, a demo please.", "Mine", "new", "Of Olga", "A note"]
    assert lines(olga, priya) == ["Yes, a demo please.", "Mine", "Of Olga", "A note"]


def test_a_note_alone_is_news_too(anna: Actor, olga: Actor, priya: Conversation) -> None:
    presence.read(anna, priya, 1)
    write(actor=olga, conversation=priya, body="A note")
    assert lines(anna, priya) == ["Yes, a demo please.", "new", "A note"]


def test_a_viewer_sees_the_messages_and_no_notes(anna: Actor, hal: Actor, priya: Conversation) -> None:
    write(actor=anna, conversation=priya, body="Between us")
    assert lines(hal, priya) == ["Yes, a demo please."]


def test_notes_stand_in_the_stretch_of_the_thread_that_they_belong_to(
    us: Actor, anna: Actor, priya: Conversation
) -> None:
    start = timezone.now() - timedelta(days=200)
    Conversation.objects.filter(pk=priya.pk).update(external_id="t")
    for number in range(queries.THREAD + 20):
        write_in(us, f"m{number}", client_id=priya.client_id, thread_id="t", at=start + timedelta(days=number))
    for days in (5.5, 100.5):
        write(actor=anna.back_at(start + timedelta(days=days)), conversation=priya, body=f"n{days}")
    write(actor=anna, conversation=priya, body="now")
    fresh = Conversation.objects.get(pk=priya.pk)
    newest = queries.thread(fresh)
    shown = [one.note.body for one in thread.entries(anna, fresh, newest) if one.note]
    earlier = queries.thread(fresh, newest.more)
    before = [one.note.body for one in thread.entries(anna, fresh, earlier, newest.more) if one.note]
    assert sorted(shown + before) == sorted(["n5.5", "n100.5", "now"])
    assert before == ["n5.5"]


def test_a_member_who_left_is_nobody(anna: Actor, priya: Conversation) -> None:
    gone = acting(member(priya.workspace, "Gus Gone"))
    assert presence.last_read(gone, priya) is None
