"""MisarMail has contacts and campaigns at its root, beside the CRM. The same doors stand there."""

from collections.abc import Callable

import pytest

from tests.cast import Caller

ApiFactory = Callable[..., Caller]


@pytest.mark.django_db
@pytest.mark.parametrize("base", ["/api/v1", "/mail/v1"])
def test_contacts_are_made_read_changed_and_deleted_beside_the_crm(api: ApiFactory, base: str) -> None:
    caller = api()
    made = caller.post(f"{base}/contacts", {"email": "priya@example.com", "firstName": "Priya"}).json()["contact"]

    listed = caller.get(f"{base}/contacts?page=1&limit=50").json()
    assert [one["id"] for one in listed["contacts"]] == [made["id"]]
    assert listed["pagination"] == {"page": 1, "limit": 50, "total": 1, "total_pages": 1}
    changed = caller.patch(f"{base}/contacts/{made['id']}", {"lastName": "Sharma"}).json()["contact"]
    assert (changed["firstName"], changed["lastName"]) == ("Priya", "Sharma")
    assert caller.delete(f"{base}/contacts/{made['id']}").json() == {"success": True}
    assert caller.get(f"/api/v1/crm/contacts/{made['id']}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("base", ["/api/v1", "/mail/v1"])
def test_campaigns_are_the_same_rows_beside_the_crm(api: ApiFactory, base: str) -> None:
    caller = api()
    made = caller.post("/api/v1/crm/campaigns", {"name": "Spring"}).json()["campaign"]

    assert caller.get(f"{base}/campaigns?page=1&per_page=20").json()["campaigns"][0]["id"] == made["id"]
    assert caller.get(f"{base}/campaigns/{made['id']}").json()["campaign"]["name"] == "Spring"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/labels", "/mail/v1/deals", "/api/v1/contacts/"])
def test_nothing_else_stands_beside_the_crm(api: ApiFactory, path: str) -> None:
    assert api().get(path).json()["error_type"] == "not_found"
