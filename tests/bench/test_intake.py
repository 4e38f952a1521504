"""The measurement of the intake, on people so few that only its being in order shows."""

import pytest

from accounts.models import Workspace
from bench import intake, report
from contacts.models import Contact


@pytest.mark.django_db
def test_the_same_people_are_taken_in_and_written_bare_and_leave_nothing_behind() -> None:
    taken = intake.measured(200)
    assert [one.people for one in taken] == [200, 200, 200]
    assert all(min(one.ours, one.bare) > 0 for one in taken)
    assert (Workspace.objects.count(), Contact.objects.count()) == (0, 0)


def test_the_table_says_how_many_a_second_and_how_many_times_the_least() -> None:
    lines = report.intake([intake.Taken("People taken in: new", 1000, ours=2.0, bare=0.5, grown=3.2)]).splitlines()
    assert lines[2] == "| People taken in: new | 1,000 | 500 | 2,000 | 4.00 | 3 MB |"
