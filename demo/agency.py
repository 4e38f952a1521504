"""The agency that the demo's script is about: its workspace, its people and its clients, before the first message."""

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.actors import Actor, person, system
from accounts.models import Membership, Role, User, Workspace
from accounts.people import create_workspace, join
from clients.access import restrict
from clients.actions import create_campaign, create_client
from clients.models import Campaign, Client
from contacts import labels
from contacts.models import Label
from deals.stages import lay_out
from demo import story
from inbox.composing import canned

# Known to everybody who has read the README: the demo is there to be looked at.
PASSWORD = "demo-parley-2026"  # noqa: S105


@dataclass(frozen=True)
class Agency:
    """Everything by the script's keys; campaigns by client and campaign."""

    workspace: Workspace
    members: dict[str, Membership]
    labels: dict[str, Label]
    clients: dict[str, Client]
    campaigns: dict[tuple[str, str], Campaign]

    @property
    def narrator(self) -> Actor:
        """Whoever brings in what people from outside do."""
        return system(self.workspace, "demo")

    @property
    def owner(self) -> Actor:
        return next(person(member) for member in self.members.values() if member.role == Role.OWNER)

    def acting(self, key: str | None) -> Actor:
        """The member; the owner, where nobody is named."""
        return self.owner if key is None else person(self.members[key])


def establish(script: story.Script) -> Agency:
    """The workspace with everybody in it, before the first message. Raises Conflict where its slug is taken."""
    told = script.workspace
    workspace = create_workspace(
        name=told.name, slug=told.slug, plan=told.plan, currency=told.currency,
        time_zone=told.zone.key, region=told.phone_region,
    )  # fmt: skip
    lay_out(workspace)
    members = {
        member.key: join(workspace=workspace, email=member.email, name=member.name, role=member.role)
        for member in script.team
    }
    agency = Agency(workspace, members, labels={}, clients={}, campaigns={})
    for label in script.labels:
        agency.labels[label.key] = labels.create(actor=agency.owner, name=label.name, colour=label.colour)
    for client in script.clients:
        _take_on(agency, client)
    for reply in script.canned_replies:
        canned.create(
            actor=agency.owner, name=reply.name, shortcut=reply.shortcut, body=reply.body,
            client_id=agency.clients[reply.client].pk if reply.client else None,
        )  # fmt: skip
    for member in script.team:
        if member.client is not None:
            restrict(member=members[member.key], clients=[agency.clients[member.client]])
    _give_password(workspace)
    return agency


def _take_on(agency: Agency, told: story.Client) -> None:
    client = create_client(actor=agency.owner, name=told.name, domain=told.domain, notes=told.notes)
    agency.clients[told.key] = client
    for campaign in told.campaigns:
        agency.campaigns[told.key, campaign.key] = create_campaign(
            actor=agency.owner, name=campaign.name, client_id=client.pk
        )


def _give_password(workspace: Workspace) -> None:
    """Everybody gets the known one; but not a person who is a member elsewhere too. Hashed once: hashing is slow on
    purpose, and there is nothing to protect."""
    elsewhere = Membership.objects.exclude(workspace=workspace).values("user")
    people = User.objects.filter(memberships__workspace=workspace).exclude(pk__in=elsewhere)
    people.update(password=make_password(PASSWORD))
