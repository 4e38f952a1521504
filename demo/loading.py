"""Loading the demo workspace: the script, told through the product's own verbs as if it had happened on these days."""

from datetime import datetime
from functools import partial
from operator import itemgetter

from django.db import transaction

from accounts.actors import person
from accounts.deletion import delete_workspace
from accounts.models import Membership, Role, Workspace
from activity.consumers import settle
from contacts import actions as contacts
from contacts import labels
from contacts.addresses import EMAIL, address
from contacts.models import Contact
from contacts.people import add_address
from crm.errors import Conflict
from crm.transactions import advisory_lock
from deals import actions as deals
from demo import story
from demo.agency import Agency, establish
from demo.scene import Scene, backdate


@transaction.atomic
def load(script: story.Script, now: datetime, *, fresh: bool = False) -> tuple[Membership, bool]:
    """The workspace's owner, and whether it was loaded now: one that stands is left alone, with `fresh` deleted first.

    All or nothing. `now` is the moment that the script is told at; the same `now` tells the same. No reaction acts on
    any of it afterwards. Raises Conflict where the slug belongs to a workspace that is not the demo.
    """
    advisory_lock("demo")
    standing = Workspace.objects.filter(slug=script.workspace.slug).first()
    if standing is not None:
        owner = _owner(script, standing)
        if not fresh:
            return owner, False
        delete_workspace(actor=person(owner), confirm_slug=standing.slug)
    agency = establish(script)
    _play(script, agency, now)
    settle(agency.workspace)
    return _owner(script, agency.workspace), True


def _owner(script: story.Script, standing: Workspace) -> Membership:
    """The owner whom the script gave it: the mark of a workspace that may be deleted without asking anybody."""
    emails = [member.email for member in script.team if member.role == Role.OWNER]
    members = Membership.objects.select_related("user", "workspace")
    owner = members.filter(workspace=standing, role=Role.OWNER, user__email__in=emails).first()
    if owner is None:
        raise Conflict(f"The workspace “{standing.slug}” is not the demo: it was made by people, and stays as it is.")
    return owner


def _play(script: story.Script, agency: Agency, now: datetime) -> None:
    scenes = [Scene(agency, client.key, told, now) for client in script.clients for told in client.conversations]
    beats = [beat for scene in scenes for beat in scene.beats()]
    first = min(moment for moment, _ in beats)
    for client in script.clients:
        for told in client.contacts:
            _introduce(agency, client.key, told, moment=first)
        for prospect in client.prospects:
            contact = _introduce(agency, client.key, prospect.person, moment=first)
            beats.append((prospect.moment(now), partial(_hope, agency, prospect, contact, now)))
    beats.sort(key=itemgetter(0))
    for moment, happen in beats:
        happen(moment)


def _introduce(agency: Agency, client: str, told: story.Person, moment: datetime) -> Contact:
    """Somebody who has not written yet, known from the first day."""
    actor = agency.owner.back_at(moment)
    contact = contacts.create(
        actor=actor, name=told.name, email=told.email or "", phone=told.phone or "",
        client_id=agency.clients[client].pk, source="List", company=told.company or "",
    )  # fmt: skip
    for email in told.more_emails:
        add_address(actor=actor, contact=contact, address=address(EMAIL, email, region=agency.workspace.region))
    for key in told.labels:
        labels.bulk_label(actor=actor, contact_ids=[contact.pk], label=agency.labels[key], attach=True)
    backdate(contact, moment)
    return contact


def _hope(agency: Agency, told: story.Prospect, contact: Contact, now: datetime, moment: datetime) -> None:
    actor = agency.acting(told.deal.owner).back_at(moment)
    deal = deals.create(
        actor=actor, contact_id=contact.pk, stage=told.deal.stage, title=told.deal.title, value=told.deal.value,
        currency=told.deal.currency, notes=told.deal.notes, owner_id=actor.id,
        expected_close_on=told.deal.expected_on(now),
    )  # fmt: skip
    backdate(deal, moment)
