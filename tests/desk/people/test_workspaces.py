"""What a workspace says about itself, its end, and the way from one to another."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import Membership, Role, User, Workspace
from activity.models import Event
from desk.people import members
from tests.cast import a_workspace, acting

Browse = Callable[[Membership], Browser]
ACME = {"workspace_name": "Acme Ltd", "currency": "GBP", "time_zone": "Europe/London", "region": "GB"}


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def both(owner: Membership) -> Membership:
    """The owner of Acme is an agent of Elsewhere too."""
    elsewhere = a_workspace(slug="elsewhere", name="Elsewhere")
    return Membership.objects.create(workspace=elsewhere, user=owner.user, role=Role.AGENT)


def test_an_admin_changes_what_it_says_about_itself(browse: Browse, admin: Membership) -> None:
    browser = browse(admin)
    assert 'value="Acme"' in text(browser.get("/settings/workspace"))
    assert browser.post("/settings/workspace", {**ACME, "version": "1"}).status_code == 303
    now = Workspace.objects.get()
    assert (now.name, now.currency, now.time_zone, now.region, now.slug) == (
        "Acme Ltd", "GBP", "Europe/London", "GB", "acme",
    )  # fmt: skip
    event = Event.objects.get(type="workspace.updated")
    assert event.payload == {"changed_fields": ["currency", "name", "region", "time_zone"]}


def test_whoever_read_it_before_a_colleague_changed_it_is_told(browse: Browse, admin: Membership) -> None:
    browser = browse(admin)
    browser.post("/settings/workspace", {**ACME, "version": "1"})
    answer = browser.post("/settings/workspace", {**ACME, "workspace_name": "Other", "version": "1"})
    assert (answer.status_code, "was changed since you read it" in text(answer)) == (409, True)
    assert Workspace.objects.get().name == "Acme Ltd"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"workspace_name": ""}, "Name the workspace"),
        ({"currency": "EURO"}, "Choose a currency."),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone."),
        ({"region": "DEU"}, "Choose a country."),
    ],
    ids=["name", "currency", "time zone", "region"],
)
def test_what_it_cannot_be_is_told_beside_its_field(
    browse: Browse, admin: Membership, wrong: dict[str, str], sentence: str
) -> None:
    answer = browse(admin).post("/settings/workspace", {**ACME, **wrong})
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert Workspace.objects.get().name == "Acme"


@pytest.mark.parametrize("who", ["agent", "viewer", "other_client_agent"])
def test_nobody_else_sees_or_changes_it(browse: Browse, request: pytest.FixtureRequest, who: str) -> None:
    browser = browse(request.getfixturevalue(who))
    for path in ("/settings/workspace", "/settings/workspace/delete"):
        assert browser.get(path).status_code == 403
        assert browser.post(path, {**ACME, "slug": "acme"}).status_code == 403
    assert Workspace.objects.get().name == "Acme"


def test_an_owner_deletes_it_by_typing_its_slug(browse: Browse, owner: Membership, both: Membership) -> None:
    browser = browse(owner)
    wrong = browser.post("/settings/workspace/delete", {"slug": "Acme"})
    assert (wrong.status_code, "Type “acme”, as it is written above." in text(wrong)) == (422, True)
    assert Workspace.objects.count() == 2
    gone = browser.post("/settings/workspace/delete", {"slug": "acme"}, follow=True)
    assert "Acme is deleted, with everything that was in it." in text(gone)
    assert "Elsewhere" in text(gone)
    assert list(Workspace.objects.values_list("slug", flat=True)) == ["elsewhere"]
    assert User.objects.filter(pk=owner.user_id).exists()
    assert "Elsewhere" in text(browser.get("/settings"))


def test_an_admin_does_not_delete_it(browse: Browse, admin: Membership) -> None:
    assert browse(admin).post("/settings/workspace/delete", {"slug": "acme"}).status_code == 403
    assert Workspace.objects.exists()


def test_whoever_is_in_several_goes_from_one_to_another(browse: Browse, owner: Membership, both: Membership) -> None:
    browser = browse(owner)
    assert "Switch workspace" in text(browser.get("/settings"))
    shown = text(browser.get("/workspaces"))
    assert shown.index("Acme") < shown.index("Elsewhere")
    assert browser.post("/workspaces/switch", {"workspace": str(both.workspace_id)}).status_code == 303
    assert "Elsewhere · Agent" in text(browser.get("/settings"))
    assert browser.get("/settings/people").status_code == 403


def test_whoever_is_in_one_is_offered_no_other(browse: Browse, owner: Membership, outsider: Membership) -> None:
    assert outsider.workspace.name == "Elsewhere"
    browser = browse(owner)
    assert "Switch workspace" not in text(browser.get("/settings"))
    assert "Elsewhere" not in text(browser.get("/workspaces"))


@pytest.mark.parametrize("wanted", ["theirs", "", "nonsense", "left"])
def test_a_workspace_that_one_is_not_in_is_none(
    browse: Browse, owner: Membership, both: Membership, wanted: str
) -> None:
    if wanted == "left":
        Membership.objects.filter(pk=both.pk).update(is_active=False)
    theirs = a_workspace(slug="third", name="Third")
    named = {"theirs": str(theirs.pk), "left": str(both.workspace_id)}.get(wanted, wanted)
    browser = browse(owner)
    assert browser.post("/workspaces/switch", {"workspace": named}).status_code in (404, 422)
    assert "Acme · Owner" in text(browser.get("/settings"))


def test_a_get_switches_nothing(browse: Browse, owner: Membership, both: Membership) -> None:
    browser = browse(owner)
    assert browser.get(f"/workspaces/switch?workspace={both.workspace_id}").status_code == 405
    assert "Acme · Owner" in text(browser.get("/settings"))


def test_whoever_was_shut_out_of_one_finds_the_way_to_the_others(
    browse: Browse, owner: Membership, both: Membership
) -> None:
    other = Membership.objects.create(
        workspace=both.workspace, user=User.objects.create_user("x@example.com", name="X"), role=Role.OWNER
    )
    browser = browse(owner)
    browser.post("/workspaces/switch", {"workspace": str(both.workspace_id)})
    members.end(actor=acting(other), member=both)
    answer = browser.get("/today")
    assert (answer.status_code, "You are in this workspace no more" in text(answer)) == (403, True)
    assert 'href="/workspaces"' in text(answer)
    assert browser.post("/workspaces/switch", {"workspace": str(owner.workspace_id)}).status_code == 303
    assert browser.get("/today").status_code == 200


def test_nobody_comes_to_them_unsigned(db: None) -> None:
    for path in ("/workspaces", "/workspaces/new"):
        assert Browser().get(path)["Location"] == f"/accounts/login/?next={path}"
    assert Browser().post("/workspaces/switch", {}).status_code == 302
