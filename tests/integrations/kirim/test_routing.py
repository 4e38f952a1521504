"""A conversation that needs a person goes to one, and they are told."""

import pytest

from accounts.models import Membership, Role, Workspace
from activity import rehearsing, runs
from activity.models import RunRow
from contacts.labels import named
from crm.errors import Conflict
from inbox.actions import assign, label
from inbox.composing.models import Mention
from inbox.models import Conversation
from integrations.base import Connected
from integrations.connecting import check
from integrations.kirim.routing import team_of
from integrations.kirim.system import SYSTEM
from integrations.models import Connection
from tests.arrivals import events, write_in
from tests.cast import acting, member
from tests.inbox.reacting import react
from tests.integrations.kirim.conftest import PRIYA, Both, settle
from tests.integrations.kirim.stand_in import StandIn
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db
ROUTING = {"Needs-Human": "anna.agent@example.com, Ben.Baker@example.com", "sales": "anyone"}


@pytest.fixture
def routed(connected: Connected, workspace: Workspace, agent: Membership) -> Connected:
    """With Anna and Ben in the team, and Cleo who is not."""
    member(workspace, "Ben Baker", Role.ADMIN)
    member(workspace, "Cleo Cook")
    Connection.objects.update(settings={**connected.connection.settings, "routing": ROUTING})
    return connected


def chat(connected: Connected, number: int = 0) -> Conversation:
    sender = f"+62812345678{number:02}"
    message = write_in(connected.actor, sender=sender, channel="whatsapp", connection_id=connected.connection.pk)
    found: Conversation = Conversation.objects.get(pk=message.conversation_id)
    return found


def labelled(connected: Connected, conversation: Conversation, name: str = "needs-human") -> Conversation:
    label(actor=connected.actor, conversation=conversation, label=named(actor=connected.actor, name=name))
    react("route_labelled")
    found: Conversation = Conversation.objects.select_related("assignee__user").get(pk=conversation.pk)
    return found


def holder(conversation: Conversation) -> str:
    return str(conversation.assignee.user) if conversation.assignee else ""


def test_the_team_gets_them_in_turn(routed: Connected) -> None:
    got = [holder(labelled(routed, chat(routed, number))) for number in range(4)]
    assert got == ["Anna Agent", "Ben Baker", "Anna Agent", "Ben Baker"]


def test_who_gets_it_is_told_with_the_link(routed: Connected, agent: Membership) -> None:
    conversation = labelled(routed, chat(routed))
    [mention] = Mention.objects.select_related("note").all()
    assert mention.member == agent
    assert f"/inbox/{conversation.pk}" in mention.note.body
    assert "needs-human" in mention.note.body


def test_somebody_who_is_away_is_passed_over(routed: Connected, agent: Membership) -> None:
    Membership.objects.filter(pk=agent.pk).update(is_available=False)
    assert holder(labelled(routed, chat(routed))) == "Ben Baker"


def test_anyone_is_every_agent(routed: Connected) -> None:
    got = {holder(labelled(routed, chat(routed, number), "Sales")) for number in range(2)}
    assert got == {"Anna Agent", "Cleo Cook"}


def test_who_has_it_already_keeps_it_and_is_told(routed: Connected, agent: Membership) -> None:
    conversation = chat(routed)
    assign(actor=acting(agent), conversation=conversation, to=agent)
    assert holder(labelled(routed, conversation)) == "Anna Agent"
    assert Mention.objects.get().member == agent
    assert events("conversation.assigned") == ["conversation.assigned"]


def test_another_label_and_another_channel_route_nothing(routed: Connected) -> None:
    assert holder(labelled(routed, chat(routed), "vip")) == ""
    mail = write_in(routed.actor, sender="priya@example.com").conversation
    assert holder(labelled(routed, mail)) == ""
    assert not Mention.objects.exists()


def test_with_nobody_there_it_waits_for_the_team_unassigned(routed: Connected) -> None:
    Membership.objects.update(is_available=False)
    assert holder(labelled(routed, chat(routed))) == ""


# Who gets each in turn; the third stays with Anna, who has it; the fifth asks for whoever is there; the last comes back
# to be routed again, and stays with who was given it.
STORY = ["Anna Agent", "Ben Baker", "Anna Agent", "", "Cleo Cook", "Anna Agent", "Ben Baker", "Ben Baker"]


