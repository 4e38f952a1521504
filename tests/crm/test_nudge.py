"""A nudge is sent after the commit, once for however much there is to do."""

from typing import Any

import pytest
from django.db import transaction

from crm.celery import app
from crm.nudge import nudge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What reached the broker, which is not what these tests are about."""
    tasks: list[tuple[str, Any]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args, **_: tasks.append((name, args)))
    return tasks


def test_many_nudges_in_one_transaction_are_one(sent: list[tuple[str, Any]]) -> None:
    with transaction.atomic():
        for _ in range(3):
            with transaction.atomic():
                nudge("inbox.tasks.tag")
        nudge("inbox.tasks.tag")
        nudge("inbox.tasks.tag", 7)
        assert sent == []
    assert sent == [("inbox.tasks.tag", ()), ("inbox.tasks.tag", (7,))]


def test_each_transaction_sends_its_own(sent: list[tuple[str, Any]]) -> None:
    for _ in range(2):
        with transaction.atomic():
            nudge("inbox.tasks.tag")
    nudge("inbox.tasks.tag")
    assert sent == [("inbox.tasks.tag", ())] * 3


def test_what_is_rolled_back_nudges_nobody_and_holds_nothing_else_back(sent: list[tuple[str, Any]]) -> None:
    with transaction.atomic():
        with transaction.atomic():
            nudge("inbox.tasks.tag")
            transaction.set_rollback(True)
        assert transaction.get_connection().run_on_commit == []
        with transaction.atomic():
            nudge("inbox.tasks.tag")
        with transaction.atomic():
            nudge("inbox.tasks.tag")
            transaction.set_rollback(True)
    assert sent == [("inbox.tasks.tag", ())]
