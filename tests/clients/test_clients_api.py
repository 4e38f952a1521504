"""`/clients`: an agency's customers, field for field as MisarMail has them."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, Workspace
from activity.models import Event
from clients.models import Client
from tests import cast
from tests.cast import Api


@pytest.fixture
def both(harbour: Client, meadow: Client) -> Any:
    return harbour, meadow


def names(answer: Any) -> Any:
    assert answer.status_code == 200, answer.content
    return [client["name"] for client in answer.json()["clients"]]


@pytest.mark.parametrize("base", ["/api/v1/crm", "/mail/v1/crm"])
def test_it_is_listed_newest_first_under_both_bases(api: Api, both: tuple[Client, Client], base: str) -> None:
    answer = api().get(f"{base}/clients")
    assert names(answer) == ["Meadow Dairy", "Harbour Bakery"]
    assert sorted(answer.json()["clients"][0]) == ["created_at", "domain", "id", "name", "notes", "updated_at"]


def test_it_is_made(api: Api, workspace: Workspace) -> None:
    answer = api().post("/clients", {"name": "Harbour", "domain": "harbour.example", "notes": "Bakes"})
    assert answer.status_code == 201
    client = Client.objects.get()
    assert answer.json() == {
        "success": True,
        "client": {
            "id": str(client.pk),
            "name": "Harbour",
            "domain": "harbour.example",
            "notes": "Bakes",
            "created_at": answer.json()["client"]["created_at"],
            "updated_at": answer.json()["client"]["updated_at"],
        },
    }
    assert client.workspace == workspace
    event = Event.objects.get()
    assert (event.type, event.subject_id, event.client_id, event.actor_kind) == (
        "client.created",
        client.pk,
        client.pk,
        "key",
    )


def test_it_is_read_and_changed(api: Api, harbour: Client) -> None:
    path = f"/clients/{harbour.pk}"
    assert api().get(path).json()["client"]["name"] == "Harbour Bakery"
    answer = api().patch(path, {"domain": "harbour.example"})
    assert answer.status_code == 200
    assert (answer.json()["client"]["name"], answer.json()["client"]["domain"]) == ("Harbour Bakery", "harbour.example")
    event = Event.objects.get()
    assert (event.type, event.payload) == ("client.updated", {"changed_fields": ["domain"]})


def test_a_change_to_nothing_new_is_no_event(api: Api, harbour: Client) -> None:
    assert api().patch(f"/clients/{harbour.pk}", {"name": "Harbour Bakery"}).status_code == 200
    assert api().patch(f"/clients/{harbour.pk}", {}).status_code == 200
    assert not Event.objects.exists()


def test_two_of_one_name_could_not_be_told_apart(api: Api, both: tuple[Client, Client]) -> None:
    harbour, meadow = both
    answer = api().patch(f"/clients/{meadow.pk}", {"name": "HARBOUR BAKERY"})
    assert (answer.status_code, answer.json()["existing_id"]) == (409, str(harbour.pk))
    meadow.refresh_from_db()
    assert meadow.name == "Meadow Dairy"


def test_a_deleted_one_is_gone_from_every_list_and_keeps_its_row(api: Api, both: tuple[Client, Client]) -> None:
    harbour, _ = both
    assert api().delete(f"/clients/{harbour.pk}").json() == {"success": True}
    assert names(api().get("/clients")) == ["Meadow Dairy"]
    assert api().get(f"/clients/{harbour.pk}").status_code == 404
    assert api().delete(f"/clients/{harbour.pk}").status_code == 404
    assert Client.objects.get(pk=harbour.pk).deleted_at is not None
    assert Event.objects.get().type == "client.deleted"
    assert api().post("/clients", {"name": "Harbour Bakery"}).status_code == 201


def test_a_key_of_one_client_sees_just_this_one(api: Api, both: tuple[Client, Client]) -> None:
    harbour, meadow = both
    bound = api(client=harbour)
    assert names(bound.get("/clients")) == ["Harbour Bakery"]
    assert bound.get(f"/clients/{meadow.pk}").status_code == 404
    assert bound.patch(f"/clients/{harbour.pk}", {"notes": "ours"}).status_code == 200
    for answer in (bound.post("/clients", {"name": "Mill"}), bound.delete(f"/clients/{harbour.pk}")):
        assert (answer.status_code, answer.json()["error_type"]) == (403, "admin_required")
    assert Client.objects.filter(deleted_at=None).count() == 2


def test_an_agent_reads_but_an_admin_decides(
    api: Api, agent: Membership, viewer: Membership, both: tuple[Client, Client]
) -> None:
    harbour, _ = both
    assert names(api(person=agent).get("/clients")) == ["Meadow Dairy", "Harbour Bakery"]
    assert names(api(person=viewer).get("/clients")) == ["Harbour Bakery"]
    token: dict[str, Any] = {"HTTP_X_CSRFTOKEN": "a" * 32}
    for person, code in ((agent, "admin_required"), (viewer, "read_only")):
        caller = api(person=person)
        caller.cookies["csrftoken"] = "a" * 32
        answer = caller.patch(f"/clients/{harbour.pk}", {"notes": "mine"}, **token)
        assert (answer.status_code, answer.json()["error_type"]) == (403, code)
    harbour.refresh_from_db()
    assert harbour.notes == ""


def test_another_workspace_is_another_world(api: Api, outsider: Membership, both: tuple[Client, Client]) -> None:
    assert names(api(person=outsider).get("/clients")) == []


def test_the_list_costs_the_same_for_one_and_for_thirty(
    api: Api, workspace: Workspace, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller = api()
    for made in (1, 29):
        [cast.a_client(workspace) for _ in range(made)]
        caller.get("/clients")
        with django_assert_num_queries(4):
            assert caller.get("/clients").status_code == 200


def test_one_costs_the_same_whatever_else_is_there(
    api: Api, workspace: Workspace, harbour: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    caller = api()
    [cast.a_client(workspace) for _ in range(30)]
    caller.get("/clients")
    with django_assert_num_queries(3):
        assert caller.get(f"/clients/{harbour.pk}").status_code == 200


def test_the_notes_are_the_teams_own(api: Api, harbour: Client, viewer: Membership, agent: Membership) -> None:
    Client.objects.filter(pk=harbour.pk).update(notes="May go down 4 %")
    readers = (api(), api(person=agent), api(client=harbour), api(person=viewer))
    notes = [reader.get(f"/clients/{harbour.pk}").json()["client"]["notes"] for reader in readers]
    assert notes == ["May go down 4 %", "May go down 4 %", "", ""]
    assert [reader.get("/clients").json()["clients"][0]["notes"] for reader in readers] == notes
