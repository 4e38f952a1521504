"""Adding whom somebody named, so that each of the two shows the other."""

from typing import Any

from django.db import transaction

from accounts.actors import Actor
from contacts import actions
from contacts.joining import fields_of
from contacts.models import Contact
from contacts.taking_back import CHANGE, CREATE
from inbox.intents.referrals import Referral
from inbox.next_steps import Part

SOURCE = "referral"
BY, TO = "Referred by", "Referred to"


@transaction.atomic
def add(*, actor: Actor, by: Contact, named: Referral) -> tuple[Contact, list[Part]]:
    """The new contact, of the same client, company and owner as who named them; and how it is taken back. Raises
    Conflict where somebody has the address meanwhile."""
    one = named.address
    made = actions.create(
        actor=actor, name=named.name, client_id=by.client_id, source=SOURCE, company=by.company, owner_id=by.owner_id,
        custom_fields={BY: str(by)}, **{one.kind: one.value},
    )  # fmt: skip
    parts: list[Part] = [(CREATE, {"id": str(made.pk), "after": fields_of(made)})]
    before = fields_of(by)
    names = [*_names(by.custom_fields.get(TO)), str(made)]
    actions.change(actor=actor, contact=by, custom_fields=by.custom_fields | {TO: ", ".join(names)})
    return made, [*parts, (CHANGE, {"id": str(by.pk), "before": before, "after": fields_of(by)})]


def _names(kept: Any) -> list[str]:
    return [str(kept)] if kept else []
