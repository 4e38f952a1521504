from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import ApiKey, Membership, Workspace
from clients.models import Client
from tests import cast
from tests.cast import Api

REFUSED = "Invalid or missing API key. Use: Authorization: Bearer msk_..."


def is_refused(answer: Any) -> None:
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    body = answer.json()
    assert body == {
        "success": False,
        "error": REFUSED,
        "error_type": "unauthenticated",
        "message": REFUSED,
        "request_id": answer.headers["X-Request-Id"],
    }


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer msk_" + "0" * 64,
        "Bearer msk_short",
        "Basic dXNlcjpwYXNz",
        "msk_" + "0" * 64,
        "Bearer " + "\u00e9" * 68,
    ],
)
def test_what_is_no_key_opens_nothing(workspace: Workspace, header: str) -> None:
    api = cast.caller()
    is_refused(api.get("/clients", HTTP_AUTHORIZATION=header))


def test_nobody_is_refused(workspace: Workspace, api: Api) -> None:
    is_refused(api(key=None).get("/clients"))


@pytest.mark.parametrize("change", [{"is_active": False}, {"expires_at": timezone.now() - timedelta(seconds=1)}])
def test_a_key_that_ended_opens_nothing(workspace: Workspace, api: Api, change: dict[str, Any]) -> None:
    caller = api()
    assert caller.get("/clients").status_code == 200
    ApiKey.objects.update(**change)
    is_refused(caller.get("/clients"))


def test_the_key_of_a_deleted_client_opens_nothing(harbour: Client, api: Api) -> None:
    bound = api(client=harbour)
    assert bound.get("/clients").status_code == 200
    assert api().delete(f"/clients/{harbour.pk}").status_code == 200
    is_refused(bound.get("/clients"))


def test_the_scheme_is_read_in_any_case(workspace: Workspace) -> None:
    secret = cast.key_of(workspace)
    assert cast.caller().get("/clients", HTTP_AUTHORIZATION=f"bearer {secret}").status_code == 200


def test_a_key_without_the_scope_is_told_which(workspace: Workspace, api: Api) -> None:
    caller = api()
    ApiKey.objects.update(scopes=["mail"])
    answer = caller.get("/clients")
    assert answer.status_code == 403
    assert answer.json()["error_type"] == "missing_scope"
    assert "“crm”" in answer.json()["error"]


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_a_reading_key_changes_nothing(harbour: Client, api: Api, method: str) -> None:
    reader = api(scopes=["crm:read"])
    assert reader.get(f"/clients/{harbour.pk}").status_code == 200
    path = "/clients" if method == "post" else f"/clients/{harbour.pk}"
    answer = getattr(reader, method)(path, {"name": "Changed"})
    assert (answer.status_code, answer.json()["error_type"]) == (403, "read_only")
    harbour.refresh_from_db()
    assert (harbour.name, harbour.deleted_at) == ("Harbour Bakery", None)


def test_a_member_reads_with_the_session_of_the_pages(agent: Membership, harbour: Client, api: Api) -> None:
    answer = api(person=agent).get("/clients")
    assert [client["name"] for client in answer.json()["clients"]] == ["Harbour Bakery"]


def test_a_session_changes_only_with_the_csrf_token(admin: Membership, harbour: Client, api: Api) -> None:
    caller = api(person=admin)
    answer = caller.patch(f"/clients/{harbour.pk}", {"name": "Changed"})
    assert (answer.status_code, answer.json()["error_type"]) == (403, "csrf_failed")
    caller.cookies["csrftoken"] = token = "a" * 32
    assert caller.patch(f"/clients/{harbour.pk}", {"name": "Changed"}, HTTP_X_CSRFTOKEN=token).status_code == 200


def test_who_left_the_workspace_is_refused(agent: Membership, api: Api) -> None:
    caller = api(person=agent)
    type(agent).objects.update(is_active=False)
    is_refused(caller.get("/clients"))


def test_whoever_was_shut_out_of_the_chosen_workspace_acts_in_no_other(
    agent: Membership, outsider: Membership, api: Api
) -> None:
    caller = api(person=agent)
    Membership.objects.create(workspace=outsider.workspace, user=agent.user)
    session = caller.session
    session["workspace"] = str(agent.workspace_id)
    session.save()
    assert caller.get("/users").status_code == 200
    Membership.objects.filter(pk=agent.pk).update(is_active=False)
    is_refused(caller.get("/users"))


def test_the_session_says_which_workspace(agent: Membership, outsider: Membership, api: Api) -> None:
    caller = api(person=agent)
    Membership.objects.create(workspace=outsider.workspace, user=agent.user)
    session = caller.session
    session["workspace"] = str(outsider.workspace_id)
    session.save()
    assert [user["name"] for user in caller.get("/users").json()["users"]] == ["Otto Outsider", "Anna Agent"]
