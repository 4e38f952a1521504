"""Drafts: kept per person and conversation, and gone when they are sent."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.actors import Actor
from clients.models import Client
from crm.errors import Invalid, NotAllowed
from inbox import sending
from inbox.composing import drafts
from inbox.composing.models import KeptDraft
from inbox.composing.notes import write
from inbox.erasure import erase
from inbox.models import Conversation
from tests.arrivals import write_in
from tests.crowd import times

TOKEN = uuid4()


def keep(
    actor: Actor, conversation: Conversation, body: str = "Dear Priya", kind: str = "reply", **how: object
) -> bool:
    given = {"seen": 1, "token": TOKEN, **how}
    return drafts.keep(actor=actor, conversation=conversation, kind=kind, body=body, **given)  # type: ignore[arg-type]


def test_a_draft_is_found_again_with_where_it_was_begun(anna: Actor, priya: Conversation) -> None:
    assert keep(anna, priya)
    found = drafts.kept(anna, priya)["reply"]
    assert (found.body, found.seen, found.token) == ("Dear Priya", 1, TOKEN)


def test_reply_and_note_are_kept_apart_and_so_are_people(anna: Actor, olga: Actor, priya: Conversation) -> None:
    keep(anna, priya, "A reply")
    keep(anna, priya, "A note", kind="note", token=uuid4())
    keep(olga, priya, "Of Olga", token=uuid4())
    assert {kind: row.body for kind, row in drafts.kept(anna, priya).items()} == {"reply": "A reply", "note": "A note"}
    assert {kind: row.body for kind, row in drafts.kept(olga, priya).items()} == {"reply": "Of Olga"}


def test_the_last_writer_wins_and_an_empty_text_takes_it_away(anna: Actor, priya: Conversation) -> None:
    keep(anna, priya, "One")
    keep(anna, priya, "Two")
    assert KeptDraft.objects.get().body == "Two"
    assert not keep(anna, priya, "  \n")
    assert not KeptDraft.objects.exists()


def test_white_space_at_the_end_is_kept_while_one_types(anna: Actor, priya: Conversation) -> None:
    keep(anna, priya, "Dear Priya,\n\n")
    assert KeptDraft.objects.get().body == "Dear Priya,\n\n"


def test_a_note_that_is_written_takes_its_draft_and_leaves_the_replys(anna: Actor, priya: Conversation) -> None:
    token = uuid4()
    keep(anna, priya, "A reply")
    keep(anna, priya, "A note", kind="note", token=token)
    write(actor=anna, conversation=priya, body="A note", token=token)
    assert [row.kind for row in KeptDraft.objects.all()] == ["reply"]
    assert not keep(anna, priya, "A note", kind="note", token=token)


def test_the_list_knows_which_ones_have_a_draft_of_mine(
    anna: Actor, olga: Actor, us: Actor, priya: Conversation
) -> None:
    other = write_in(us, "Hi", sender="tom@example.com", client_id=priya.client_id).conversation
    keep(anna, priya)
    marked = dict(Conversation.objects.with_drafts_of(anna).values_list("pk", "has_draft"))
    assert marked == {priya.pk: True, other.pk: False}
    assert set(Conversation.objects.with_drafts_of(olga).values_list("has_draft", flat=True)) == {False}
    assert set(Conversation.objects.with_drafts_of(us).values_list("has_draft", flat=True)) == {False}


@pytest.mark.parametrize(("kind", "body"), [("memo", "Hi"), ("reply", "x" * (drafts.LONGEST + 1))])
def test_what_is_no_draft_is_refused(anna: Actor, priya: Conversation, kind: str, body: str) -> None:
    with pytest.raises(Invalid):
        keep(anna, priya, body, kind=kind)
    assert not KeptDraft.objects.exists()


def test_who_only_looks_on_keeps_none(hal: Actor, priya: Conversation) -> None:
    with pytest.raises(NotAllowed):
        keep(hal, priya)


def test_erasing_the_person_takes_drafts_about_them(olga: Actor, anna: Actor, priya: Conversation) -> None:
    keep(anna, priya)
    erase(actor=olga, contact=priya.contact)
    assert not KeptDraft.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_saved_from_many_windows_at_once_it_is_one(anna: Actor, priya: Conversation) -> None:
    answers = times(12, partial(keep, anna, priya))
    assert answers == [True] * 12
    assert KeptDraft.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_saved_and_sent_at_the_same_moment_no_draft_is_left(anna: Actor, priya: Conversation) -> None:
    send = partial(sending.reply, actor=anna, conversation=priya, body="Dear Priya", seen=1, token=TOKEN)
    times(8, partial(_both, send, partial(keep, anna, priya)))
    assert not KeptDraft.objects.exists()


def _both(send: object, save: object) -> None:
    for one in (save, send, save):
        one()  # type: ignore[operator]


def test_the_database_keeps_one_of_a_kind(anna: Actor, priya: Conversation, harbour: Client) -> None:
    keep(anna, priya)
    row = KeptDraft.objects.get()
    row.pk = uuid4()
    with pytest.raises(IntegrityError, match="inbox_keptdraft_once"), transaction.atomic():
        row.save(force_insert=True)
