"""MisarMail's webhooks at the door: who may come in, and what becomes of an envelope."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.base import Forged, Hook, Unreadable
from integrations.misarmail import door

SECRET = "whsec_test"
BODY = b'{"id":"evt_1","type":"visitor.identified"}'
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))


def signed(text: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def hook(body: bytes = BODY, **headers: str) -> Hook:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Hook(body=body, headers=named, query={}, content_type="application/json", now=NOW)


def test_the_published_vector_opens_the_door() -> None:
    vector = "781419c893f9e11b1c959e2edd1925962afd6403e0d92bacfd43eba90e5ff312"
    assert signed(BODY) == f"sha256={vector}"
    door.verify(hook(x_misarmail_signature=f"sha256={vector}"), door.MISARMAIL, [SECRET])


def test_each_edition_reads_its_own_header() -> None:
    door.verify(hook(x_misar_signature=signed(BODY)), door.MISAR, [SECRET])
    with pytest.raises(Forged):
        door.verify(hook(x_misarmail_signature=signed(BODY)), door.MISAR, [SECRET])
    with pytest.raises(Forged):
        door.verify(hook(x_misar_signature=signed(BODY)), door.MISARMAIL, [SECRET])


def test_the_newest_edition_signs_its_time_too() -> None:
    good = signed(f"{STAMP}.".encode() + BODY)
    door.verify(hook(x_misar_signature=good, x_misar_timestamp=STAMP), door.TIMED, [SECRET])
    with pytest.raises(Forged):
        door.verify(hook(x_misar_signature=signed(BODY), x_misar_timestamp=STAMP), door.TIMED, [SECRET])
    with pytest.raises(Forged):
        door.verify(hook(x_misar_signature=good), door.TIMED, [SECRET])


@pytest.mark.parametrize("late", [-301, 301])
def test_a_signature_of_another_time_is_refused(late: int) -> None:
    stamp = str(int(STAMP) + late)
    good = signed(f"{stamp}.".encode() + BODY)
    with pytest.raises(Forged):
        door.verify(hook(x_misar_signature=good, x_misar_timestamp=stamp), door.TIMED, [SECRET])


@pytest.mark.parametrize(
    "header",
    ["", "sha256=", "sha256=00", signed(BODY, "another"), signed(BODY).removeprefix("sha256="), signed(BODY + b" ")],
)
def test_what_is_not_signed_by_the_secret_is_refused(header: str) -> None:
    with pytest.raises(Forged):
        door.verify(hook(x_misarmail_signature=header), door.MISARMAIL, [SECRET])


def test_without_a_secret_nothing_is_right() -> None:
    with pytest.raises(Forged):
        door.verify(hook(x_misarmail_signature=signed(BODY, "")), door.MISARMAIL, [""])


DATA = {"email": "priya@example.com"}
AT = "2026-04-13T09:00:00Z"


@pytest.mark.parametrize(
    "envelope",
    [
        {"id": "evt_1", "type": "email.opened", "created_at": AT, "data": DATA},
        {"id": "evt_1", "type": "email.opened", "createdAt": AT, "data": DATA},
        {
            "id": "evt_1", "type": "email.opened", "product": "mail", "timestamp": AT, "api_version": "v1",
            "data": DATA,
        },
        {"id": "evt_1", "type": "email.opened", "timestamp": 1776070800, "data": DATA, "unknown": [None]},
        {"id": "evt_1", "type": "email.opened", "created_at": None, "timestamp": 1776070800000, "data": DATA},
    ],
)  # fmt: skip
def test_the_three_envelopes_are_one_event(envelope: dict[str, Any]) -> None:
    (item,) = door.events(json.dumps(envelope).encode())
    assert (item.key, item.type, item.payload["data"]) == ("evt_1", "email.opened", DATA)
    assert item.occurred_at == datetime(2026, 4, 13, 9, tzinfo=UTC)


def test_an_event_without_an_id_is_the_same_where_it_says_the_same() -> None:
    one, again, other = (
        door.events(body)[0].key
        for body in (b'{"type":"a","data":{}}', b'{"data":{}, "type":"a","id":null}', b'{"type":"a"}')
    )
    assert one != other
    assert again != other
    assert len(one) == 64
    assert door.events(b'{"data": {}, "type": "a"}')[0].key == one


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"[1]", b'"text"', b"{}", b'{"id": "evt_1", "type": 5.5e400}'])
def test_what_is_no_event_is_told_so(body: bytes) -> None:
    with pytest.raises(Unreadable):
        door.events(body)


def test_an_id_may_be_a_number_and_a_time_nonsense() -> None:
    (item,) = door.events(b'{"id": 17, "type": "email.sent", "created_at": "yesterday"}')
    assert (item.key, item.occurred_at) == ("17", None)
