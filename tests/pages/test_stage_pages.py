"""The page of the stages: named, ordered and taken away by who administers the workspace, each with its way back."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from playwright.sync_api import expect

from accounts.models import Membership, Workspace
from activity.models import Undo
from deals.models import Deal, Stage
from deals.stages import lay_out
from tests.pages.conftest import NARROW, Opens
from tests.pages.test_accessibility import STILL, violations

Browse = Callable[[Membership], Browser]
SIX = ["new", "contacted", "interested", "negotiating", "won", "lost"]
FIELDS = {"name": "Trial", "kind": "open", "probability": "30", "rot_days": ""}


def keys(workspace: Workspace) -> list[str]:
    return [stage.key for stage in lay_out(workspace)]


def stage(workspace: Workspace, key: str) -> Stage:
    return next(stage for stage in lay_out(workspace) if stage.key == key)


def test_one_is_added_with_a_key_of_its_own(browse: Browse, admin: Membership, workspace: Workspace) -> None:
    for _ in range(2):
        assert browse(admin).post("/settings/stages/new", FIELDS).status_code == 303
    assert keys(workspace) == [*SIX, "trial", "trial-2"]
    assert (stage(workspace, "trial").probability, stage(workspace, "trial").rot_days) == (30, None)


def test_a_change_is_taken_back(browse: Browse, admin: Membership, workspace: Workspace) -> None:
    one = stage(workspace, "new")
    browse(admin).post(f"/settings/stages/{one.pk}", {**FIELDS, "name": "Fresh"})
    assert (stage(workspace, "new").name, stage(workspace, "new").probability) == ("Fresh", 30)
    browse(admin).post(f"/undo/{Undo.objects.get().pk}")
    assert (stage(workspace, "new").name, stage(workspace, "new").probability) == ("New", 10)


def test_one_with_deals_goes_with_a_place_for_them(
    browse: Browse, admin: Membership, workspace: Workspace, bread: Deal
) -> None:
    one = stage(workspace, "new")
    assert browse(admin).post(f"/settings/stages/{one.pk}/delete").status_code == 409
    assert browse(admin).post(f"/settings/stages/{one.pk}/delete", {"into": "interested"}).status_code == 303
    assert keys(workspace) == SIX[1:]
    assert Deal.objects.get().stage.key == "interested"
    browse(admin).post(f"/undo/{Undo.objects.get().pk}")
    assert (keys(workspace), Deal.objects.get().stage.key) == (SIX, "new")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "Give the stage a name."),
        ({"name": "n" * 81}, "A name has at most 80 characters."),
        ({"probability": "101"}, "Write a whole number from 0 to 100."),
        ({"probability": "half"}, "Write a whole number from 0 to 100."),
        ({"rot_days": "0"}, "Write a whole number from 1 to 3650."),
        ({"kind": "maybe"}, "Choose open, won or lost."),
    ],
)
def test_what_no_stage_can_be_is_told(
    browse: Browse, admin: Membership, workspace: Workspace, typed: dict[str, str], sentence: str
) -> None:
    lay_out(workspace)
    answer = browse(admin).post("/settings/stages/new", {**FIELDS, **typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert keys(workspace) == SIX


def test_who_does_not_administer_the_workspace_is_refused(
    browse: Browse, agent: Membership, viewer: Membership, outsider: Membership, workspace: Workspace
) -> None:
    one = stage(workspace, "new")
    paths = {
        "/settings/stages/new": FIELDS, "/settings/stages/order": {"stage": str(one.pk), "position": "3"},
        f"/settings/stages/{one.pk}": FIELDS, f"/settings/stages/{one.pk}/delete": {},
    }  # fmt: skip
    for who in (agent, viewer):
        assert browse(who).get("/settings/stages").status_code == 403
        for path, typed in paths.items():
            assert browse(who).post(path, typed).status_code == 403, path
    for path, typed in list(paths.items())[1:]:
        assert browse(outsider).post(path, typed).status_code == 404, path
    assert keys(workspace) == SIX
    assert stage(workspace, "new").version == 1


@pytest.mark.browser
def test_stages_change_places_by_button_and_by_hand(opens: Opens, admin: Membership, workspace: Workspace) -> None:
    lay_out(workspace)
    page = opens(admin, "/settings/stages")
    names = page.locator("[data-stage-row] [name=name]")
    page.get_by_role("button", name="Move Contacted to the left on the board").click()
    expect(names.first).to_have_value("Contacted")
    grip = page.locator("[data-stage-row]").nth(3).locator("[data-grip]")
    grip.drag_to(page.locator("[data-stage-row]").first, target_position={"x": 20, "y": 4})
    expect(names.first).to_have_value("Negotiating")
    expect(page.locator("#toasts")).to_contain_text("Negotiating is stage 1 now.")
    page.get_by_role("button", name="Undo").last.click()
    expect(names.first).to_have_value("Contacted")


@pytest.mark.browser
def test_axe_finds_nothing_on_the_board_and_its_panels(opens: Opens, admin: Membership, bread: Deal) -> None:
    found: list[str] = []
    page = opens(admin, "/settings/stages", **STILL)
    home = page.url.removesuffix("/settings/stages")
    found += violations(page)
    page.goto(home + "/board")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar")).to_be_visible()
    found += violations(page)
    page.keyboard.press("s")
    page.get_by_role("dialog").wait_for()
    found += violations(page)
    page.keyboard.press("Escape")
    page.locator(".card__move").click()
    page.get_by_role("dialog").get_by_role("button", name="Lost").click()
    expect(page.get_by_role("dialog")).to_contain_text("Why was it lost?")
    found += violations(page)
    page.keyboard.press("Escape")
    page.locator("#board-filter").click()
    found += violations(page)
    page = opens(admin, "/settings/stages", viewport=NARROW, **STILL)
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert found == []
