from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Workspace
from contacts.models import Contact
from crm.pages.keyset import stretch

pytestmark = pytest.mark.django_db


def people(workspace: Workspace, count: int) -> None:
    now = timezone.now()
    Contact.objects.bulk_create(
        # two of each moment, so that the id has to break the tie
        Contact(workspace=workspace, name=str(number), last_activity_at=now - timedelta(minutes=number // 2))
        for number in range(count)
    )


def walk(length: int) -> list[str]:
    names, mark = [], ""
    while True:
        part = stretch(Contact.objects.all(), by="last_activity_at", mark=mark, length=length)
        names += [row.name for row in part.rows]
        mark = part.more
        if not mark:
            return names


def test_walking_neither_repeats_nor_skips(workspace: Workspace) -> None:
    people(workspace, 11)
    assert sorted(walk(3), key=int) == [str(number) for number in range(11)]
    assert walk(3) == walk(100)


def test_a_full_last_stretch_is_the_end(workspace: Workspace) -> None:
    people(workspace, 6)
    part = stretch(Contact.objects.all(), by="last_activity_at", mark="", length=6)
    assert (len(part.rows), part.more) == (6, "")


@pytest.mark.parametrize("mark", ["nonsense", "e30", "WzEsMl0", "ä", "W10"])
def test_a_mark_that_is_none_of_ours_starts_at_the_top(workspace: Workspace, mark: str) -> None:
    people(workspace, 2)
    assert len(stretch(Contact.objects.all(), by="last_activity_at", mark=mark, length=5).rows) == 2
