"""Whatever is wrong, the answer has one shape and says what to do."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.db import OperationalError

from accounts.models import Membership, Workspace
from clients import actions
from clients.models import Client
from tests import cast
from tests.cast import Api, Caller


def says(answer: Any, status: int, code: str, sentence: str | None = None, **more: Any) -> None:
    """The whole envelope, exactly."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    expected = {"success": False, "error": body["error"], "error_type": code, "message": body["error"], **more}
    assert body == {**expected, "request_id": answer.headers["X-Request-Id"]}
    if sentence is not None:
        assert body["error"] == sentence


def wrong(fields=None, form=()):
    return {"fieldErrors": fields or {}, "formErrors": list(form)}


def post(api: Caller, body: Any, **extra: Any) -> Any:
    return api.post("/clients", body, content_type="application/json", **extra)


def test_an_unknown_address_is_told_in_json(api: Api) -> None:
    says(
        api().get("/nothing"),
        404,
        "not_found",
        "There is nothing at /api/v1/crm/nothing: see /api/docs for what there is.",
    )
    says(api().get("/api/v2"), 404, "not_found")


def test_a_slash_too_many_is_named(api: Api) -> None:
    says(
        api().get("/clients/"), 404, "not_found", "There is nothing at /api/v1/crm/clients/: drop the slash at the end."
    )


@pytest.mark.parametrize("id", ["01980000-0000-7000-8000-000000000000", "seven", "%00", "0" * 5000, "{id}"])
def test_an_unknown_id_is_not_found(api: Api, id: str) -> None:
    says(api().get(f"/clients/{id}"), 404, "not_found", "There is no client with this id.")


def test_another_workspaces_row_is_not_found_in_the_same_words(api: Api, outsider: Membership) -> None:
    theirs = cast.a_client(workspace=outsider.workspace)
    for method in ("get", "patch", "delete"):
        says(getattr(api(), method)(f"/clients/{theirs.pk}"), 404, "not_found", "There is no client with this id.")
    theirs.refresh_from_db()
    assert theirs.deleted_at is None


def test_a_method_that_is_not_there(api: Api, harbour: Client) -> None:
    answer = api().put(f"/clients/{harbour.pk}", {})
    says(answer, 405, "method_not_allowed", "PUT is not possible here: see the header Allow.")
    assert answer.headers["Allow"] == "GET, PATCH, DELETE, HEAD, OPTIONS"


def test_another_language_than_json_is_not_spoken(api: Api) -> None:
    says(api().get("/clients", HTTP_ACCEPT="application/xml"), 406, "not_acceptable")


def test_another_content_type_is_not_read(api: Api) -> None:
    answer = api().post("/clients", "name=Harbour", content_type="application/x-www-form-urlencoded")
    says(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{", "The body is not JSON: Expecting property name enclosed in double quotes, line 1 column 2."),
        ('{"name": \n}', "The body is not JSON: Expecting value, line 2 column 1."),
        ("[]", "The body must be a JSON object: {…}."),
        ('"text"', "The body must be a JSON object: {…}."),
        ('{"name": NaN}', "NaN is not JSON: send a number or null."),
        ('{"name": -Infinity}', "-Infinity is not JSON: send a number or null."),
        ('{"name": 1e999}', "The number 1e999 is too large."),
        ('{"name": 9223372036854775808}', "The number 9223372036854775808… is too large."),
        ('{"name": ' + "9" * 10_000 + "}", "The number 99999999999999999999… is too large."),
        ('{"a":' * 21 + "1" + "}" * 21, "The body is nested too deep: 20 levels are allowed."),
        ("[" * 100_000, "The body is nested too deep: 20 levels are allowed."),
        (b'{"name": "\xff"}', "The body is not UTF-8, at byte 10."),
    ],
)
def test_a_body_that_is_no_object_in_json(api: Api, body: Any, sentence: str) -> None:
    says(post(api(), body), 400, "parse_error", sentence, details=wrong(form=[sentence]))
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ('{"name": "a\\u0000b"}', {"name": ["Contains a NUL character, which cannot be stored: leave it out."]}),
        (
            '{"notes": {"inner": ["x", "\\ud83d"]}}',
            {
                "notes.inner.1": [
                    "Contains half of a character (a lone surrogate), which cannot be stored: leave it out."
                ]
            },
        ),
        (
            '{"\\u0000": 1}',
            {"\ufffd": ["Contains a NUL character, which cannot be stored: leave it out."]},
        ),
        ('{"name": "a", "name": "b"}', {"name": ["Given twice: say it once."]}),
    ],
)
def test_what_no_text_can_hold_is_refused_by_name(api: Api, body: Any, fields: dict[str, list[str]]) -> None:
    answer = post(api(), body)
    [(name, [sentence])] = fields.items()
    says(answer, 400, "invalid", f"{name}: {sentence}", details=wrong(fields))
    assert not Client.objects.exists()


def test_emoji_and_right_to_left_text_are_kept_to_the_letter(api: Api) -> None:
    name = "  🥐 مخبز \u202eHarbour\u202c  "
    answer = post(api(), json.dumps({"name": name}))
    assert (answer.status_code, answer.json()["client"]["name"]) == (201, name)


def test_a_body_of_more_than_a_megabyte_is_refused(api: Api, settings: LazySettings) -> None:
    caller = api()
    says(post(caller, json.dumps({"notes": "x" * 10_000_000})), 413, "body_too_large")
    settings.API_LARGEST_BODY = 40
    assert post(caller, json.dumps({"name": "x" * 28})).status_code == 201
    answer = post(caller, json.dumps({"name": "x" * 29}))
    says(answer, 413, "body_too_large", "The body is larger than the 40 bytes that are allowed: send less at once.")


def test_no_body_is_an_empty_one(api: Api) -> None:
    says(api().post("/clients"), 400, "invalid", details=wrong({"name": ["This is required."]}))


def test_what_nobody_foresaw_tells_nothing(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caller = api()
    caller.raise_request_exception = False
    with patch.object(actions, "must_have_clients", side_effect=ZeroDivisionError("secret")):
        answer = caller.get("/clients")
    says(answer, 500, "server_error")
    assert "secret" not in answer.content.decode()
    assert "ZeroDivisionError" in caplog.text


def test_a_database_that_is_away_is_no_fault_of_the_asker(api: Api) -> None:
    caller = api()
    with patch.object(actions, "must_have_clients", side_effect=OperationalError("gone")):
        answer = caller.get("/clients")
    says(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"


def test_a_plan_without_clients_says_so(api: Api, workspace: Workspace) -> None:
    type(workspace).objects.update(plan="pro")
    for answer in (api().get("/clients"), api().post("/clients", {"name": "Harbour"})):
        says(answer, 403, "plan_required")
    assert not Client.objects.exists()


def test_a_conflict_names_what_is_in_the_way(api: Api, harbour: Client) -> None:
    answer = api().post("/clients", {"name": "harbour bakery"})
    says(answer, 409, "conflict", existing_id=str(harbour.pk))


def test_every_answer_names_the_request(api: Api) -> None:
    answer = api().get("/nothing", HTTP_X_REQUEST_ID="given-by-the-asker")
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"] == "given-by-the-asker"


def test_options_and_head(api: Api, harbour: Client) -> None:
    caller = api()
    assert caller.options("/clients").json() == {"success": True, "methods": ["GET", "POST", "HEAD", "OPTIONS"]}
    head = caller.head(f"/clients/{harbour.pk}")
    assert (head.status_code, head.content, head.headers["ETag"][:3]) == (200, b"", '"1.')
