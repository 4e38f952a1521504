"""Undoing an import, row by row, the last first: who came with it goes, what it changed is put back; what somebody has
worked on since stays."""

from typing import Any
from uuid import UUID

from django.db.models import ProtectedError

from accounts.actors import Actor
from activity.models import RunRow
from activity.runs import undoes_run
from contacts import actions
from contacts.imports.importing import KIND
from contacts.joining import fields_of
from contacts.models import Contact, ContactLabel, Identity
from contacts.moving import followers
from contacts.ownership import restore_fields
from crm.versions import touch


@undoes_run(KIND)
def take_back(row: RunRow, actor: Actor) -> str:
    contact = Contact.objects.visible_to(actor).filter(pk=row.subject_id).select_for_update().first()
    if contact is None:
        return "This contact is gone already."
    return _remove(contact, row.before, actor) if row.before.get("created") else _restore(contact, row.before, actor)


def _remove(contact: Contact, before: dict[str, Any], actor: Actor) -> str:
    if any(model is not Identity and model._base_manager.filter(contact=contact).exists() for model in followers()):
        return f"{contact} has conversations, deals or follow-ups by now, and stays."
    if contact.merges_won.filter(unmerged_at=None).exists():
        return f"Somebody was merged into {contact} since: they stay."
    if fields_of(contact) != before["after"]:
        return f"{contact} was changed since, and stays."
    actions.delete(actor=actor, contact=contact)
    return ""


def _restore(contact: Contact, before: dict[str, Any], actor: Actor) -> str:
    ContactLabel.objects.filter(contact=contact, label__in=before["labels"]).delete()
    left = restore_fields(contact, actor, before=before["before"], after=before["after"])
    left += [value for pk in before["addresses"] if (value := _drop(contact, UUID(str(pk))))]
    touch(contact)
    return f"{contact}: {', '.join(left)} changed since, and stays." if left else ""


def _drop(contact: Contact, pk: UUID) -> str:
    """Take the address off again; its value where it is in use by now."""
    one: Identity | None = Identity.objects.filter(pk=pk, contact=contact).first()
    if one is None:
        return ""
    if one.value in (contact.email, contact.phone):
        return one.value
    try:
        one.delete()
    except ProtectedError:
        return one.value
    return ""
