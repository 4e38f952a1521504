"""Notes and who is named in them."""

from functools import partial
from uuid import uuid4

import pytest

from accounts.actors import Actor, program
from accounts.models import ApiKey, Membership
from activity.models import Event
from clients.models import Client
from crm.errors import Invalid, NotAllowed
from inbox.composing import notes
from inbox.composing.models import Mention, Note
from inbox.erasure import erase
from inbox.models import Conversation, Message
from tests.arrivals import events
from tests.cast import acting, key_of, member
from tests.crowd import times


def note(actor: Actor, conversation: Conversation, body: str, **how: object) -> Note:
    return notes.write(actor=actor, conversation=conversation, body=body, **how)[0]  # type: ignore[arg-type]


def named(written: Note) -> set[str]:
    return {str(mention.member.user) for mention in written.mentions.all()}


def test_a_note_is_written_and_is_no_message(anna: Actor, priya: Conversation) -> None:
    before = Conversation.objects.values().get(pk=priya.pk)
    written = note(anna, priya, "  Careful with the price.\nReally. ")
    assert (written.body, written.author_name) == ("Careful with the price.\nReally.", "Anna Agent")
    assert Conversation.objects.values().get(pk=priya.pk) == before
    assert Message.objects.filter(conversation=priya).count() == 1
    event = Event.objects.get(type="note.created")
    assert event.payload == {
        "conversation_id": str(priya.pk), "contact_id": str(priya.contact_id), "mentions": []
    }  # fmt: skip


def test_who_is_named_and_may_see_it_is_mentioned(
    anna: Actor, owner: Membership, other_client_agent: Membership, viewer: Membership, priya: Conversation
) -> None:
    written = note(
        anna, priya, "@Olga Owner, @olga owner! (@Anna Agent) @Mina Meadow @Hal Harbour @Nobody x@Olga Owner"
    )
    assert named(written) == {"Olga Owner", "Anna Agent"}
    assert Event.objects.get(type="note.created").payload["mentions"] == sorted(
        str(one) for one in written.mentions.values_list("member", flat=True)
    )


def test_the_longest_name_that_fits_is_meant(anna: Actor, priya: Conversation) -> None:
    for name in ("Ann Lee", "Ann Lee Smith"):
        member(priya.workspace, name)
    assert named(note(anna, priya, "@Ann Lee Smith knows")) == {"Ann Lee Smith"}
    assert named(note(anna, priya, "@Ann Lee knows")) == {"Ann Lee"}
    assert named(note(anna, priya, "@Ann Leeson knows")) == set()


def test_a_text_is_cut_at_the_names_that_are_mentioned() -> None:
    assert notes.parts("Ask @Olga Owner now", ["Olga Owner"]) == [
        ("Ask ", False), ("@Olga Owner", True), (" now", False)
    ]  # fmt: skip
    assert notes.parts("Ask @Olga Owner", []) == [("Ask @Olga Owner", False)]
    assert "".join(part.text for part in notes.parts("(@A.B*)+@A.B*", ["A.B*"])) == "(@A.B*)+@A.B*"


def test_a_mention_waits_until_the_conversation_is_opened(anna: Actor, olga: Actor, priya: Conversation) -> None:
    one, two = note(anna, priya, "@Olga Owner first"), note(anna, priya, "@Olga Owner second")
    assert [mention.note for mention in notes.unseen_mentions(olga)] == [two, one]
    assert list(notes.unseen_mentions(anna)) == []
    assert notes.see_mentions(actor=anna, conversation=priya) == 0
    assert notes.see_mentions(actor=olga, conversation=priya) == 2
    assert list(notes.unseen_mentions(olga)) == []
    assert Mention.objects.filter(seen_at=None).count() == 0


def test_who_lost_the_client_is_told_no_more(anna: Actor, priya: Conversation, harbour: Client) -> None:
    someone = member(priya.workspace, "Sam Some", clients=[harbour])
    note(anna, priya, "@Sam Some look")
    assert notes.unseen_mentions(acting(someone)).count() == 1
    someone.client_access.all().delete()
    assert notes.unseen_mentions(acting(someone)).count() == 0


def test_a_viewer_and_a_clients_key_neither_see_nor_write_any(
    anna: Actor, hal: Actor, priya: Conversation, harbour: Client
) -> None:
    note(anna, priya, "Between us")
    key_of(priya.workspace, client=harbour)
    theirs = program(ApiKey.objects.latest("created_at"))
    for outside in (hal, theirs):
        assert not Note.objects.visible_to(outside).exists()
        assert not Event.objects.visible_to(outside).filter(type="note.created").exists()
        with pytest.raises(NotAllowed):
            note(outside, priya, "Hello")
    assert Note.objects.visible_to(anna).count() == 1
    assert events("note.created") == ["note.created"]


@pytest.mark.parametrize("body", ["", " \n ", "x" * (notes.LONGEST + 1)])
def test_nothing_and_endless_texts_are_refused(anna: Actor, priya: Conversation, body: str) -> None:
    with pytest.raises(Invalid):
        note(anna, priya, body)
    assert not Note.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_press_twenty_times_at_once_is_one_note(anna: Actor, priya: Conversation, owner: Membership) -> None:
    press = partial(notes.write, actor=anna, conversation=priya, body="Ask @Olga Owner", token=uuid4())
    answers = times(20, press)
    assert sorted(new for _, new in answers) == [False] * 19 + [True]  # type: ignore[misc]
    assert (Note.objects.count(), Mention.objects.count(), events("note.created")) == (1, 1, ["note.created"])


def test_erasing_the_person_blanks_what_was_noted(olga: Actor, anna: Actor, priya: Conversation) -> None:
    written = note(anna, priya, "Priya is fond of bread")
    erase(actor=olga, contact=priya.contact)
    written.refresh_from_db()
    assert (written.body, written.erased_at is None, written.author_name) == ("", False, "Anna Agent")
