"""The page of long work: how far it is, what was not done, stop, again, undo. And the Undo of a toast."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Membership
from activity import runs
from activity.models import Run, Undo
from activity.runs import finish, work_off
from tests.activity.test_runs import KIND, begin, kind  # noqa: F401  (the fixture that registers the kind)

pytestmark = pytest.mark.django_db


def page(browser: Browser, run: Run, verb: str = "run", **how: object) -> str:
    url = reverse(f"desk:{verb}", args=[run.pk])
    answer = browser.get(url) if verb == "run" else browser.post(url, follow=True)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_it_shows_how_far_it_is_and_asks_again_by_itself(browse, agent: Membership) -> None:
    run = begin(agent)
    work_off(most=1)
    html = page(browse(agent), run)
    assert "At work" in html
    assert 'max="70" value="10"' in html
    assert 'hx-trigger="every 1s"' in html


def test_done_it_says_what_was_not_done_and_asks_no_more(browse, agent: Membership) -> None:
    html = page(browse(agent), finish(begin(agent)))
    assert "Done" in html
    assert "every 1s" not in html
    assert html.count("Sevens are not allowed.") == 10
    assert "Undo all of it" in html


def test_it_is_stopped_started_again_and_taken_back_without_scripts(browse, agent: Membership) -> None:
    browser = browse(agent)
    stopped = begin(agent)
    work_off(most=1)
    page(browser, stopped, "run_stop")
    assert "Stopped" in page(browser, finish(stopped))
    page(browser, stopped, "run_undo")
    stopped.refresh_from_db()
    assert stopped.undone_by is not None
    assert finish(stopped.undone_by).done_count == stopped.done_count
    dead = begin(agent)
    Run.objects.filter(pk=dead.pk).update(state="dead", last_error="ValueError: gone")
    assert "ValueError: gone" in page(browser, dead)
    page(browser, dead, "run_again")
    dead.refresh_from_db()
    assert finish(dead).handled == 70


def test_taken_back_from_a_toast_one_stays_on_the_page_and_is_told_where_to_look(browse, agent: Membership) -> None:
    browser, run = browse(agent), begin(agent)
    toast = {"HX-Request": "true", "HX-Target": "toasts"}
    work_off(most=1)
    early = browser.post(reverse("desk:run_undo", args=[run.pk]), headers=toast)
    assert (early.status_code, "It is still at work." in early.content.decode()) == (409, True)
    finish(run)
    answer = browser.post(reverse("desk:run_undo", args=[run.pk]), headers=toast)
    run.refresh_from_db()
    assert run.undone_by is not None
    assert "HX-Push-Url" not in answer.headers
    assert f"/runs/{run.undone_by.pk}" in answer.content.decode()
    assert 'data-key="KeyZ"' not in answer.content.decode()


def test_a_run_is_nothing_to_whoever_may_not_see_it(
    browse, agent: Membership, other_client_agent: Membership, outsider: Membership
) -> None:
    run = begin(agent)
    for other in (other_client_agent, outsider):
        for verb in ("run_stop", "run_undo", "run_again"):
            assert browse(other).post(reverse(f"desk:{verb}", args=[run.pk])).status_code == 404
        assert browse(other).get(reverse("desk:run", args=[run.pk])).status_code == 404
    assert "Labels" in browse(agent).get(reverse("desk:runs")).content.decode()
    assert "Labels" not in browse(other_client_agent).get(reverse("desk:runs")).content.decode()


def test_the_list_of_runs_costs_the_same_for_one_and_for_thirty(
    browse, agent: Membership, django_assert_num_queries
) -> None:
    browser = browse(agent)
    begin(agent)
    with django_assert_num_queries(5):
        browser.get(reverse("desk:runs"))
    for _ in range(30):
        begin(agent)
    with django_assert_num_queries(5):
        browser.get(reverse("desk:runs"))


def test_an_undo_says_what_it_took_back_and_tells_the_page_what_changed(
    browse, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    from activity import undoing
    from tests.cast import acting

    monkeypatch.setitem(undoing.RESTORERS, "test.nothing", lambda *_: [undoing.Touched("deal", agent.pk)])
    undo = undoing.offer(acting(agent), "Moved.", kind="test.nothing", data={})
    assert isinstance(undo, Undo)
    browser = browse(agent)
    url = reverse("desk:undo", args=[undo.pk])

    answer = browser.post(url, headers={"HX-Request": "true"})

    assert "Taken back: Moved." in answer.content.decode()
    expected = f'{{"changed-here": {{"events": [{{"type": "deal.changed", "subject": "deal", "id": "{agent.pk}"}}]}}}}'
    assert answer.headers["HX-Trigger"] == expected
    again = browser.post(url, headers={"HX-Request": "true"})
    assert (again.status_code, "taken back already" in again.content.decode()) == (409, True)
    assert browser.get(url).status_code == 405


def test_kinds_of_runs_are_registered_once() -> None:
    assert KIND in runs.RUNNERS
    assert KIND in runs.BACK
