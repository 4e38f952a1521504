"""What muro's address takes and what it refuses."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from integrations.base import Forged, Hook, Unreadable
from integrations.models import Connection, InboundEvent
from integrations.muro import door
from tests.crowd import times
from tests.integrations.muro.control import SECRET, at, identified, knock, post
from tests.integrations.muro.deliveries import headers_of

VECTOR = b'{"id":"evt_1","type":"visitor.identified"}'
VECTOR_AT = 1716480000
VECTOR_V1 = "b3483a8782b8d8d874d5c5323dd155219e766705fbe01c00d8bd723f73f7b754"


def hook(body: bytes = VECTOR, *, seconds_later: float = 0, **headers: str) -> Hook:
    sent = {"x-muro-signature": f"t={VECTOR_AT},v1={VECTOR_V1}", "x-muro-event-id": "evt_1"}
    given = sent | {name.replace("_", "-"): value for name, value in headers.items()}
    return Hook(body, given, {}, "application/json", datetime.fromtimestamp(VECTOR_AT + seconds_later, UTC))


def signed(body: bytes) -> Hook:
    digest = hmac.new(SECRET.encode(), f"{VECTOR_AT}.".encode() + body, hashlib.sha256).hexdigest()
    return hook(body, x_muro_signature=f"t={VECTOR_AT},v1={digest}")


def test_the_published_vector_is_read() -> None:
    item = door.read(hook(), [SECRET])
    assert (item.key, item.type, item.payload["id"], item.occurred_at) == ("evt_1", "visitor.identified", "evt_1", None)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_fresh(seconds: int) -> None:
    assert door.read(hook(seconds_later=seconds), [SECRET]).key == "evt_1"


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_what_is_later_or_from_the_future_is_forged(seconds: int) -> None:
    with pytest.raises(Forged):
        door.read(hook(seconds_later=seconds), [SECRET])


@pytest.mark.parametrize(
    "signature",
    ["", "t=1716480000", f"v1={VECTOR_V1}", f"t=,v1={VECTOR_V1}", f"t=²,v1={VECTOR_V1}", f"t={VECTOR_AT},v1=",
     f"t={VECTOR_AT},v0={VECTOR_V1}", f"t={VECTOR_AT},v1={VECTOR_V1[:-1]}", f"t={VECTOR_AT},v1=ü{VECTOR_V1[1:]}",
     f"t={VECTOR_AT},t={VECTOR_AT},v1={VECTOR_V1}", "t=1716480001,v1=" + VECTOR_V1, "nonsense"],
)  # fmt: skip
def test_a_signature_that_is_none_is_forged(signature: str) -> None:
    with pytest.raises(Forged):
        door.read(hook(x_muro_signature=signature), [SECRET])


@pytest.mark.parametrize(("body", "secret"), [(VECTOR + b" ", SECRET), (VECTOR, "whsec_other"), (VECTOR, "")])
def test_another_body_another_secret_or_none_is_forged(body: bytes, secret: str) -> None:
    with pytest.raises(Forged):
        door.read(hook(body), [secret])


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"{", b"\xff", b"null", b'{"id": "evt_1"}', b'{"type": null}'])
def test_signed_nonsense_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        door.read(signed(body), [SECRET])


def test_an_event_is_known_by_its_header_else_its_id_else_its_body() -> None:
    assert door.read(hook(x_muro_event_id="evt_9"), [SECRET]).key == "evt_9"
    assert door.read(hook(x_muro_event_id=""), [SECRET]).key == "evt_1"
    nameless = signed(b'{"type":"visitor.identified"}')
    keys = {
        door.read(Hook(nameless.body, {**nameless.headers, "x-muro-event-id": ""}, {}, "", nameless.now), [SECRET]).key
    }
    assert keys == {f"body:{hashlib.sha256(nameless.body).hexdigest()}"}


@pytest.mark.parametrize(
    ("created_at", "moment"),
    [(at(5), datetime(2026, 5, 23, 12, 5, tzinfo=UTC)), (1779537900, datetime(2026, 5, 23, 12, 5, tzinfo=UTC)),
     (None, None), ("soon", None)],
)  # fmt: skip
def test_its_time_is_theirs(created_at: Any, moment: datetime | None) -> None:
    body = json.dumps({"id": "evt_1", "type": "x", "created_at": created_at}).encode()
    assert door.read(signed(body), [SECRET]).occurred_at == moment


def test_a_knock_is_stored_once_however_often_it_comes(connection: Connection) -> None:
    answers = [knock(connection, identified(visitor={"id": "vis_1"})) for _ in range(3)]
    assert {(answer.status_code, answer.json()["received"]) for answer in answers} == {(200, True)}
    event = InboundEvent.objects.get(connection=connection)
    assert (event.key, event.type, event.via) == ("evt_1", "visitor.identified", "webhook")
    assert json.loads(bytes(event.body)) == identified(visitor={"id": "vis_1"})


@pytest.mark.parametrize(
    "how",
    [{"secret": "whsec_other"}, {"aged": 301}, {"aged": -301}, {"x_muro_signature": None}, {"x_muro_signature": "t"}],
)
def test_what_is_not_theirs_is_refused_and_leaves_nothing_but_a_count(
    connection: Connection, how: dict[str, Any]
) -> None:
    answer = knock(connection, identified(), **how)
    assert (answer.status_code, answer.json()["success"]) == (401, False)
    assert not InboundEvent.objects.exists()
    connection.refresh_from_db()
    assert connection.refused_count == 1


def test_what_is_signed_but_no_event_is_refused_in_a_sentence(connection: Connection) -> None:
    import time

    answer = post(connection, b"[]", headers_of({}, b"[]", SECRET, int(time.time())))
    assert (answer.status_code, answer.json()["error"]) == (400, "The body must be a JSON object: {…}.")
    assert not InboundEvent.objects.exists()


def test_a_connection_without_a_secret_refuses_everything(connection: Connection) -> None:
    connection.secrets = {**connection.secrets, "webhook_secret": ""}
    connection.save()
    assert knock(connection, identified(), secret="").status_code == 401


def test_a_replay_after_five_minutes_is_refused_and_the_first_one_stays(connection: Connection) -> None:
    with time_machine.travel("2026-05-23T12:00:00Z", tick=False) as clock:
        first = headers_of(identified(), json.dumps(identified()).encode(), SECRET, 1779537600)
        assert post(connection, json.dumps(identified()).encode(), first).status_code == 200
        clock.shift(301)
        assert post(connection, json.dumps(identified()).encode(), first).status_code == 401
    assert InboundEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_copies_at_once_are_stored_once(connection: Connection) -> None:
    answers = times(50, lambda: knock(connection, identified()).status_code)
    assert answers == [200] * 50
    assert InboundEvent.objects.count() == 1
