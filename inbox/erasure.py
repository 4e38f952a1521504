"""Erasing a person, as privacy law asks: what they and we wrote is blanked, that it was written stays provable."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from activity.log import forget, record
from activity.types import EventType
from contacts.models import Contact, Identity, Merge
from contacts.people import lock
from crm.immutable import ERASE, switched
from crm.versions import write
from inbox.composing.models import KeptDraft, Note
from inbox.models import Attachment, Conversation, FollowUp, IntentTag, Message, MessageDelivery

Eraser = Callable[[Contact, Sequence[UUID], Sequence[Identity]], None]
_ALSO: list[Eraser] = []


def also(eraser: Eraser) -> None:
    """Have `eraser` blank what its room knows of a person: it is given them, the ids of those who were merged into
    them, and all their addresses, in the transaction that erases them."""
    _ALSO.append(eraser)


@transaction.atomic
def erase(*, actor: Actor, contact: Contact) -> None:
    """Blank everything that says who `contact` is or what was said, and those who were merged into them. Digests and
    times stay, so every chain still verifies. Done twice, it is done once.

    Addresses that were suppressed stay on the suppression list: else the next import would write to them again.
    """
    actor.must_administer()
    person = lock(contact.pk)
    if person.erased_at is not None:
        return
    merged, addresses = _merged_into(person.pk), list(Identity.objects.filter(contact=person))
    for eraser in _ALSO:
        eraser(person, merged, addresses)
    _blank_messages(person)
    # Without its outside id, or what the person writes again would land under a name that is gone.
    _changed(Conversation.objects.filter(contact=person), subject="", last_message="", identity=None, external_id=None)
    _blank_what_the_team_wrote(person)
    _changed(FollowUp.objects.filter(contact=person), note="")
    Identity.objects.filter(contact=person).delete()
    Merge.objects.filter(loser__in=merged).delete()
    for one in (person, *Contact.objects.select_for_update().filter(pk__in=merged)):
        write(
            one, name="", email="", phone="", company="", source="", custom_fields={}, field_origins={},
            erased_at=timezone.now(), deleted_at=timezone.now(),
        )  # fmt: skip
    record(actor, EventType.CONTACT_ERASED, person)


def _blank_messages(person: Contact) -> None:
    messages = Message.objects.filter(conversation__contact=person, erased_at=None)
    ids = list(messages.values_list("pk", flat=True))
    with switched(ERASE):
        Attachment.objects.filter(message__in=ids).update(name="", content_id="", content=b"", sha256="")
        IntentTag.objects.filter(message__in=ids).update(evidence="", reason="")
        MessageDelivery.objects.filter(message__in=ids).update(words="")
        messages.update(
            subject="", body="", html="", new_text="", headers=[], author_name="", salt="", erased_at=timezone.now()
        )  # fmt: skip
    forget(EventType.MESSAGE_DELIVERY_CHANGED, "words", ids)


def _blank_what_the_team_wrote(person: Contact) -> None:
    KeptDraft.objects.filter(conversation__contact=person).delete()
    with switched(ERASE):
        notes = Note.objects.filter(conversation__contact=person, erased_at=None)
        notes.update(body="", erased_at=timezone.now())


def _changed(rows: "QuerySet[Any]", **changes: object) -> None:
    rows.update(**changes, version=F("version") + 1, updated_at=timezone.now())


def _merged_into(contact_id: UUID) -> list[UUID]:
    """Everybody who was merged into this contact, or into one of those."""
    found: list[UUID] = []
    losers = [contact_id]
    while losers:
        losers = list(Contact.objects.filter(merged_into__in=losers).values_list("pk", flat=True))
        found += losers
    return found
