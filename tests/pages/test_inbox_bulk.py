"""Many at once, on the page: what is sent, what is answered, and that it costs the same for one row and for thirty."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Workspace
from activity import runs
from activity.models import Run, Undo
from clients.models import Client
from inbox.models import Conversation
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]
HTMX = {"HX-Request": "true"}


def test_the_ticked_ones_are_closed_and_one_undo_is_offered(
    browse: Browse, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    answer = browse(agent).post("/inbox/bulk", {"do": "close", "id": [str(priya.pk), str(tom.pk)]}, headers=HTMX)
    words = answer.content.decode()
    assert "Closed: 2 conversations." in words
    assert f"/undo/{Undo.objects.get().pk}" in words
    assert "All answered" in words
    assert set(Conversation.objects.values_list("status", flat=True)) == {"closed"}


def test_without_a_script_it_goes_back_to_the_list_as_it_was_narrowed(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    answer = browse(agent).post("/inbox/bulk?split=all&channel=email", {"do": "read", "id": [str(priya.pk)]})
    assert (answer.status_code, answer["Location"]) == (303, "/inbox?split=all&channel=email")


def test_all_that_match_are_counted_exactly_and_done_by_a_run(
    browse: Browse, agent: Membership, priya: Conversation, tom: Conversation
) -> None:
    browser = browse(agent)
    assert "All 1 that match" in browser.get("/inbox/bulk/count?intent=question", headers=HTMX).content.decode()
    answer = browser.post("/inbox/bulk?intent=question", {"do": "close", "scope": "matching"}, headers=HTMX)
    run = Run.objects.get()
    assert (run.title, run.total, answer["HX-Reswap"]) == ("Close: 1 conversation", 1, "none")
    assert f'hx-post="/runs/{run.pk}/undo"' in answer.content.decode()
    assert 'data-key="KeyZ"' in answer.content.decode()
    assert runs.finish(run).done_count == 1
    tom.refresh_from_db()
    priya.refresh_from_db()
    assert (tom.status, priya.status) == ("closed", "active")
    plain = browser.post("/inbox/bulk?intent=interested", {"do": "close", "scope": "matching"})
    assert plain["Location"] == f"/runs/{Run.objects.exclude(pk=run.pk).get().pk}"


def test_closing_is_painted_as_leaving_only_where_what_is_closed_leaves_the_list(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    for split, leaves in (("ours", True), ("all", False), ("closed", False)):
        html = browse(agent).get(f"/inbox?split={split}").content.decode()
        assert ('value="close" data-paint="leave"' in html) is leaves, split


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"do": "close"}, "Choose at least one conversation."),
        ({"do": "sing", "id": "x"}, "This is not an id."),
        ({"until": "2001-01-01T09:00:00Z"}, "Choose a moment in the future."),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    browse: Browse, agent: Membership, priya: Conversation, typed: dict[str, str], sentence: str
) -> None:
    given = {"id": str(priya.pk), **typed} if "until" in typed else typed
    answer = browse(agent).post("/inbox/bulk", given, headers=HTMX)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Conversation.objects.get(pk=priya.pk).version == priya.version


def test_a_viewer_and_a_stranger_change_nothing(
    browse: Browse, viewer: Membership, outsider: Membership, priya: Conversation
) -> None:
    typed = {"do": "close", "id": [str(priya.pk)]}
    assert browse(viewer).post("/inbox/bulk", typed).status_code == 403
    assert browse(viewer).post("/inbox/bulk", {"do": "close", "scope": "matching"}).status_code == 403
    assert browse(viewer).get("/inbox/bulk/count").status_code == 403
    browse(outsider).post("/inbox/bulk", typed)
    assert browse(outsider).post("/inbox/bulk", {"do": "close", "scope": "matching"}).status_code == 422
    assert Conversation.objects.get(pk=priya.pk).status == "active"
    assert "data-pick" not in browse(viewer).get("/inbox").content.decode()


def test_what_is_asked_for_when_something_changed_costs_the_same_for_one_and_for_thirty(
    browse: Browse, agent: Membership, workspace: Workspace, harbour: Client, priya: Conversation
) -> None:
    browser = browse(agent)
    few = costs(browser, [priya], priya)
    more = [wrote(workspace, harbour, f"Lead{number} Person", "Hello", None) for number in range(30)]
    assert costs(browser, more, priya) == few
    assert few == {"fresh": 11, "head": 7, "person": 11, "timeline": 9, "follow-ups": 6}


def costs(browser: Browser, rows: list[Conversation], opened: Conversation) -> dict[str, int]:
    query = "&".join(f"row={one.pk}&here={one.pk}" for one in rows)
    parts = {part: asked(browser, f"/inbox/{opened.pk}/{part}") for part in ("head", "person", "timeline")}
    follow_ups = asked(browser, f"/inbox/follow-ups/of/{opened.contact_id}")
    return {"fresh": asked(browser, f"/inbox/fresh?{query}"), **parts, "follow-ups": follow_ups}


def asked(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(connection) as questions:
        assert browser.get(path, headers=HTMX).status_code == 200
    return len(questions)


def test_what_is_new_is_counted_and_not_shown(
    browse: Browse, agent: Membership, workspace: Workspace, harbour: Client, priya: Conversation
) -> None:
    browser, top = browse(agent), priya.sorted_at.isoformat()
    for name in ("Nora New", "Nils New"):
        wrote(workspace, harbour, name, "Hello", None)
    answer = browser.get("/inbox/fresh", {"here": str(priya.pk), "top": top}, headers=HTMX).content.decode()
    assert "2 new" in answer
    assert "Nora" not in answer
    closed = browser.get("/inbox/fresh", {"split": "closed", "top": top}, headers=HTMX).content.decode()
    assert "new</button>" not in closed


def test_a_row_that_left_the_list_says_so(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    browser.post(f"/inbox/{priya.pk}/close")
    answer = browser.get(f"/inbox/fresh?row={priya.pk}&here={priya.pk}", headers=HTMX).content.decode()
    assert "In this list no more." in answer
    assert "row--left" in answer
    again = browser.get(f"/inbox/fresh?split=all&row={priya.pk}", headers=HTMX).content.decode()
    assert "row--left" not in again


@pytest.mark.parametrize("query", ["row=x", "new=nonsense", "here=1"])
def test_nonsense_is_refused(browse: Browse, agent: Membership, query: str) -> None:
    assert browse(agent).get(f"/inbox/fresh?{query}", headers=HTMX).status_code == 422


def test_nobody_sees_rows_of_another_client(
    browse: Browse, other_client_agent: Membership, priya: Conversation
) -> None:
    browser = browse(other_client_agent)
    for path in (f"/inbox/fresh?row={priya.pk}", f"/inbox/fresh?new={priya.pk}"):
        answer = browser.get(path, headers=HTMX).content.decode()
        assert "Priya" not in answer
        assert "new</button>" not in answer
    for part in ("head", "person", "timeline"):
        assert browser.get(f"/inbox/{priya.pk}/{part}", headers=HTMX).status_code == 404
    assert browser.post(f"/inbox/{priya.pk}/labels", {"name": "VIP"}).status_code == 404
