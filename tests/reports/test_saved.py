"""Saved reports: who keeps, finds, shares and changes them."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership, Role
from clients.models import Client
from reports.models import SavedReport
from tests.cast import acting, member

Browse = Callable[[Membership], Browser]
QUERY = "span=7d&channel=email&more=1&client=nonsense"


def kept(browse: Browse, who: Membership, name: str = "Weekly speed", **typed: str) -> SavedReport:
    answer = browse(who).post("/reports/speed/keep", {"name": name, "query": QUERY, **typed})
    assert answer.status_code == 303, answer.content.decode()
    return SavedReport.objects.latest("created_at")


def found(who: Membership) -> list[str]:
    return sorted(SavedReport.objects.visible_to(acting(who)).values_list("name", flat=True))


def test_it_keeps_what_the_page_is_narrowed_by_and_opens_as_that(
    browse: Browse, agent: Membership, harbour: Client
) -> None:
    answer = browse(agent).post(
        f"/reports/speed/keep?client={harbour.pk}", {"name": "  Weekly   speed ", "query": QUERY}
    )
    saved = SavedReport.objects.get()
    assert (saved.name, saved.query, saved.client, saved.shared) == (
        "Weekly speed",
        "channel=email&span=7d",
        harbour,
        False,
    )
    to = f"/reports/speed?channel=email&span=7d&client={harbour.pk}"
    assert (answer.status_code, answer["Location"]) == (303, to)
    assert browse(agent).get(f"/reports/saved/{saved.pk}")["Location"] == to
    assert browse(agent).get(to).status_code == 200
    assert "Weekly speed" in browse(agent).get("/reports/saved").content.decode()


@pytest.mark.parametrize(
    ("key", "typed", "status", "words"),
    [
        ("speed", {"name": " ", "query": ""}, 422, "Give the report a name of at most 60 characters."),
        ("speed", {"name": "x" * 61, "query": ""}, 422, "Give the report a name of at most 60 characters."),
        ("speed", {"name": "weekly SPEED", "query": ""}, 409, "You keep a report “weekly SPEED” already."),
        ("speed", {"name": "New", "query": "channel=pigeon"}, 422, "is no channel"),
        ("speed", {"name": "New", "query": "span=aeon"}, 422, "is no stretch of time"),
        ("attic", {"name": "New", "query": ""}, 404, ""),
    ],
    ids=["no name", "long name", "taken", "no channel", "no span", "no report"],
)
def test_what_is_not_saved_says_why(
    browse: Browse, agent: Membership, key: str, typed: dict[str, str], status: int, words: str
) -> None:
    kept(browse, agent)
    answer = browse(agent).post(f"/reports/{key}/keep", typed)
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert SavedReport.objects.count() == 1


def test_the_team_finds_what_is_shared_and_a_client_only_what_is_of_it(
    browse: Browse, agent: Membership, owner: Membership, viewer: Membership, other_client_agent: Membership,
    harbour: Client,
) -> None:  # fmt: skip
    kept(browse, agent, "Mine")
    kept(browse, agent, "All", shared="on")
    browse(agent).post(f"/reports/speed/keep?client={harbour.pk}", {"name": "Harbour", "query": "", "shared": "on"})
    assert found(agent) == ["All", "Harbour", "Mine"]
    assert found(owner) == ["All", "Harbour"]
    assert found(viewer) == ["Harbour"]
    assert found(other_client_agent) == []


def test_only_who_keeps_it_changes_it_and_an_admin_what_is_shared(
    browse: Browse, agent: Membership, owner: Membership, viewer: Membership
) -> None:
    mine, shared = kept(browse, agent, "Mine"), kept(browse, agent, "All", shared="on")
    other = member(agent.workspace, "Ben Beside")
    for who, saved, status in ((other, mine, 404), (other, shared, 403), (viewer, shared, 404), (owner, mine, 404)):
        for verb in ("change", "delete"):
            answer = browse(who).post(f"/reports/saved/{saved.pk}/{verb}", {"name": "Other"})
            assert answer.status_code == status, (who, verb)
    assert found(agent) == ["All", "Mine"]
    assert browse(owner).post(f"/reports/saved/{shared.pk}/change", {"name": "Ours", "shared": "on"}).status_code == 303
    assert browse(owner).post(f"/reports/saved/{shared.pk}/delete").status_code == 303
    assert found(agent) == ["Mine"]


def test_a_viewer_keeps_reports_for_themselves_alone(browse: Browse, viewer: Membership) -> None:
    assert browse(viewer).post("/reports/speed/keep", {"name": "Mine", "query": ""}).status_code == 303
    answer = browse(viewer).post("/reports/speed/keep", {"name": "Ours", "query": "", "shared": "on"})
    assert (answer.status_code, found(viewer)) == (403, ["Mine"])


def test_an_agent_of_a_client_shares_what_is_of_it_and_nothing_of_all(
    browse: Browse, harbour: Client, meadow: Client, owner: Membership
) -> None:
    hera = member(owner.workspace, "Hera Harbour", Role.AGENT, [harbour, meadow])
    answer = browse(hera).post("/reports/speed/keep", {"name": "Ours", "query": "", "shared": "on"})
    assert (answer.status_code, "choose one of them above the report" in answer.content.decode()) == (422, True)
    path = f"/reports/speed/keep?client={harbour.pk}"
    assert browse(hera).post(path, {"name": "Ours", "query": "", "shared": "on"}).status_code == 303
