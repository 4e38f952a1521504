"""One state of an object and another."""

from typing import Any

import pytest

from clients.models import Client
from tests.cast import Api


@pytest.fixture
def path(harbour: Client) -> Any:
    return f"/clients/{harbour.pk}"


def test_a_known_state_is_not_sent_again(api: Api, path: str) -> None:
    caller = api()
    tag = caller.get(path).headers["ETag"]
    answer = caller.get(path, HTTP_IF_NONE_MATCH=tag)
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert caller.get(path, HTTP_IF_NONE_MATCH=f'"other", W/{tag}').status_code == 304
    assert caller.get(path, HTTP_IF_NONE_MATCH="*").status_code == 304
    assert caller.get(path, HTTP_IF_NONE_MATCH='"1"').status_code == 200
    changed = caller.patch(path, {"notes": "new"})
    assert changed.headers["ETag"].startswith('"2.')
    answer = caller.get(path, HTTP_IF_NONE_MATCH=tag)
    assert (answer.status_code, answer.headers["ETag"]) == (200, changed.headers["ETag"])


@pytest.mark.parametrize("method", ["patch", "delete"])
def test_only_the_version_that_was_read_is_changed(api: Api, harbour: Client, path: str, method: str) -> None:
    caller = api()
    read = caller.get(path).headers["ETag"]
    present = caller.patch(path, {"notes": "somebody else's"}).headers["ETag"]
    answer = getattr(caller, method)(path, {"notes": "mine"}, HTTP_IF_MATCH=read)
    assert (answer.status_code, answer.json()["error_type"], answer.json()["version"]) == (412, "stale", 2)
    assert (
        answer.json()["error"] == "This client was changed since you read it. Read it again, then repeat your change."
    )
    assert answer.headers["ETag"] == present
    harbour.refresh_from_db()
    assert (harbour.notes, harbour.deleted_at) == ("somebody else's", None)
    assert getattr(caller, method)(path, {"notes": "mine"}, HTTP_IF_MATCH=present).status_code == 200


@pytest.mark.parametrize("tag", ["*", '"1"', 'W/"1"', '"9", "1"'])
def test_ways_to_name_the_present_version(api: Api, path: str, tag: str) -> None:
    assert api().patch(path, {"notes": "new"}, HTTP_IF_MATCH=tag).status_code == 200


@pytest.mark.parametrize("tag", ["1", '"1', "", '"9" "1"', "version 1"])
def test_a_tag_without_its_quotes_is_no_tag(api: Api, harbour: Client, path: str, tag: str) -> None:
    answer = api().patch(path, {"notes": "new"}, HTTP_IF_MATCH=tag)
    assert (answer.status_code, answer.json()["error_type"]) == (400, "parse_error")
    assert Client.objects.get(pk=harbour.pk).notes == ""


def test_a_change_to_what_it_is_already_keeps_the_version(api: Api, path: str) -> None:
    answer = api().patch(path, {"name": "Harbour Bakery"})
    assert answer.headers["ETag"].startswith('"1.')
