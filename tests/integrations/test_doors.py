"""POST /hooks/<system>/<token>: what is signed is stored once and answered; all else leaves nothing behind."""

import json
from typing import Any

import pytest
from django.test import Client as Browser

from integrations.connecting import Opened, disconnect, pause, renew_address
from integrations.models import Connection, InboundEvent
from tests.cast import acting
from tests.integrations.plain import Plain

SIGNED = {"x-plain": "made-by-us"}


def path(opened: Opened) -> str:
    return opened.hook_url.removeprefix("http://127.0.0.1:8000")


def post(browser: Browser, url: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return browser.post(url, data, content_type="application/json", headers=SIGNED if headers is None else headers)


def events(*ids: str) -> dict[str, Any]:
    return {"events": [{"id": one, "type": "said"} for one in ids]}


def test_a_signed_event_is_stored_as_it_came_and_answered(client: Browser, opened: Opened) -> None:
    body = b'{"events": [{"id": "e1", "type": "said", "words": "h\\u00e9llo"}]}'
    answer = post(client, path(opened), body)
    assert (answer.status_code, answer.json()) == (200, {"received": True})
    event = InboundEvent.objects.get()
    assert (event.key, event.type, event.via, event.state) == ("e1", "said", "webhook", "waiting")
    assert event.payload == {"id": "e1", "type": "said", "words": "héllo"}
    assert bytes(event.body) == body


def test_a_body_of_many_events_is_kept_once(client: Browser, opened: Opened) -> None:
    body = json.dumps(events(*(f"e{number}" for number in range(40)))).encode()
    assert post(client, path(opened), body).status_code == 200
    kept = {event.key: bytes(event.body) for event in InboundEvent.objects.all()}
    assert len(kept) == 40
    assert [key for key in kept if kept[key]] == ["e0"]
    assert kept["e0"] == body


def test_the_same_event_again_is_answered_and_stored_once(client: Browser, opened: Opened) -> None:
    for body in (events("e1"), events("e1", "e2"), events("e2", "e2")):
        assert post(client, path(opened), body).status_code == 200
    assert sorted(InboundEvent.objects.values_list("key", flat=True)) == ["e1", "e2"]


def test_a_bad_signature_is_401_and_only_counted(client: Browser, opened: Opened) -> None:
    for headers in ({}, {"x-plain": "guess"}):
        answer = post(client, path(opened), events("e1"), headers)
        assert answer.status_code == 401
        assert answer.json() == {"success": False, "error": "The signature is missing, wrong or too old."}
    assert not InboundEvent.objects.exists()
    connection = Connection.objects.get()
    assert connection.refused_count == 2
    assert connection.refused_at is not None


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_event_is_400(client: Browser, opened: Opened, body: bytes) -> None:
    answer = post(client, path(opened), body)
    assert answer.status_code == 400
    assert answer.json()["error"] in ("The body is not JSON.", "The body must be a JSON object: {…}.")
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_what_is_nested_without_end_is_400(client: Browser, opened: Opened, opening: str, closing: str) -> None:
    maze = opening * 400 + "1" + closing * 400
    answer = post(client, path(opened), f'{{"events": [{{"id": "e1", "type": "said", "in": {maze}}}]}}'.encode())
    assert (answer.status_code, answer.json()["error"]) == (400, "The body is nested too deep.")
    assert not InboundEvent.objects.exists()


def test_what_the_database_could_not_hold_is_kept_readable(client: Browser, opened: Opened) -> None:
    body = b'{"events": [{"id": "e1", "a\\u0000b": "\\ud800", "n": 1e999, "deep": [{"x": "\\u0000"}]}]}'
    assert post(client, path(opened), body).status_code == 200
    payload = InboundEvent.objects.get().payload
    assert payload == {"id": "e1", "a\ufffdb": "\ufffd", "n": None, "deep": [{"x": "\ufffd"}]}


def test_an_address_that_is_nobodys_is_404(client: Browser, opened: Opened, plain: Plain) -> None:
    token = path(opened).rpartition("/")[2]
    for url in (f"/hooks/plain/{token}x", f"/hooks/muro/{token}", f"/hooks/nothing/{token}"):
        assert post(client, url, events("e1")).status_code == 404
    assert client.get(path(opened)).status_code == 405
    assert not InboundEvent.objects.exists()


def test_too_large_a_body_is_413(client: Browser, opened: Opened, settings: Any) -> None:
    settings.API_LARGEST_BODY = 1000
    assert post(client, path(opened), events("e" * 1001)).status_code == 413
    assert not InboundEvent.objects.exists()


def test_a_paused_connection_still_keeps_what_comes(client: Browser, opened: Opened, owner: Any) -> None:
    pause(actor=acting(owner), connection=opened.connection)
    assert post(client, path(opened), events("e1")).status_code == 200
    assert InboundEvent.objects.count() == 1


def test_the_old_address_is_nobodys_once_it_was_renewed(client: Browser, opened: Opened, owner: Any) -> None:
    old = path(opened)
    new = renew_address(actor=acting(owner), connection=opened.connection).removeprefix("http://127.0.0.1:8000")
    assert post(client, old, events("e1")).status_code == 404
    assert post(client, new, events("e1")).status_code == 200


def test_a_connection_that_ended_takes_nothing(client: Browser, opened: Opened, owner: Any) -> None:
    url = path(opened)
    disconnect(actor=acting(owner), connection=opened.connection)
    assert post(client, url, events("e1")).status_code == 404


def test_the_door_asks_the_database_four_times_however_many_events_come(
    client: Browser, opened: Opened, django_assert_num_queries: Any
) -> None:
    """The connection, the savepoint of the insert and its end, and the insert itself."""
    for count in (1, 30):
        with django_assert_num_queries(4):
            post(client, path(opened), events(*(f"{count}-{number}" for number in range(count))))
