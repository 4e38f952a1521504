"""What becomes of somebody's work when they leave, or may see less."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership, Workspace
from activity.models import Run
from activity.runs import finish
from clients.models import Client
from contacts.models import Contact
from deals import actions as deals
from deals.models import Deal
from desk.people import members
from desk.people.handing_over import AT_ONCE, GONE, beyond
from inbox import actions, follow_ups
from inbox.models import Conversation, FollowUp
from tests.cast import acting, member
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]


def works_on(agent: Membership, conversation: Conversation) -> None:
    """The conversation, its person, an open deal and a follow-up are the agent's."""
    actor = acting(agent)
    actions.assign(actor=actor, conversation=conversation, to=agent)
    deals.create(actor=actor, conversation_id=conversation.pk, owner_id=agent.pk, title="Bread")
    due = timezone.now() + timedelta(days=1)
    follow_ups.create(actor=actor, conversation_id=conversation.pk, due_at=due, owner_id=agent.pk)
    Contact.objects.filter(pk=conversation.contact_id).update(owner=agent)


def whose(conversation: Conversation) -> list[str | None]:
    """Whose the conversation is, its deal, its follow-up and its person."""
    conversation = Conversation.objects.select_related("assignee__user", "contact__owner__user").get(pk=conversation.pk)
    deal, due = Deal.objects.get(conversation=conversation), FollowUp.objects.get(conversation=conversation)
    found = (conversation.assignee, deal.owner, due.owner, conversation.contact.owner)
    return [str(each.user) if each else None for each in found]


@pytest.fixture
def milk(workspace: Workspace, meadow: Client) -> Conversation:
    return wrote(workspace, meadow, "Mo Milk", "Milk, please.", None)


def test_the_page_says_how_much_they_have(
    browse: Browse, owner: Membership, agent: Membership, priya: Conversation, milk: Conversation
) -> None:
    works_on(agent, priya)
    works_on(agent, milk)
    shown = browse(owner).get(f"/settings/people/{agent.pk}").content.decode()
    assert "They have 2 open conversations, 2 open deals, 2 follow-ups, 2 contacts." in shown


@pytest.mark.parametrize("to", ["admin", None])
def test_whoever_leaves_gives_all_of_it_to_one_colleague_or_to_nobody(
    browse: Browse, owner: Membership, admin: Membership, agent: Membership, priya: Conversation, to: str | None
) -> None:
    works_on(agent, priya)
    browse(owner).post(f"/settings/people/{agent.pk}/end", {"to": str(admin.pk) if to else ""})
    assert whose(priya) == ["Adam Admin" if to else None] * 4


def test_what_is_done_with_keeps_its_name(owner: Membership, agent: Membership, priya: Conversation) -> None:
    works_on(agent, priya)
    deals.move(actor=acting(agent), deal=Deal.objects.get(), stage="won")
    actions.close(actor=acting(agent), conversation=Conversation.objects.get())
    follow_ups.change(actor=acting(agent), follow_up=FollowUp.objects.get(), done=True)
    members.end(actor=acting(owner), member=agent)
    assert whose(priya) == ["Anna Agent", "Anna Agent", "Anna Agent", None]


def test_of_a_client_that_the_colleague_does_not_work_for_it_becomes_nobodys(
    browse: Browse, owner: Membership, agent: Membership, other_client_agent: Membership, priya: Conversation,
    milk: Conversation,
) -> None:  # fmt: skip
    works_on(agent, priya)
    works_on(agent, milk)
    browse(owner).post(f"/settings/people/{agent.pk}/end", {"to": str(other_client_agent.pk)})
    assert whose(milk) == ["Mina Meadow"] * 4
    assert whose(priya) == [None] * 4


def test_whoever_sees_fewer_clients_keeps_what_is_of_these(
    browse: Browse, owner: Membership, admin: Membership, agent: Membership, meadow: Client, priya: Conversation,
    milk: Conversation,
) -> None:  # fmt: skip
    works_on(agent, priya)
    works_on(agent, milk)
    sent = {"role": "agent", "sees": "some", "client": [str(meadow.pk)], "to": str(admin.pk)}
    assert browse(owner).post(f"/settings/people/{agent.pk}", sent).status_code == 303
    assert whose(milk) == ["Anna Agent"] * 4
    assert whose(priya) == ["Adam Admin"] * 4


def test_a_viewer_keeps_nothing(
    browse: Browse, owner: Membership, agent: Membership, harbour: Client, priya: Conversation
) -> None:
    works_on(agent, priya)
    sent = {"role": "viewer", "sees": "some", "client": [str(harbour.pk)]}
    assert browse(owner).post(f"/settings/people/{agent.pk}", sent).status_code == 303
    assert whose(priya) == [None] * 4


@pytest.mark.parametrize("who", ["agent", "viewer", "outsider", "gone"])
def test_nobody_inherits_who_could_not_answer(
    browse: Browse, request: pytest.FixtureRequest, owner: Membership, agent: Membership, priya: Conversation, who: str
) -> None:
    works_on(agent, priya)
    if who == "gone":
        heir = member(owner.workspace, "Greta Gone")
        members.end(actor=acting(owner), member=heir)
    else:
        heir = request.getfixturevalue(who)
    answer = browse(owner).post(f"/settings/people/{agent.pk}/end", {"to": str(heir.pk)})
    assert (answer.status_code, "Choose a colleague who can answer" in answer.content.decode()) == (422, True)
    assert Membership.objects.get(pk=agent.pk).is_active
    assert whose(priya) == ["Anna Agent"] * 4


def many(agent: Membership, number: int) -> None:
    Contact.objects.bulk_create(
        Contact(workspace=agent.workspace, name=f"Person {n}", owner=agent, last_activity_at=timezone.now())
        for n in range(number)
    )


def test_much_of_it_is_long_work_that_ends_with_true_counts(
    browse: Browse, owner: Membership, admin: Membership, agent: Membership, priya: Conversation
) -> None:
    works_on(agent, priya)
    many(agent, 150)
    answer = browse(owner).post(f"/settings/people/{agent.pk}/end", {"to": str(admin.pk)})
    run = Run.objects.get()
    assert (answer.status_code, answer["Location"], run.total) == (303, f"/runs/{run.pk}", 154)
    assert not Membership.objects.get(pk=agent.pk).is_active
    done = finish(run)
    assert (done.state, done.done_count, done.failed_count) == ("done", 154, 0)
    assert beyond(agent, GONE).total == 0
    assert Contact.objects.filter(owner=admin).count() == 151


def test_whoever_comes_back_in_the_meantime_keeps_what_is_left(
    owner: Membership, agent: Membership, priya: Conversation
) -> None:
    many(agent, AT_ONCE + 1)
    run = members.end(actor=acting(owner), member=agent)
    assert run is not None
    members.bring_back(actor=acting(owner), member=agent)
    assert (finish(run).done_count, Contact.objects.filter(owner=agent).count()) == (0, AT_ONCE + 1)
