"""A conversation that needs a person: with a label that the connection's settings name, it goes to an available agent,
and they are told, with the link."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Membership
from activity.consumers import reaction
from activity.models import Event
from activity.types import EventType
from inbox.actions import may_answer
from inbox.composing import notes
from inbox.messages import lock
from inbox.models import Conversation
from inbox.reactions import give, next_agent
from integrations.base import Connected
from integrations.kirim.mapping import SYSTEM

ANYONE = "anyone"


@reaction(
    "route_labelled",
    EventType.CONVERSATION_LABELLED,
    title="When a WhatsApp conversation gets a label that the connection to Kirim routes, give it to the available "
    "agent who has waited longest, and tell them.",
)
def route_labelled(event: Event, actor: Actor) -> None:
    conversation = Conversation.objects.select_related("connection").get(pk=event.subject_id)
    connection = conversation.connection
    if connection is None or connection.system != SYSTEM:
        return
    route = route_of(connection.settings, event.payload["added"])
    if route is None:
        return
    label, team = route
    conversation = lock(conversation)
    agent = _agent(actor, conversation, team)
    if agent is not None:
        _tell(actor, conversation, agent, label)


def route_of(settings: Mapping[str, Any], added: Sequence[str]) -> tuple[str, list[str] | None] | None:
    """The first of these labels that the connection routes, and its team; None where it routes none of them."""
    routes = {name.casefold(): team for name, team in (settings.get("routing") or {}).items()}
    label = next((name for name in added if name.casefold() in routes), None)
    return None if label is None else (label, team_of(routes[label.casefold()]))


def keeps_it(conversation: Conversation, team: Sequence[str] | None) -> bool:
    """Whether it stays with who has it: of the team, available, and one who may answer here."""
    present = conversation.assignee
    is_there = present and present.is_available and may_answer(present, conversation.client_id)
    return bool(present and is_there and (team is None or present.user.email.lower() in team))


def team_of(named: str) -> list[str] | None:
    """The e-mail addresses of a route; None for whoever is available."""
    emails = [each.strip().lower() for each in named.replace(";", ",").split(",") if each.strip()]
    return None if ANYONE in emails or not emails else emails


def unknown(connected: Connected) -> list[str]:
    """The addresses in the routes that are no colleague's."""
    routes = (connected.settings.get("routing") or {}).values()
    named = {email for route in routes for email in team_of(route) or ()}
    members = Membership.objects.filter(workspace=connected.workspace, is_active=True, user__email__in=named)
    return sorted(named - {email.lower() for email in members.values_list("user__email", flat=True)})


def _agent(actor: Actor, conversation: Conversation, team: Sequence[str] | None) -> Membership | None:
    """Who has it now: who had it before, where they are of the team and there; else whose turn it is."""
    if keeps_it(conversation, team):
        return conversation.assignee
    agent = next_agent(conversation, team)
    if agent is not None:
        give(actor, conversation, agent)
    return agent


def _tell(actor: Actor, conversation: Conversation, agent: Membership, label: str) -> None:
    link = f"{settings.PUBLIC_URL}{reverse('inbox:conversation', args=[conversation.pk])}"
    body = f"@{agent.user} {conversation.contact} needs a person ({label}): {link}"
    notes.write(actor=actor, conversation=conversation, body=body)
