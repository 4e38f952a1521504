"""What holds for each address of the API, whichever room it belongs to."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from crm.api.views import ApiView
from tests import cast


def addresses(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, type[ApiView]]]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern) and path.startswith(("api/v1/crm/", "mail/v1/crm/")):
            yield path, pattern.callback.cls  # type: ignore[attr-defined]


ALL = list(addresses(get_resolver().url_patterns))
ID = "01980000-0000-7000-8000-000000000000"


def written(path: str) -> str:
    return "/" + path.replace("<str:id>", ID).replace("<str:label_id>", ID)


def test_both_bases_have_the_same_addresses() -> None:
    one = {path.removeprefix("api/v1/crm/") for path, _ in ALL if path.startswith("api")}
    other = {path.removeprefix("mail/v1/crm/") for path, _ in ALL if path.startswith("mail")}
    assert one == other
    assert {"clients", "clients/<str:id>", "deals", "conversations/<str:id>/messages", "contacts", "events"} <= one


def test_every_post_can_be_repeated_safely() -> None:
    posts = [(path, view) for path, view in ALL if hasattr(view, "post")]
    assert len(posts) > 20
    assert [path for path, view in posts if not hasattr(view.post, "is_idempotent")] == []


@pytest.mark.parametrize(("path", "view"), [(path, view) for path, view in ALL if path.startswith("api")])
def test_nobody_gets_in_and_a_reading_key_changes_nothing(path: str, view: type[ApiView], api: cast.Api) -> None:
    nobody, reader = api(key=None), api(scopes=["crm:read"])
    for method in set(view().allowed_methods) & {"GET", "POST", "PATCH", "DELETE"}:
        ask = method.lower()
        answer = getattr(nobody, ask)(written(path), REMOTE_ADDR="192.0.2.1")
        assert (answer.status_code, answer.json()["error_type"]) == (401, "unauthenticated")
        if method != "GET":
            answer = getattr(reader, ask)(written(path))
            assert (answer.status_code, answer.json()["error_type"]) == (403, "read_only")


@pytest.mark.parametrize("path", [path for path, _ in ALL if path.startswith("api")])
def test_an_unknown_parameter_is_named_everywhere(path: str, api: cast.Api) -> None:
    answer = api().get(f"{written(path)}?no_such_parameter=1")
    if answer.status_code != 405:
        assert answer.status_code == 400, answer.content
        assert "no_such_parameter" in answer.json()["details"]["fieldErrors"]
