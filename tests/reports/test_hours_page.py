"""Settings, Working hours."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from activity.models import Event
from reports.hours import Hours
from reports.hours_kept import hours_of
from reports.models import WorkingHours

Browse = Callable[[Membership], Browser]
TYPED = {"days": ["0", "5", "6"], "opens": "08:30", "closes": "00:00", "version": ""}


def test_an_admin_keeps_the_hours_and_reports_count_with_them(browse: Browse, admin: Membership) -> None:
    workspace = admin.workspace
    assert hours_of(workspace) == Hours(hours_of(workspace).zone, frozenset({0, 1, 2, 3, 4}), 540, 1020)
    answer = browse(admin).post("/settings/hours", TYPED)
    assert (answer.status_code, answer["Location"]) == (303, "/settings/hours")
    kept = hours_of(workspace)
    assert (kept.days, kept.opens, kept.closes) == (frozenset({0, 5, 6}), 510, 1440)
    page = browse(admin).get("/settings/hours").content.decode()
    assert ('value="08:30"' in page, 'value="00:00"' in page, page.count("checked")) == (True, True, 3)
    assert Event.objects.latest("sequence").payload == {"changed_fields": ["working_hours"]}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"days": []}, "Choose at least one day of the week."),
        ({"opens": "9"}, "Write the time like 09:00."),
        ({"opens": "17:00", "closes": "09:00"}, "The day must end after it begins: put the end later than the start."),
    ],
    ids=["no day", "no time", "backwards"],
)
def test_what_is_no_working_day_is_refused(
    browse: Browse, admin: Membership, typed: dict[str, object], words: str
) -> None:
    answer = browse(admin).post("/settings/hours", {**TYPED, **typed})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not WorkingHours.objects.exists()


def test_two_who_change_it_at_once_do_not_overwrite_each_other(browse: Browse, admin: Membership) -> None:
    browse(admin).post("/settings/hours", TYPED)
    browse(admin).post("/settings/hours", {**TYPED, "version": "1", "opens": "10:00"})
    answer = browse(admin).post("/settings/hours", {**TYPED, "version": "1", "opens": "11:00"})
    assert (answer.status_code, hours_of(admin.workspace).opens) == (409, 600)


def test_whoever_does_not_run_the_workspace_neither_sees_nor_sets_them(
    browse: Browse, agent: Membership, viewer: Membership, other_client_agent: Membership
) -> None:
    for who in (agent, viewer, other_client_agent):
        assert browse(who).get("/settings/hours").status_code == 403
        assert browse(who).post("/settings/hours", TYPED).status_code == 403
    assert not WorkingHours.objects.exists()
