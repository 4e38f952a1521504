"""Erasing a person, as privacy law asks: what they and we wrote is blanked, that it was written stays provable."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from activity.log import record
from activity.types import EventType
from contacts.models import Contact, Identity
from crm.immutable import ERASE, switched
from crm.versions import write
from inbox.models import Attachment, Conversation, FollowUp, IntentTag, Message


@transaction.atomic
def erase(*, actor: Actor, contact: Contact) -> None:
    """Blank everything that says who `contact` is or what was said. Digests and times stay, so every chain still
    verifies.

    Addresses that were suppressed stay on the suppression list: else the next import would write to them again.
    """
    actor.must_administer()
    messages = Message.objects.filter(conversation__contact=contact)
    with switched(ERASE):
        Attachment.objects.filter(message__in=messages).update(name="", content_id="", content=b"", sha256="")
        IntentTag.objects.filter(message__in=messages).update(evidence="")
        messages.update(
            subject="", body="", html="", new_text="", headers=[], author_name="", salt="", erased_at=timezone.now()
        )  # fmt: skip
    Conversation.objects.filter(contact=contact).update(subject="", last_message="", identity=None)
    FollowUp.objects.filter(contact=contact).update(note="")
    Identity.objects.filter(contact=contact).delete()
    write(
        contact, name="", email="", phone="", company="", source="", custom_fields={}, field_origins={},
        erased_at=timezone.now(), deleted_at=timezone.now(),
    )  # fmt: skip
    record(actor, EventType.CONTACT_ERASED, contact)
