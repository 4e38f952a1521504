"""`/users`: the people of the workspace."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership
from clients.models import Client, ClientAccess
from tests.cast import Api, a_client, member


def names(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return sorted(user["name"] for user in answer.json()["users"])


def test_the_members_are_listed(api: Api, agent: Membership, outsider: Membership) -> None:
    answer = api().get("/users").json()
    assert answer["users"] == [
        {
            "id": str(agent.pk),
            "name": "Anna Agent",
            "email": "anna.agent@example.com",
            "role": "agent",
            "is_available": True,
            "client_ids": None,
        }
    ]
    assert answer["pagination"]["total"] == 1


def test_who_left_is_not_listed(api: Api, agent: Membership, admin: Membership) -> None:
    Membership.objects.filter(pk=agent.pk).update(is_active=False)
    type(admin.user).objects.filter(pk=admin.user_id).update(is_active=False)
    assert names(api().get("/users")) == []


def test_whoever_sees_one_client_meets_those_who_see_it_too(
    api: Api, owner: Membership, viewer: Membership, other_client_agent: Membership, harbour: Client
) -> None:
    assert names(api().get("/users")) == ["Hal Harbour", "Mina Meadow", "Olga Owner"]
    assert names(api(client=harbour).get("/users")) == ["Hal Harbour", "Olga Owner"]
    assert names(api(person=viewer).get("/users")) == ["Hal Harbour", "Olga Owner"]
    assert api(client=harbour).get(f"/users/{other_client_agent.pk}").status_code == 404


def test_each_is_told_of_which_clients_a_member_sees_as_far_as_they_see_them(
    api: Api, agent: Membership, viewer: Membership, other_client_agent: Membership, harbour: Client, meadow: Client
) -> None:
    both = member(agent.workspace, "Bo Both", clients=[harbour, meadow])
    away = a_client(agent.workspace, deleted_at=timezone.now())
    ClientAccess.objects.create(workspace=agent.workspace, membership=both, client=away)
    here, there = str(harbour.pk), str(meadow.pk)

    def told(caller: Any) -> Any:
        users = caller.get("/users").json()["users"]
        return {user["name"]: user["client_ids"] for user in users}

    everything = {"Anna Agent": None, "Hal Harbour": [here], "Mina Meadow": [there], "Bo Both": sorted([here, there])}
    assert told(api()) == told(api(person=agent)) == everything
    of_harbour = {"Anna Agent": [here], "Hal Harbour": [here], "Bo Both": [here]}
    assert told(api(client=harbour)) == told(api(person=viewer)) == of_harbour
    assert api(person=viewer).get(f"/users/{both.pk}").json()["user"]["client_ids"] == [here]
    assert told(api(person=both))["Anna Agent"] == sorted([here, there])


@pytest.mark.parametrize(
    ("who", "status"), [("agent", 200), ("admin", 200), ("other_client_agent", 403), ("viewer", 403)]
)
def test_oneself_or_an_admin_says_who_is_available(
    api: Api, agent: Membership, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    caller = api(person=request.getfixturevalue(who))
    caller.cookies["csrftoken"] = "a" * 32
    answer = caller.patch(f"/users/{agent.pk}", {"is_available": False}, HTTP_X_CSRFTOKEN="a" * 32)
    assert answer.status_code == status
    agent.refresh_from_db()
    assert agent.is_available is (status != 200)


def test_only_availability_is_changed_here(api: Api, agent: Membership) -> None:
    answer = api().patch(f"/users/{agent.pk}", {"role": "owner"})
    assert answer.json()["details"]["fieldErrors"] == {"role": ["There is no “role” here. There is: is_available."]}
    answer = api().patch(f"/users/{agent.pk}", {"is_available": "no"})
    assert answer.json()["details"]["fieldErrors"] == {"is_available": ["Send true or false."]}


def test_the_list_costs_the_same_for_one_and_for_many(
    api: Api, agent: Membership, request: pytest.FixtureRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller = api()
    for names_of in ((), ("owner", "admin", "viewer", "other_client_agent")):
        for name in names_of:
            request.getfixturevalue(name)
        caller.get("/users")
        with django_assert_num_queries(5):
            caller.get("/users")


def test_a_person_has_no_version_to_name(api: Api, agent: Membership) -> None:
    assert api().patch(f"/users/{agent.pk}", {"is_available": False}, HTTP_IF_MATCH='"7"').status_code == 200


def test_a_key_of_one_client_says_of_nobody_whether_they_are_available(
    api: Api, owner: Membership, harbour: Client
) -> None:
    """The owner answers for every client."""
    answer = api(client=harbour).patch(f"/users/{owner.pk}", {"is_available": False})
    assert (answer.status_code, answer.json()["error_type"]) == (403, "admin_required")
    owner.refresh_from_db()
    assert owner.is_available
