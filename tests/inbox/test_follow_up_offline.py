"""A message left while nobody was there: a follow-up for the owner."""

import pytest

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity.models import ReactionSwitch
from clients.access import restrict
from clients.models import Client
from contacts.models import Contact
from inbox.actions import assign
from inbox.models import FollowUp
from tests.arrivals import ago, events, follow_up_on_everything, write_in
from tests.inbox.reacting import react


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def follow_up_offline() -> FollowUp | None:
    react("follow_up_offline")
    return FollowUp.objects.first()


def test_it_is_for_whoever_has_the_conversation(us: Actor, agent: Membership) -> None:
    message = write_in(us, offline=True, name="Priya")
    assign(actor=us, conversation=message.conversation, to=agent)
    follow_up = follow_up_offline()
    assert follow_up is not None
    assert (follow_up.owner, follow_up.conversation, follow_up.contact.name) == (agent, message.conversation, "Priya")
    assert (follow_up.source, follow_up.note) == ("offline_message", "Answer the message that Priya left")
    assert follow_up.done_at is None
    assert events("follow_up.created") == ["follow_up.created"]


def test_else_it_is_for_the_contacts_owner(us: Actor, agent: Membership) -> None:
    write_in(us, offline=True)
    Contact.objects.update(owner=agent)
    follow_up = follow_up_offline()
    assert follow_up is not None
    assert follow_up.owner == agent


def test_an_owner_who_left_or_may_not_see_the_client_any_more_does_not_lose_it(
    us: Actor, agent: Membership, admin: Membership, harbour: Client, meadow: Client
) -> None:
    message = write_in(us, offline=True, client_id=harbour.pk)
    assign(actor=us, conversation=message.conversation, to=admin)
    Contact.objects.update(owner=agent)
    Membership.objects.filter(pk=admin.pk).update(is_active=False)
    restrict(member=agent, clients=[meadow])
    follow_up = follow_up_offline()
    assert follow_up is not None
    assert follow_up.owner is None


@pytest.mark.django_db(transaction=True)
def test_a_first_message_left_is_followed_up_by_the_agent_it_goes_to(us: Actor, agent: Membership) -> None:
    message = write_in(us, offline=True)
    follow_up_on_everything()
    message.conversation.refresh_from_db()
    assert message.conversation.assignee == agent
    assert FollowUp.objects.get().owner == agent


def test_it_goes_to_the_agent_also_where_it_was_made_before_the_agent_was_found(us: Actor, agent: Membership) -> None:
    write_in(us, offline=True)
    react("follow_up_offline")
    assert FollowUp.objects.get().owner is None
    react("assign_round_robin")
    assert FollowUp.objects.get().owner == agent


def test_a_message_to_somebody_present_makes_none(us: Actor) -> None:
    write_in(us)
    assert follow_up_offline() is None


def test_the_same_event_again_makes_no_second_one(us: Actor) -> None:
    write_in(us, offline=True)
    follow_up_offline()
    assert react("follow_up_offline") == [False]
    assert FollowUp.objects.count() == 1


def test_switched_off_or_long_ago_none_is_made(us: Actor, workspace: Workspace) -> None:
    write_in(us, offline=True, at=ago(days=4))
    assert follow_up_offline() is None
    ReactionSwitch.objects.create(workspace=workspace, reaction="follow_up_offline", enabled=False)
    write_in(us, offline=True)
    assert follow_up_offline() is None
