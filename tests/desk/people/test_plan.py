"""The plan a workspace is on: who sees what is used of it, who changes it, and to which."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Workspace
from accounts.plans import Plan
from activity.models import Event
from clients.models import Client
from desk.people.plan import change_plan, usage
from integrations.connecting import connect
from tests.cast import acting, key_of, member

Browse = Callable[[Membership], Browser]


def on(plan: str, workspace: Workspace) -> Workspace:
    Workspace.objects.filter(pk=workspace.pk).update(plan=plan)
    workspace.refresh_from_db()
    return workspace


def test_an_owner_upgrades_and_has_the_room_at_once(browse: Browse, owner: Membership) -> None:
    on(Plan.FREE, owner.workspace)
    for _ in range(3):
        key_of(owner.workspace)
    answer = browse(owner).post("/settings/plan", {"plan": "pro"}, follow=True)
    assert "Acme is on the plan Pro." in answer.content.decode()
    key_of(Workspace.objects.get(pk=owner.workspace_id))
    event = Event.objects.get(type="workspace.plan_changed")
    assert (event.payload, event.actor_id) == ({"plan": "pro", "previous": "free"}, owner.pk)


def test_a_downgrade_below_what_is_used_says_what_is_over_and_changes_nothing(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    for _ in range(5):
        key_of(owner.workspace)
    answer = browse(owner).post("/settings/plan", {"plan": "free"})
    assert answer.status_code == 409
    sentence = "Free has less room than you use: 5 API keys of 3 (take 2 away); 1 client, which it does not know."
    assert sentence in answer.content.decode()
    owner.workspace.refresh_from_db()
    assert (owner.workspace.plan, Event.objects.filter(type="workspace.plan_changed").count()) == (Plan.MAX, 0)


def test_a_downgrade_that_fits_is_made(browse: Browse, owner: Membership) -> None:
    assert browse(owner).post("/settings/plan", {"plan": "free"}).status_code == 303
    owner.workspace.refresh_from_db()
    assert owner.workspace.plan == Plan.FREE


@pytest.mark.parametrize(
    ("who", "sees", "changes"),
    [("admin", 200, 403), ("agent", 403, 403), ("viewer", 403, 403), ("other_client_agent", 403, 403)],
)
def test_nobody_but_an_owner_changes_it(
    browse: Browse, request: pytest.FixtureRequest, workspace: Workspace, who: str, sees: int, changes: int
) -> None:
    browser = browse(request.getfixturevalue(who))
    assert browser.get("/settings/plan").status_code == sees
    assert browser.post("/settings/plan", {"plan": "enterprise"}).status_code == changes
    workspace.refresh_from_db()
    assert workspace.plan == Plan.MAX


@pytest.mark.parametrize("plan", ["", "gold", "FREE"])
def test_a_plan_that_there_is_not_is_refused(browse: Browse, owner: Membership, plan: str) -> None:
    answer = browse(owner).post("/settings/plan", {"plan": plan})
    assert (answer.status_code, "Choose one of: Free, Pro, Max, Enterprise." in answer.content.decode()) == (422, True)


def test_the_same_plan_again_is_no_change(owner: Membership) -> None:
    change_plan(actor=acting(owner), plan=Plan.MAX)
    assert not Event.objects.filter(type="workspace.plan_changed").exists()


def test_the_page_warns_before_the_room_is_used_up(browse: Browse, owner: Membership) -> None:
    on(Plan.PRO, owner.workspace)
    for _ in range(11):
        key_of(owner.workspace)
    assert "nearly full" not in browse(owner).get("/settings/plan").content.decode()
    key_of(owner.workspace)
    shown = browse(owner).get("/settings/plan").content.decode()
    assert "12 of 15 used" in shown
    assert "nearly full" in shown


def test_each_thing_is_counted_as_it_is_limited(owner: Membership, admin: Membership, harbour: Client) -> None:
    connect(actor=acting(owner), system="muro", settings={"api_key": "k"})
    key_of(owner.workspace)
    Membership.objects.filter(pk=admin.pk).update(is_active=False)
    found = usage(owner.workspace)
    assert {what: room.used for what, room in found.rooms.items() if room.used} == {
        "people": 1, "connections": 1, "api_keys": 1,
    }  # fmt: skip
    assert found.clients == 1


def test_the_page_asks_as_much_for_much_as_for_little(browse: Browse, owner: Membership) -> None:
    browser = browse(owner)

    def asked() -> int:
        with CaptureQueriesContext(connection) as questions:
            assert browser.get("/settings/plan").status_code == 200
        return len(questions)

    few = asked()
    for number in range(30):
        member(owner.workspace, f"Colleague {number}")
        key_of(owner.workspace)
    assert asked() == few
