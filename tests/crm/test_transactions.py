"""Locks by name, and rows that are inserted once."""

import threading

import pytest
from django.db import transaction

from accounts.models import Workspace
from contacts.models import Label
from crm.text import storable
from crm.transactions import advisory_lock, insert_once, try_advisory_lock
from tests.crowd import InBackground, times

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_lock_is_held_until_its_transaction_ends_and_by_one_alone() -> None:
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            advisory_lock("a name")
            held.set()
            let_go.wait(30)

    holder = InBackground(hold)
    assert held.wait(30)
    with transaction.atomic():
        assert try_advisory_lock("a name") is False
        assert try_advisory_lock("another name") is True
    let_go.set()
    holder.result()
    with transaction.atomic():
        assert try_advisory_lock("a name") is True


def test_a_row_inserted_by_many_at_once_is_inserted_by_one(workspace: Workspace) -> None:
    answers = times(8, lambda: insert_once(Label(workspace=workspace, name="Hot")))
    assert sorted(answers, key=str) == [False] * 7 + [True]
    assert Label.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "kept"), [("a\x00b", "a\ufffdb"), ("\ud83d\ude00", "\ufffd\ufffd"), ("😀\n\t", "😀\n\t"), ("", "")]
)
def test_text_is_kept_as_far_as_a_column_can(text: str, kept: str) -> None:
    assert storable(text) == kept
    assert storable(text, 1) == kept[:1]