def story(routed: Connected, agent: Membership, *, reacts: bool) -> list[str]:
    """Labels put on conversations; whose each is after it, where the routes are at work."""
    chats = [chat(routed, number) for number in range(7)]
    assign(actor=acting(agent), conversation=chats[2], to=agent)
    got = []
    for number, name in [(0, ""), (1, ""), (2, ""), (3, "vip"), (4, "Sales"), (5, ""), (6, ""), (6, "sales")]:
        tag = named(actor=routed.actor, name=name or "needs-human")
        label(actor=routed.actor, conversation=chats[number], label=tag)
        if reacts:
            react("route_labelled")
        got.append(holder(Conversation.objects.select_related("assignee__user").get(pk=chats[number].pk)))
    return got


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reacts", [True, False], ids=["at work", "switched off"])
def test_a_dry_run_says_who_gets_them_and_changes_nothing(
    routed: Connected, agent: Membership, owner: Membership, reacts: bool
) -> None:
    done = story(routed, agent, reacts=reacts)
    assert not reacts or done == STORY
    changed = events("conversation.assigned"), Mention.objects.count()
    run = runs.finish(rehearsing.start(acting(owner), "route_labelled"))
    found = list(RunRow.objects.filter(run=run).order_by("number"))
    names = {str(one.pk): str(one.user) for one in Membership.objects.select_related("user")}
    assert [names[row.before["member"]] for row in found] == [name for name in STORY if name]
    assert [row.before["kept"] for row in found] == [False, False, True, False, False, False, True]
    assert (events("conversation.assigned"), Mention.objects.count()) == changed
    page = signed_in(owner).get("/settings/automations/route_labelled").content.decode()
    told = ["Given to Ben Baker", "Anna Agent, whose it is, told", "Labelled needs-human", "<strong>6 conversations"]
    assert [words for words in told if words not in page] == []


@pytest.mark.parametrize(
    ("written", "team"),
    [("anyone", None), ("", None), ("A@x.de; b@x.de,", ["a@x.de", "b@x.de"]), ("a@x.de, anyone", None)],
)
def test_a_team_is_written_as_addresses(written: str, team: list[str] | None) -> None:
    assert team_of(written) == team


@pytest.mark.django_db(transaction=True)
def test_kirim_has_them_assigned_too_and_its_event_changes_nothing_more(
    routed: Connected, door: StandIn, both: Both, agent: Membership
) -> None:
    anna = door.user("Anna", agent.user.email)
    users = {**Connection.objects.get().settings, "users": {agent.user.email: anna["id"]}}
    Connection.objects.update(settings=users)
    door.writes(PRIYA, "I need a person", name="Priya")
    both()
    Membership.objects.exclude(pk=agent.pk).update(is_available=False)
    conversation = Conversation.objects.get()
    assign(actor=acting(agent), conversation=conversation, to=None)
    label(actor=acting(agent), conversation=conversation, label=named(actor=acting(agent), name="needs-human"))
    settle()
    both()
    [there] = door.state()["conversations"]
    assert there["assignee"]["id"] == anna["id"]
    assert len(door.state()["conversation_labels"]) == 1
    before = events()
    both()
    assert (events(), holder(Conversation.objects.get())) == (before, "Anna Agent")


def test_the_test_of_a_connection_names_who_is_nobody(routed: Connected) -> None:
    one = Connection.objects.select_related("workspace").get()
    one.settings["routing"]["vip"] = "nobody@example.com"
    assert SYSTEM.check(Connected(one)) == (
        "Kirim answers, and takes the API key. But nobody here has the address nobody@example.com, to whom labels are "
        "routed."
    )


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [("phone_number_id", "999", "Kirim knows no such address"), ("base_url", "http://127.0.0.1:9/v1", "failed")],
)
def test_the_test_of_a_connection_says_what_is_wrong(
    routed: Connected, owner: Membership, setting: str, value: str, words: str
) -> None:
    Connection.objects.update(settings={**routed.connection.settings, setting: value})
    with pytest.raises(Conflict, match=words):
        check(actor=acting(owner), connection=Connection.objects.get())


def test_a_wrong_key_is_named_by_the_test_of_a_connection(routed: Connected, kirim: StandIn, owner: Membership) -> None:
    kirim.arrange(api_key="another")
    with pytest.raises(Conflict, match="does not take the API key"):
        check(actor=acting(owner), connection=routed.connection)
