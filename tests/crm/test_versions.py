"""Writing only what changed, and only over the version that was read."""

from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Workspace
from clients.models import Client
from crm.errors import NotFound, Stale
from crm.versions import expect, present, touch, write
from tests.crowd import at_once


def read(client: Client) -> Client:
    return Client.objects.get(pk=client.pk)


def test_only_the_fields_that_differ_are_written(harbour: Client) -> None:
    Client.objects.filter(pk=harbour.pk).update(notes="Written by somebody who counts no versions")
    assert write(harbour, name="Harbour", domain="", notes="") == ["name"]
    stored = read(harbour)
    assert (stored.name, stored.notes, stored.version) == ("Harbour", "Written by somebody who counts no versions", 2)
    assert (harbour.version, harbour.updated_at) == (2, stored.updated_at)


def test_with_nothing_to_change_nothing_is_asked_of_the_database(harbour: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert write(harbour, name=harbour.name) == []
    assert len(queries) == 0
    assert read(harbour).version == 1


def test_an_older_version_writes_nothing_and_learns_the_present_one(harbour: Client) -> None:
    older = read(harbour)
    write(harbour, name="First")
    with pytest.raises(Stale) as refused:
        write(older, name="Second")
    assert (refused.value.version, read(harbour).name) == (2, "First")
    assert "client" in refused.value.message


def test_a_row_that_is_gone_is_not_found(harbour: Client) -> None:
    Client.objects.all().delete()
    with pytest.raises(NotFound):
        write(harbour, name="Late")
    with pytest.raises(NotFound):
        present(harbour)


def test_expecting_no_version_expects_nothing(harbour: Client) -> None:
    expect(harbour, None)
    expect(harbour, 1)
    with pytest.raises(Stale):
        expect(harbour, 2)


def test_a_touch_counts_as_a_change(harbour: Client) -> None:
    touch(harbour)
    assert (harbour.version, read(harbour).version) == (2, 2)
    assert read(harbour).updated_at == harbour.updated_at > harbour.created_at


@pytest.mark.django_db(transaction=True)
def test_of_many_who_write_over_the_same_version_one_does(workspace: Workspace, harbour: Client) -> None:
    rows = [read(harbour) for _ in range(8)]
    answers = at_once([partial(write, row, name=f"Name {number}") for number, row in enumerate(rows)])
    assert [answer for answer in answers if answer == ["name"]] == [["name"]]
    assert sum(isinstance(answer, Stale) for answer in answers) == 7
    assert read(harbour).version == 2
