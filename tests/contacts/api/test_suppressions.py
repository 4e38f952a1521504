"""`/suppressions`: the list of addresses that nothing is sent to."""

import pytest

from accounts.models import Membership, Workspace
from clients.models import Client
from contacts.models import Suppression
from inbox.models import Conversation
from tests.cast import Api
from tests.desk.conftest import priya


def test_an_address_is_put_there_once_and_taken_off(api: Api, priya: Conversation) -> None:
    given = {"email": priya.contact.email.upper(), "reason": "Asked by phone", "client_id": str(priya.client_id)}
    first, again = api().post("/suppressions", given), api().post("/suppressions", given)
    assert (first.status_code, again.status_code, first.json() == again.json()) == (201, 200, True)
    shown = first.json()["suppression"]
    assert {name: shown[name] for name in ("kind", "address", "reason", "client_id")} == {
        "kind": "email", "address": priya.contact.email, "reason": "Asked by phone",
        "client_id": str(priya.client_id),
    }  # fmt: skip
    refused = api().post(f"/conversations/{priya.pk}/messages", {"direction": "outbound", "body": "Hello"})
    assert (refused.status_code, refused.json()["error_type"]) == (409, "suppressed")
    assert api().get(f"/suppressions/{shown['id']}").json()["suppression"] == shown
    assert api().delete(f"/suppressions/{shown['id']}").status_code == 200
    assert not Suppression.objects.exists()
    sent = api().post(f"/conversations/{priya.pk}/messages", {"direction": "outbound", "body": "Hello"})
    assert sent.status_code == 201


@pytest.mark.parametrize(
    "given",
    [{}, {"email": "nonsense"}, {"phone": "12"}, {"email": "a@example.com", "phone": "+4930901820"},
     {"email": "a@example.com", "client_id": "01980000-0000-7000-8000-000000000000"}, {"mail": "a@example.com"}],
)  # fmt: skip
def test_what_is_no_address_is_refused(api: Api, given: dict[str, str]) -> None:
    assert api().post("/suppressions", given).status_code == 400
    assert not Suppression.objects.exists()


def test_it_is_listed_and_filtered(api: Api, workspace: Workspace, harbour: Client) -> None:
    for kind, value, client in (("email", "a@example.com", None), ("phone", "+4930901820", harbour)):
        Suppression.objects.create(workspace=workspace, kind=kind, value=value, client=client, reason="said so")

    def found(query: str) -> list[str]:
        answer = api().get(f"/suppressions?{query}")
        assert answer.status_code == 200, answer.content
        return [row["address"] for row in answer.json()["suppressions"]]

    assert found("") == ["+4930901820", "a@example.com"]
    assert found("email=A@Example.com") == found("search=exam") == found("kind=email") == ["a@example.com"]
    assert found("phone=+49 30 901820") == found(f"client_id={harbour.pk}") == ["+4930901820"]
    assert api().get("/suppressions?reason=x").status_code == 400


def test_a_key_of_one_client_keeps_that_clients_list_alone(
    api: Api, workspace: Workspace, harbour: Client, meadow: Client
) -> None:
    theirs = Suppression.objects.create(
        workspace=workspace, client=meadow, kind="email", value="m@example.com", reason="x"
    )
    bound = api(client=harbour)
    assert bound.get("/suppressions").json()["suppressions"] == []
    path = f"/suppressions/{theirs.pk}"
    assert [bound.get(path).status_code, bound.delete(path).status_code] == [404, 404]
    made = bound.post("/suppressions", {"email": "m@example.com"})
    assert (made.status_code, made.json()["suppression"]["client_id"]) == (201, str(harbour.pk))
    assert api(scopes=["crm:read"]).post("/suppressions", {"email": "x@example.com"}).status_code == 403


def test_it_is_for_the_team(
    api: Api, viewer: Membership, agent: Membership, workspace: Workspace, harbour: Client
) -> None:
    row = Suppression.objects.create(
        workspace=workspace, client=harbour, kind="email", value="a@example.com", reason="x"
    )
    for path in ("/suppressions", f"/suppressions/{row.pk}"):
        assert (api(person=viewer).get(path).status_code, api(person=agent).get(path).status_code) == (403, 200)


__all__ = ["priya"]
