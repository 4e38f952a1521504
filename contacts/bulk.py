"""One change for many people: at once for those that were selected, as long work for all that a filter leaves."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership
from activity.log import record
from activity.models import Run, RunRow
from activity.runs import STEP, note, runner, start, undoes_run
from activity.types import EventType
from contacts import labels
from contacts.filters import ContactFilters
from contacts.models import Contact, Label
from contacts.ownership import write_signed
from contacts.queries import Rows
from crm.errors import Conflict, Invalid

KIND = "contacts.bulk"
ATTACH, DETACH, OWN = "attach", "detach", "own"


def matching(looking: Actor, chosen: Mapping[str, str]) -> Rows:
    """The contacts that a page's filter leaves."""
    rows = Contact.objects.visible_to(looking)
    left: Rows = ContactFilters(dict(chosen), queryset=rows, request=SimpleNamespace(actor=looking)).applied()
    return left


@transaction.atomic
def own(
    actor: Actor, owners: Mapping[str, str | None], *, expected: str | None = None
) -> tuple[list[Contact], dict[str, str | None]]:
    """Give each of these contacts (by id) its owner (a membership's id, or None). Returns those that are there, and the
    owners that were, of those that changed. expected: who owns them all now, else Conflict."""
    actor.must_write()
    rows = Contact.objects.visible_to(actor).filter(pk__in=list(owners)).order_by("pk")
    contacts, before = list(rows.select_for_update().defer("search")), dict[str, str | None]()
    for contact in contacts:
        present, wanted = contact.owner_id, owners[str(contact.pk)]
        if expected is not None and str(present or "") != expected:
            raise Conflict(f"{contact} was given to somebody else since. Nothing was taken back.")
        if changed := write_signed(contact, actor, owner_id=UUID(wanted) if wanted else None):
            record(actor, EventType.CONTACT_UPDATED, contact, changed_fields=changed)
            before[str(contact.pk)] = str(present) if present else None
    return contacts, before


def start_over_all(*, looking: Actor, chosen: Mapping[str, str], verb: str, value: str, title: str) -> Run:
    """The same change for everybody that the filter leaves, in steps. looking: who asks, with the client they chose."""
    client = str(looking.only_client) if looking.only_client else None
    params = {"chosen": dict(chosen), "client": client, "verb": verb, "value": value}
    return start(looking, kind=KIND, title=title, params=params)


@runner(KIND)
def _step(run: Run, actor: Actor) -> bool:
    params = run.params
    looking = replace(actor, clients=frozenset([UUID(params["client"])])) if params["client"] else actor
    if params["client"] and not actor.sees(UUID(params["client"])):
        return False
    rows = matching(looking, params["chosen"]).order_by("pk")
    if "after" in run.cursor:
        rows = rows.filter(pk__gt=run.cursor["after"])
    ids = list(rows.values_list("pk", flat=True)[:STEP])
    for pk, (words, before) in _done(actor, ids, params["verb"], params["value"]).items():
        outcome = RunRow.Outcome.DONE if before is not None else RunRow.Outcome.SKIPPED
        note(run, number=run.handled + 1, outcome=outcome, words=words, subject_id=pk, before=before)
    if ids:
        run.cursor = {"after": str(ids[-1])}
    return len(ids) == STEP


def _done(actor: Actor, ids: list[UUID], verb: str, value: str) -> dict[UUID, tuple[str, dict[str, Any] | None]]:
    """What became of each that is still there: what to put back, or None where it was so already."""
    if verb == OWN:
        there, before = own(actor, dict.fromkeys(map(str, ids), value or None))
        put_back = {UUID(pk): {"verb": OWN, "owner": owner, "value": value} for pk, owner in before.items()}
        return {one.pk: (str(one), put_back.get(one.pk)) for one in there}
    label = _label(actor, value)
    there, changed = labels.put_on(actor=actor, contact_ids=ids, label=label, attach=verb == ATTACH)
    done = {one.pk: {"verb": verb, "label": value} for one in changed}
    return {one.pk: (str(one), done.get(one.pk)) for one in there}


@undoes_run(KIND)
def _back(row: RunRow, actor: Actor) -> str:
    contact = Contact.objects.visible_to(actor).filter(pk=row.subject_id).first()
    if contact is None:
        return "This contact is gone."
    before = row.before
    if before["verb"] != OWN:
        attach = before["verb"] == DETACH
        labels.put_on(actor=actor, contact_ids=[contact.pk], label=_label(actor, before["label"]), attach=attach)
        return ""
    if str(contact.owner_id or "") != before["value"]:
        return f"{contact} was given to somebody else since."
    own(actor, {str(contact.pk): before["owner"]})
    return ""


def _label(actor: Actor, pk: str) -> Label:
    label = Label.objects.visible_to(actor).filter(pk=pk).first()
    if label is None:
        raise Invalid(fields={"label": ["This label is not there any more."]})
    return label


def owner_of(actor: Actor, text: str) -> Membership | None:
    """The member that a form names; None for nobody."""
    if not text:
        return None
    try:
        found = Membership.objects.visible_to(actor).filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Invalid(fields={"owner": ["Choose somebody who is in this workspace."]})
    return found
