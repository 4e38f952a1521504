"""New conversations go to the available agent who has waited longest."""

from functools import partial
from typing import Any

import pytest

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity.consumers import READERS, handle
from activity.models import Event, ReactionSwitch
from clients.access import restrict
from clients.models import Client
from inbox.actions import assign
from inbox.models import Conversation
from inbox.opening import open_conversation
from tests.arrivals import ago, events, write_in
from tests.cast import member
from tests.crowd import at_once
from tests.inbox.reacting import react


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


@pytest.fixture
def agents(workspace: Workspace) -> list[Membership]:
    return [member(workspace, name) for name in ("Ada", "Ben", "Cleo")]


def new(us: Actor, number: int = 0, **how: Any) -> Conversation:
    return write_in(us, sender=f"person-{number}@example.com", **how).conversation


def assignees(*conversations: Conversation) -> list[Membership | None]:
    return [Conversation.objects.select_related("assignee").get(pk=one.pk).assignee for one in conversations]


def test_they_go_round(us: Actor, agents: list[Membership]) -> None:
    made = [new(us, number) for number in range(7)]
    react("assign_round_robin")
    assert assignees(*made) == [*agents, *agents, agents[0]]
    assert events("conversation.assigned") == ["conversation.assigned"] * 7


def test_who_was_passed_over_comes_first_again(us: Actor, agents: list[Membership]) -> None:
    Membership.objects.filter(pk=agents[0].pk).update(is_available=False)
    first = new(us, 1)
    react("assign_round_robin")
    Membership.objects.filter(pk=agents[0].pk).update(is_available=True)
    second, third = new(us, 2), new(us, 3)
    react("assign_round_robin")
    assert assignees(first, second, third) == [agents[1], agents[0], agents[2]]


@pytest.mark.parametrize(
    "change", [{"is_available": False}, {"is_active": False}, {"role": "admin"}, {"role": "owner"}]
)
def test_who_is_away_or_gone_or_no_agent_gets_none(us: Actor, agent: Membership, change: dict[str, object]) -> None:
    Membership.objects.filter(pk=agent.pk).update(**change)
    conversation = new(us)
    react("assign_round_robin")
    assert assignees(conversation) == [None]


def test_somebody_of_another_workspace_gets_none(us: Actor, outsider: Membership) -> None:
    Membership.objects.filter(pk=outsider.pk).update(role="agent")
    conversation = new(us)
    react("assign_round_robin")
    assert assignees(conversation) == [None]


def test_an_agent_of_certain_clients_gets_those_alone(
    us: Actor, agents: list[Membership], harbour: Client, meadow: Client
) -> None:
    restrict(member=agents[0], clients=[meadow])
    restrict(member=agents[1], clients=[harbour, meadow])
    Membership.objects.filter(pk=agents[2].pk).update(is_available=False)
    of_harbour = [new(us, number, client_id=harbour.pk) for number in range(2)]
    own = new(us)
    of_meadow = [new(us, number, client_id=meadow.pk) for number in range(2)]
    react("assign_round_robin")
    assert assignees(*of_harbour, own, *of_meadow) == [agents[1], agents[1], None, agents[0], agents[1]]


def test_one_that_somebody_has_already_stays_with_them(us: Actor, agents: list[Membership], admin: Membership) -> None:
    conversation = new(us)
    assign(actor=us, conversation=conversation, to=admin)
    react("assign_round_robin")
    assert assignees(conversation) == [admin]


def test_one_without_a_message_yet_goes_round_as_well(us: Actor, agent: Membership) -> None:
    conversation, _ = open_conversation(actor=us, channel="email", lead_email="p@example.com")
    react("assign_round_robin")
    assert assignees(conversation) == [agent]


def test_history_goes_to_nobody(us: Actor, agent: Membership) -> None:
    conversation = new(us, at=ago(days=4))
    react("assign_round_robin")
    assert assignees(conversation) == [None]


def test_the_same_event_again_gives_it_to_nobody_else(us: Actor, agents: list[Membership]) -> None:
    conversation = new(us)
    react("assign_round_robin")
    assert react("assign_round_robin") == [False]
    assert assignees(conversation) == [agents[0]]
    assert Membership.objects.exclude(last_assigned_at=None).count() == 1


def test_switched_off_it_goes_to_nobody(us: Actor, workspace: Workspace, agent: Membership) -> None:
    ReactionSwitch.objects.create(workspace=workspace, reaction="assign_round_robin", enabled=False)
    conversation = new(us)
    react("assign_round_robin")
    assert assignees(conversation) == [None]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_go_to_two_agents_and_none_to_nobody(us: Actor, agents: list[Membership]) -> None:
    made = [new(us, number) for number in range(12)]
    created = Event.objects.filter(type="conversation.created").select_related("workspace")

    at_once([partial(handle, READERS["assign_round_robin"], event) for event in created])

    given = assignees(*made)
    assert [given.count(agent) for agent in agents] == [4, 4, 4]


@pytest.mark.django_db(transaction=True)
def test_a_single_agent_gets_all_that_come_at_once(us: Actor, agent: Membership) -> None:
    made = [new(us, number) for number in range(6)]
    created = Event.objects.filter(type="conversation.created").select_related("workspace")
    at_once([partial(handle, READERS["assign_round_robin"], event) for event in created])
    assert assignees(*made) == [agent] * 6
