"""Erasing a person: what says who they are or what was said is gone, that it was said stays provable."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import IdempotentRequest, Membership, User
from contacts.actions import change
from contacts.merging import merge, unmerge
from contacts.models import Contact, Identity, Merge, Suppression
from contacts.suppression import suppress
from crm.errors import Conflict, NotAllowed
from deals import actions as deals
from deals.models import Deal
from inbox import follow_ups
from inbox.chain import faults
from inbox.composing import drafts, notes
from inbox.erasure import erase
from inbox.intents.judgement import Judgement
from inbox.intents.labels import Intent
from inbox.messages import File
from inbox.models import Conversation, IntentTag, Message, MessageDelivery
from inbox.sending import reply
from inbox.tagging import tag
from tests.arrivals import PRIYA, events, follow_up_on_everything, judged, write_in
from tests.cast import acting

SECRET = "Priyanka"


@pytest.fixture
def us(owner: Membership) -> Actor:
    return acting(owner)


@pytest.fixture
def known(us: Actor) -> Contact:
    """A person of whom we know a lot: everything with the word by which the tests look for traces."""
    message = write_in(
        us, f"{SECRET} asks", subject=f"From {SECRET}", name=f"{SECRET} Rao", sender=f"{SECRET}@example.com",
        files=[File(f"{SECRET}.pdf", "application/pdf", SECRET.encode())], source="chat", thread_id=f"{SECRET}@chat",
    )  # fmt: skip
    judgement = Judgement(Intent.INTERESTED, 1.0, 0, 8, made_by="rule", version="r", reason=f"header X: {SECRET}")
    tag(message, judgement)
    reply(actor=us, conversation=message.conversation, body=f"Dear {SECRET}")
    MessageDelivery.objects.create(
        workspace=us.workspace, message=Message.objects.latest("position"), state="failed",
        words=f"550 no such user {SECRET}", occurred_at=timezone.now(),
    )  # fmt: skip
    notes.write(actor=us, conversation=message.conversation, body=f"{SECRET} is kind")
    drafts.keep(
        actor=us, conversation=message.conversation, kind="reply", body=f"Dear {SECRET}", seen=1, token=uuid4()
    )  # fmt: skip
    contact: Contact = message.conversation.contact
    contact.refresh_from_db()
    change(actor=us, contact=contact, company=f"{SECRET} Ltd", custom_fields={"note": SECRET})
    due = timezone.now() + timedelta(days=1)
    follow_ups.create(actor=us, conversation_id=message.conversation_id, due_at=due, note=f"Call {SECRET}")
    deal = deals.create(actor=us, conversation_id=message.conversation_id, title=f"{SECRET} deal", notes=SECRET)
    deals.move(actor=us, deal=deal, stage="lost", reason=f"{SECRET} went elsewhere")
    contact.refresh_from_db()
    return contact


def traces() -> dict[str, list[Any]]:
    """The rows of any table that hold the word."""
    found: dict[str, list[Any]] = {}
    for model in apps.get_models():
        if model in (User, IdempotentRequest):
            continue
        for row in model._base_manager.values():
            plain = {
                key: bytes(value).decode() if isinstance(value, memoryview) else value for key, value in row.items()
            }
            if SECRET.lower() in json.dumps(plain, cls=DjangoJSONEncoder, default=str).lower():
                found.setdefault(model.__name__, []).append(row)
    return found


@pytest.mark.django_db(transaction=True)
def test_no_table_holds_a_trace_of_them(us: Actor, known: Contact) -> None:
    assert set(traces()) >= {
        "Contact", "Identity", "Message", "Attachment", "IntentTag", "Deal", "Event", "FollowUp", "Note", "KeptDraft"
    }  # fmt: skip

    erase(actor=us, contact=known)
    follow_up_on_everything()

    assert traces() == {}


def test_what_was_said_is_blank_and_that_it_was_said_stays(us: Actor, known: Contact) -> None:
    before = list(Message.objects.order_by("position").values_list("pk", "digest", "occurred_at", "direction"))

    erase(actor=us, contact=known)

    assert list(Message.objects.order_by("position").values_list("pk", "digest", "occurred_at", "direction")) == before
    assert set(Message.objects.values_list("body", "subject", "salt", "headers__0")) == {("", "", "", None)}
    assert list(faults(Conversation.objects.all())) == []
    known.refresh_from_db()
    assert (str(known), known.deleted_at is None, known.erased_at is None) == ("Unknown person", False, False)
    assert not Identity.objects.exists()
    assert events("contact.erased", subject=known.pk) == ["contact.erased"]


def test_what_integrators_poll_shows_that_it_changed(us: Actor, known: Contact) -> None:
    conversation = Conversation.objects.get()
    erase(actor=us, contact=known)
    after = Conversation.objects.get()
    assert after.version > conversation.version
    assert after.updated_at > conversation.updated_at


def test_erased_twice_is_erased_once(us: Actor, known: Contact) -> None:
    erase(actor=us, contact=known)
    known.refresh_from_db()
    at = known.erased_at
    erase(actor=us, contact=known)
    known.refresh_from_db()
    assert known.erased_at == at
    assert events("contact.erased") == ["contact.erased"]


def test_those_who_were_merged_into_them_are_erased_as_well(us: Actor, known: Contact) -> None:
    other = write_in(us, f"{SECRET} again", name=f"{SECRET} R.", sender="pri@home.example").conversation.contact
    winner = write_in(us, "I", sender="winner@example.com").conversation.contact
    merge(actor=us, winner=known, loser=other)
    done = merge(actor=us, winner=winner, loser=known)

    erase(actor=us, contact=winner)

    assert {"Contact", "Merge", "Identity", "Message"} & set(traces()) == set()
    assert not Merge.objects.exists()
    with pytest.raises(Conflict):
        unmerge(actor=us, done=done)
    assert list(faults(Conversation.objects.all())) == []


def test_an_address_that_was_suppressed_stays_suppressed(us: Actor, known: Contact) -> None:
    suppress(actor=us, contact=known, reason="asked for it")
    erase(actor=us, contact=known)
    assert list(Suppression.objects.values_list("value", flat=True)) == [f"{SECRET.lower()}@example.com"]


def test_when_they_write_again_they_are_somebody_new_in_a_thread_of_their_own(us: Actor, known: Contact) -> None:
    erase(actor=us, contact=known)
    again = write_in(us, "Hello again", sender=f"{SECRET}@example.com", thread_id=f"{SECRET}@chat")
    assert again.conversation.contact_id != known.pk
    assert again.position == 1


def test_a_judgement_that_comes_too_late_leaves_no_words(us: Actor, known: Contact) -> None:
    message = write_in(us, "Yes please", thread_id=f"{SECRET}@chat")
    erase(actor=us, contact=known)
    assert judged(message, Intent.INTERESTED) is None
    assert not IntentTag.objects.filter(message=message).exists()


def test_somebody_else_is_left_alone(us: Actor, known: Contact) -> None:
    other = write_in(us, "Hello", sender=PRIYA, name="Else")
    deals.create(actor=us, conversation_id=other.conversation_id, title="Their deal", notes="kept")
    erase(actor=us, contact=known)
    other.refresh_from_db()
    assert (other.body, other.conversation.contact.name, other.erased_at) == ("Hello", "Else", None)
    assert Deal.objects.get(title="Their deal").notes == "kept"


def test_only_an_owner_or_admin_may(us: Actor, known: Contact, agent: Membership) -> None:
    with pytest.raises(NotAllowed):
        erase(actor=acting(agent), contact=known)
    assert traces()["Contact"]
    assert events("contact.erased") == []
