"""Which conversations the routes of connections to Kirim would have given to whom (`activity.rehearsing`)."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.db.models import Q

from accounts.models import Membership, Workspace
from activity.models import Event
from activity.rehearsing import Memory, Would, rehearses
from inbox.looking_back import Then
from inbox.models import Conversation
from inbox.reactions import available
from integrations.kirim.mapping import SYSTEM
from integrations.kirim.routing import keeps_it, route_of
from integrations.models import Connection

Agents = Callable[[UUID | None, list[str] | None], list[Membership]]


@rehearses("route_labelled", Q())
def would_route(workspace: Workspace, events: Sequence[Event], memory: Memory) -> list[Would]:
    then, agents, found = Then(workspace, events), _agents(workspace), []
    settings = dict(Connection.objects.filter(workspace=workspace, system=SYSTEM).values_list("pk", "settings"))
    turns: dict[str, int] = memory.setdefault("turns", {})
    for event in events:
        conversation = then.conversation(event)
        route = conversation and route_of(settings.get(conversation.connection_id, {}), event.payload["added"])
        if not conversation or not route:
            continue
        label, team = route
        conversation.assignee = _holder(conversation, event, then, memory)
        agent, kept = conversation.assignee, keeps_it(conversation, team)
        if not kept:
            # Whoever got none in the window comes first, as who never got one does in `next_agent`.
            free = agents(conversation.client_id, team)
            agent = min(free, key=lambda one: (turns.get(str(one.pk), 0), one.pk), default=None)
        if agent is None:
            continue
        if not kept:
            turns[str(agent.pk)] = event.sequence
            memory.setdefault("given", {})[str(conversation.pk)] = [event.sequence, str(agent.pk)]
        found.append(Would(event, conversation.pk, {"member": str(agent.pk), "kept": kept, "label": label}))
    return found


def _holder(conversation: Conversation, event: Event, then: Then, memory: Memory) -> Membership | None:
    """Whose it would be: who was given it, unless it was really given to somebody since."""
    sequence, member = memory.get("given", {}).get(str(conversation.pk), (0, ""))
    if not sequence or then.was_assigned(conversation.pk, after=sequence, by=event):
        return conversation.assignee
    return then.member(UUID(member))


def _agents(workspace: Workspace) -> Agents:
    """Who is available of a team, for a client: asked once for each."""
    known: dict[tuple[UUID | None, tuple[str, ...] | None], list[Membership]] = {}

    def of(client_id: UUID | None, team: list[str] | None) -> list[Membership]:
        key = client_id, None if team is None else tuple(team)
        if key not in known:
            known[key] = list(available(workspace.pk, client_id, team))
        return known[key]

    return of
