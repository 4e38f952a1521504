"""Every address that takes a body, given bad ones: a clear refusal of the right status, and nothing changed."""

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection

from accounts.models import Membership, Workspace
from crm.models import Versioned
from tests import cast
from tests.cast import Api, Caller
from tests.one_of_each import one_of_each

pytestmark = pytest.mark.django_db
POSTS = [
    "clients",
    "campaigns",
    "contacts",
    "contacts/upsert",
    "contacts/bulk_label",
    "contacts/{id}/merge",
    "contacts/{id}/unmerge",
    "contacts/{id}/erase",
    "labels",
    "segments",
    "conversations",
    "conversations/{id}/labels",
    "conversations/{id}/messages",
    "follow_ups",
    "deals",
    "deals/{id}/move",
    "stages",
]
PATCHES = [
    "clients",
    "campaigns",
    "contacts",
    "labels",
    "segments",
    "conversations",
    "follow_ups",
    "deals",
    "stages",
    "users",
]
CALLS = [("post", path) for path in POSTS] + [("patch", f"{noun}/{{id}}") for noun in PATCHES]

BAD = {
    "no JSON": (b"{", 400, "The body is not JSON: Expecting property name enclosed in double quotes, line 1 column 2."),
    "no object": (b"[]", 400, "The body must be a JSON object: {…}."),
    "no UTF-8": (b'{"name": "\xff"}', 400, "The body is not UTF-8, at byte 10."),
    "no number": (b'{"value": NaN}', 400, "NaN is not JSON: send a number or null."),
    "too large a number": (b'{"value": 1e999}', 400, "The number 1e999 is too large."),
    "twice": (b'{"name": "a", "name": "b"}', 400, "name: Given twice: say it once."),
    "a NUL": (b'{"name": "a\\u0000b"}', 400, "name: Contains a NUL character, which cannot be stored: leave it out."),
    "half a character": (
        b'{"name": "a\\ud800"}',
        400,
        "name: Contains half of a character (a lone surrogate), which cannot be stored: leave it out.",
    ),
    "too deep": (b'{"a": ' + b"[" * 30 + b"]" * 30 + b"}", 400, "The body is nested too deep: 20 levels are allowed."),
    "too large": (
        b'{"name": "' + b"x" * 1_000_001 + b'"}',
        413,
        "The body is larger than the 1000000 bytes that are allowed: send less at once.",
    ),
}


def everything() -> dict[str, tuple[int, int]]:
    """How many rows each table of ours holds, and at which versions they are: asked at once."""
    rooms = ["activity", "clients", "contacts", "deals", "inbox"]
    tables: list[Any] = [model for room in rooms for model in apps.get_app_config(room).get_models()]
    counts = [
        f"SELECT '{model._meta.label}', count(*), {'sum(version)' if issubclass(model, Versioned) else '0'} "
        f'FROM "{model._meta.db_table}"'
        for model in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        return {label: (count, versions) for label, count, versions in cursor.fetchall()}


@pytest.fixture
def ids(workspace: Workspace, agent: Membership) -> dict[str, str]:
    return one_of_each(workspace, agent)


def ask(api: Caller, call: tuple[str, str], ids: dict[str, str], body: Any, **extra: Any) -> Any:
    method, path = call
    written = "/" + path.format(id=ids[path.split("/")[0]])
    return getattr(api, method)(written, body, content_type="application/json", **extra)


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_a_body_that_is_none(api: Api, ids: dict[str, str], call: tuple[str, str]) -> None:
    before, caller = everything(), api(rate_limit=1000)
    for what, (body, status, sentence) in BAD.items():
        answer = ask(caller, call, ids, body)
        assert (answer.status_code, answer.json()["error"]) == (status, sentence), what
    assert everything() == before


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_an_unknown_field_is_named_and_so_is_another_language(
    api: Api, ids: dict[str, str], call: tuple[str, str]
) -> None:
    before, caller = everything(), api()
    answer = ask(caller, call, ids, b'{"no_such_field": 1}')
    assert answer.status_code == 400
    assert answer.json()["details"]["fieldErrors"]["no_such_field"][0].startswith("There is no “no_such_field” here.")
    method, path = call
    form = getattr(caller, method)("/" + path.format(id=ids[path.split("/")[0]]), {"name": "x"}, format="multipart")
    assert (form.status_code, form.json()["error_type"]) == (415, "unsupported_media_type")
    assert everything() == before


@pytest.mark.parametrize("call", [call for call in CALLS if "{id}" in call[1]], ids=" ".join)
def test_an_id_that_is_unknown_or_of_another_workspace(
    api: Api, ids: dict[str, str], outsider: Membership, call: tuple[str, str]
) -> None:
    theirs = one_of_each(outsider.workspace, outsider)
    before, caller = everything(), api()
    bodies = {
        "contacts/{id}/merge": {"contact_id": ids["contacts"]},
        "deals/{id}/move": {"stage": "won"},
        "conversations/{id}/labels": {"label": "x"},
        "conversations/{id}/messages": {"direction": "inbound", "body": "x"},
    }
    noun = call[1].split("/")[0]
    sentences = set()
    for unknown in (theirs[noun], str(uuid4()), "0", "%00", "x" * 300):
        answer = getattr(caller, call[0])("/" + call[1].format(id=unknown), bodies.get(call[1], {}))
        assert (answer.status_code, answer.json()["error_type"]) == (404, "not_found")
        sentences.add(answer.json()["error"])
    assert sentences == {f"There is no {noun.rstrip('s').replace('_', ' ')} with this id."}
    assert everything() == before


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("contacts", {"name": "x", "client_id": "clients"}, "client_id"),
        ("contacts", {"name": "x", "owner": "users"}, "owner"),
        ("contacts/upsert", {"email": "x@example.com", "client_id": "clients"}, "client_id"),
        (
            "contacts/bulk_label",
            {"contact_ids": ["0" * 8 + "-0000-0000-0000-" + "0" * 12], "label_id": "labels", "operation": "attach"},
            "label_id",
        ),
        ("segments", {"name": "x", "filters": {"status": "active"}, "client_id": "clients"}, "client_id"),
        ("conversations", {"channel": "email", "contact_id": "contacts"}, "contact_id"),
        ("conversations", {"channel": "email", "lead_email": "x@example.com", "client_id": "clients"}, "client_id"),
        (
            "conversations",
            {"channel": "email", "lead_email": "x@example.com", "campaign_id": "campaigns"},
            "campaign_id",
        ),
        ("follow_ups", {"due_at": "2031-01-01T00:00:00Z", "contact_id": "contacts"}, "contact_id"),
        ("follow_ups", {"due_at": "2031-01-01T00:00:00Z", "conversation_id": "conversations"}, "conversation_id"),
        ("deals", {"contact_id": "contacts"}, "contact_id"),
        ("deals", {"conversation_id": "conversations"}, "conversation_id"),
        ("campaigns", {"name": "x", "client_id": "clients"}, "client_id"),
    ],
)
def test_what_a_body_names_of_another_workspace_is_not_there(
    api: Api, workspace: Workspace, outsider: Membership, path: str, body: dict[str, Any], field: str
) -> None:
    theirs = one_of_each(outsider.workspace, outsider)
    before = everything()
    answer = api().post(
        f"/{path}",
        {name: theirs.get(value, value) if isinstance(value, str) else value for name, value in body.items()},
    )
    assert answer.status_code == 400
    [sentence] = answer.json()["details"]["fieldErrors"][field]
    assert sentence.startswith("There is no ")
    assert sentence.endswith(" with this id.")
    assert everything() == before
    assert cast.caller().post(f"/{path}", body).status_code == 401
