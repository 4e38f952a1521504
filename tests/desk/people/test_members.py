"""Who is in a workspace, and what those who run it do to the others: role, clients, the way out and back."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Role, Workspace
from accounts.plans import Plan
from activity.models import Event
from clients.models import Client, ClientAccess
from crm.errors import Conflict, NotAllowed
from desk.people import members
from tests.cast import a_workspace, acting, key_of, member
from tests.crowd import at_once

Browse = Callable[[Membership], Browser]


def path(who: Membership, verb: str = "") -> str:
    return f"/settings/people/{who.pk}{verb}"


def given(role: str, *clients: Client) -> dict[str, Any]:
    ids = [str(client.pk) for client in clients]
    return {"role": role, "sees": "some" if clients else "all", "client": ids}


def state(who: Membership) -> tuple[str, set[str] | None, bool]:
    """Role, the names of the clients they see (None: all), whether they are in."""
    now = Membership.objects.get(pk=who.pk)
    names = set(ClientAccess.objects.filter(membership=who).values_list("client__name", flat=True))
    return now.role, None if now.all_clients else names, now.is_active


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_list_says_who_is_in_and_what_they_may(
    browse: Browse, owner: Membership, viewer: Membership, agent: Membership, outsider: Membership
) -> None:
    shown = text(browse(owner).get("/settings/people"))
    for words in ("Olga Owner", "(you)", "hal.harbour@example.com", "Client viewer", "Harbour Bakery", "Anna Agent"):
        assert words in shown, words
    assert "3 of 200 used" in shown
    assert "Otto" not in shown


def test_the_list_is_narrowed_by_name_role_and_who_left(browse: Browse, owner: Membership, agent: Membership) -> None:
    gone = member(owner.workspace, "Greta Gone")
    members.end(actor=acting(owner), member=gone)
    browser = browse(owner)
    for query, there in (
        ("?named=anna", ["Anna Agent"]),
        ("?named=OLGA.OWNER@", ["Olga Owner"]),
        ("?role=agent", ["Anna Agent"]),
        ("?left=yes", ["Greta Gone"]),
        ("?named=nobody", []),
    ):
        shown = text(browser.get(f"/settings/people{query}"))
        assert [name for name in ("Anna Agent", "Greta Gone", "Olga Owner") if f"data-step>{name}" in shown] == there, (
            query
        )


def test_a_long_list_goes_on_behind_its_last_name(browse: Browse, owner: Membership) -> None:
    for number in range(101):
        member(owner.workspace, f"Colleague {number:03}")
    browser = browse(owner)
    first = text(browser.get("/settings/people"))
    assert "Colleague 099" in first
    assert "Olga" not in first.split("settings__page")[1]
    more = first.split('href="?after=')[1].split('"')[0]
    assert "Olga Owner" in text(browser.get(f"/settings/people?after={more}"))


def test_an_admin_makes_an_agent_of_one_client_a_viewer_and_back(
    browse: Browse, admin: Membership, agent: Membership, harbour: Client
) -> None:
    browser = browse(admin)
    for role, clients, seen in (
        ("agent", [harbour], {"Harbour Bakery"}),
        ("viewer", [harbour], {"Harbour Bakery"}),
        ("admin", [], None),
        ("agent", [], None),
    ):
        assert browser.post(path(agent), given(role, *clients)).status_code == 303
        assert state(agent) == (role, seen, True)
    changes = [event.payload for event in Event.objects.filter(type="member.changed").order_by("sequence")]
    assert changes == [
        {"name": "Anna Agent", "role": "agent", "changed_fields": ["clients"]},
        {"name": "Anna Agent", "role": "viewer", "changed_fields": ["role"]},
        {"name": "Anna Agent", "role": "admin", "changed_fields": ["clients", "role"]},
        {"name": "Anna Agent", "role": "agent", "changed_fields": ["role"]},
    ]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"role": "viewer", "sees": "all"}, "Choose the client that they may look at."),
        ({"role": "agent", "sees": "all", "client": "{harbour}"}, "Some clients were ticked, but all were chosen."),
        ({"role": "agent", "sees": "some"}, "Choose at least one client, of those there are."),
        ({"role": "king", "sees": "all"}, "There is no such role."),
        ({"role": "", "sees": "all"}, "There is no such role."),
        ({"role": "agent", "sees": "some", "client": "nonsense"}, "This is not an id."),
    ],
)
def test_what_cannot_be_given_is_refused_beside_its_field(
    browse: Browse, owner: Membership, agent: Membership, harbour: Client, asked: dict[str, str], sentence: str
) -> None:
    answer = browse(owner).post(path(agent), {name: value.format(harbour=harbour.pk) for name, value in asked.items()})
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    tick = text(answer).partition(str(harbour.pk))[2].partition(">")[0]
    assert ("checked" in tick) is ("{harbour}" in asked.values())
    assert state(agent) == ("agent", None, True)


def test_a_viewer_sees_the_clients_that_are_ticked_whatever_stands_above_them(
    browse: Browse, owner: Membership, agent: Membership, harbour: Client
) -> None:
    """No viewer sees all: there is nothing else that it could mean."""
    assert browse(owner).post(path(agent), {**given("viewer", harbour), "sees": "all"}).status_code == 303
    assert state(agent) == ("viewer", {"Harbour Bakery"}, True)


def test_a_client_of_another_workspace_is_none_to_choose(
    browse: Browse, owner: Membership, agent: Membership, harbour: Client
) -> None:
    theirs = Client.objects.create(workspace=a_workspace(), name="Theirs")
    assert browse(owner).post(path(agent), given("viewer", harbour, theirs)).status_code == 422
    assert state(agent) == ("agent", None, True)


def test_an_owner_sees_every_client(browse: Browse, owner: Membership, agent: Membership, harbour: Client) -> None:
    answer = browse(owner).post(path(agent), given("owner", harbour))
    assert (answer.status_code, "An owner sees every client." in text(answer)) == (422, True)


def test_a_plan_without_clients_has_no_viewers(
    browse: Browse, owner: Membership, agent: Membership, harbour: Client
) -> None:
    Workspace.objects.update(plan=Plan.PRO)
    assert "Client viewer" not in text(browse(owner).get(path(agent)))
    assert browse(owner).post(path(agent), given("viewer", harbour)).status_code == 403
    assert state(agent) == ("agent", None, True)


@pytest.mark.parametrize("role", ["agent", "admin", "owner"])
def test_an_admin_neither_makes_nor_changes_owners(
    browse: Browse, admin: Membership, owner: Membership, agent: Membership, role: str
) -> None:
    second = member(owner.workspace, "Otis Owner", Role.OWNER)
    browser = browse(admin)
    assert browser.post(path(second), given(role)).status_code == 403
    assert browser.post(path(second, "/end")).status_code == 403
    assert browser.post(path(agent), given("owner")).status_code == 403
    assert browser.post(path(admin), given("owner")).status_code == 403
    assert [state(each)[0] for each in (second, agent, admin)] == ["owner", "agent", "admin"]
    assert "Only an owner changes owners." in text(browser.get(path(second)))


@pytest.mark.parametrize("who", ["agent", "viewer", "other_client_agent", "admin_of_harbour", "outsider"])
def test_nobody_but_who_runs_the_workspace_comes_near(
    browse: Browse, request: pytest.FixtureRequest, owner: Membership, agent: Membership, harbour: Client, who: str
) -> None:
    if who == "admin_of_harbour":
        actor = member(owner.workspace, "Hana Harbour", Role.ADMIN, clients=[harbour])
    else:
        actor = request.getfixturevalue(who)
    browser, status = browse(actor), 404 if who == "outsider" else 403
    assert browser.get("/settings/people").status_code == (200 if who == "outsider" else 403)
    assert browser.get(path(agent)).status_code == status
    for verb, sent in (("", given("owner")), ("/end", {}), ("/back", {}), ("/available", {})):
        assert browser.post(path(agent, verb), sent).status_code == status, verb
    assert state(agent) == ("agent", None, True)
    assert Membership.objects.get(pk=agent.pk).is_available


def test_no_program_manages_people(agent: Membership, workspace: Workspace) -> None:
    from accounts import actors, keys

    key = keys.find(key_of(workspace))
    assert key is not None
    with pytest.raises(NotAllowed):
        members.end(actor=actors.program(key), member=agent)


@pytest.mark.parametrize("asked", ["demote", "end"])
def test_the_only_owner_stays(browse: Browse, owner: Membership, admin: Membership, asked: str) -> None:
    browser = browse(owner)
    answer = browser.post(path(owner), given("admin")) if asked == "demote" else browser.post(path(owner, "/end"))
    assert answer.status_code == 409
    assert "Olga Owner is the only owner. Make somebody else an owner first." in text(answer)
    assert state(owner) == ("owner", None, True)


def test_an_owner_who_was_shut_out_does_not_count(owner: Membership) -> None:
    second = member(owner.workspace, "Otis Owner", Role.OWNER)
    second.user.is_active = False
    second.user.save()
    with pytest.raises(Conflict, match="only owner"):
        members.change_access(actor=acting(owner), member=owner, role="admin", client_ids=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["demote", "end"])
def test_of_two_owners_who_go_at_once_one_stays(verb: str) -> None:
    workspace = a_workspace()
    pair = [member(workspace, f"Owner {number}", Role.OWNER) for number in range(2)]

    def go(who: Membership) -> None:
        if verb == "end":
            members.end(actor=acting(who), member=who)
        else:
            members.change_access(actor=acting(who), member=who, role="agent", client_ids=None)

    answers = at_once([lambda who=who: go(who) for who in pair])  # type: ignore[misc]
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "NoneType"]
    assert Membership.objects.filter(workspace=workspace, role=Role.OWNER, is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_who_demote_each_other_at_once_one_is_left() -> None:
    workspace = a_workspace()
    one, two = (member(workspace, f"Owner {number}", Role.OWNER) for number in range(2))
    actors = acting(one), acting(two)

    def demote(by: Any, whom: Membership) -> None:
        members.change_access(actor=by, member=whom, role="agent", client_ids=None)

    answers = at_once([lambda: demote(actors[0], two), lambda: demote(actors[1], one)])
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "NotAllowed"]
    assert Membership.objects.filter(workspace=workspace, role=Role.OWNER, is_active=True).count() == 1


def test_whoever_is_ended_meets_a_closed_door_with_every_session_they_have(
    browse: Browse, owner: Membership, agent: Membership
) -> None:
    theirs = browse(agent)
    assert theirs.get("/today").status_code == 200
    browse(owner).post(path(agent, "/end"))
    assert state(agent) == ("agent", None, False)
    assert theirs.get("/today").status_code == 403
    assert theirs.get("/api/v1/crm/deals").status_code == 401
    assert theirs.get("/live").status_code == 401
    assert Event.objects.get(type="member.left").payload == {"name": "Anna Agent", "role": "agent"}


def test_whoever_comes_back_is_what_they_were(
    browse: Browse, owner: Membership, other_client_agent: Membership
) -> None:
    browser = browse(owner)
    browser.post(path(other_client_agent, "/end"))
    assert browser.post(path(other_client_agent, "/back")).status_code == 303
    assert state(other_client_agent) == ("agent", {"Meadow Dairy"}, True)
    assert browse(other_client_agent).get("/today").status_code == 200


def test_there_is_no_way_back_where_the_plan_has_no_room(browse: Browse, owner: Membership, agent: Membership) -> None:
    browser = browse(owner)
    browser.post(path(agent, "/end"))
    for number in range(2):
        member(owner.workspace, f"Colleague {number}")
    Workspace.objects.update(plan=Plan.FREE)
    answer = browser.post(path(agent, "/back"))
    assert (answer.status_code, "The plan Free allows 3 people" in text(answer)) == (403, True)
    assert state(agent) == ("agent", None, False)


def test_who_gets_new_conversations_is_chosen(browse: Browse, owner: Membership, agent: Membership) -> None:
    browser = browse(owner)
    browser.post(path(agent, "/available"), {})
    assert not Membership.objects.get(pk=agent.pk).is_available
    browser.post(path(agent, "/available"), {"is_available": "on"})
    assert Membership.objects.get(pk=agent.pk).is_available


def test_the_pages_ask_as_much_for_many_as_for_one(
    browse: Browse, owner: Membership, viewer: Membership, harbour: Client, meadow: Client
) -> None:
    browser = browse(owner)

    def asked() -> list[int]:
        found = []
        for url in ("/settings/people", path(viewer), "/settings/people/invite"):
            with CaptureQueriesContext(connection) as questions:
                assert browser.get(url).status_code == 200
            found.append(len(questions))
        return found

    few = asked()
    for number in range(30):
        clients = [harbour, meadow] if number % 2 else None
        member(owner.workspace, f"Colleague {number}", clients=clients)
    assert asked() == few
