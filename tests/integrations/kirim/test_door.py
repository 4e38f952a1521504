"""What comes to the address: verified, taken apart, stored once."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.base import Connected, Forged, Hook, Unreadable
from integrations.kirim import door
from integrations.models import Connection, InboundEvent
from tests.integrations.kirim.payloads import CONTACT, became, contact, envelope, knock, meta, said

T = 1716480000
BODY = b'{"id":"evt_1","type":"visitor.identified"}'
SIGNED = "b3483a8782b8d8d874d5c5323dd155219e766705fbe01c00d8bd723f73f7b754"


def hook(header: str, body: bytes = BODY, *, late: int = 0, **headers: Any) -> Hook:
    now = datetime.fromtimestamp(T, UTC) + timedelta(seconds=late)
    return Hook(body, {"x-kirim-signature": header, **headers}, {}, "application/json", now)


@pytest.mark.parametrize(
    ("header", "secrets", "late"),
    [
        (f"t={T},v1={SIGNED}", ["whsec_test"], 0),
        (f"t={T}, v1={SIGNED}", ["whsec_test"], 300),
        (f"t={T},v1={SIGNED}", ["whsec_test"], -300),
        (f"t={T},v1={'0' * 64},v1={SIGNED}", ["whsec_old", "whsec_test"], 0),
        (f"v1={SIGNED},t={T}", ["whsec_test", "whsec_new"], 0),
    ],
    ids=["its vector", "five minutes late", "five minutes early", "one of two while rotating", "in another order"],
)
def test_a_right_signature_passes(header: str, secrets: Sequence[str], late: int) -> None:
    door.verify(hook(header, late=late), secrets)


@pytest.mark.parametrize(
    ("header", "secrets", "late"),
    [
        ("", ["whsec_test"], 0),
        (f"v1={SIGNED}", ["whsec_test"], 0),
        (f"t={T}", ["whsec_test"], 0),
        (f"t={T},v1={SIGNED}", ["whsec_test"], 301),
        (f"t={T},v1={SIGNED}", ["whsec_test"], -301),
        (f"t={T},v1={SIGNED}", [], 0),
        (f"t={T},v1={SIGNED}", ["test"], 0),
        (f"t={T + 1},v1={SIGNED}", ["whsec_test"], 0),
        (f"t=x,v1={SIGNED}", ["whsec_test"], 0),
        (f"t={T},v1=é", ["whsec_test"], 0),
    ],
    ids=[
        "unsigned", "no time", "no signature", "late", "early", "no secret", "secret without its prefix",
        "another time", "no number", "no hex",
    ],
)  # fmt: skip
def test_a_wrong_one_does_not(header: str, secrets: Sequence[str], late: int) -> None:
    with pytest.raises(Forged):
        door.verify(hook(header, late=late), secrets)


def test_a_tampered_body_does_not() -> None:
    with pytest.raises(Forged):
        door.verify(hook(f"t={T},v1={SIGNED}", BODY + b" "), ["whsec_test"])


def items(payload: Any, **headers: Any) -> list[Any]:
    return door.items(hook("", json.dumps(payload).encode(), **headers))


def test_kirims_own_event_is_one_known_by_its_header() -> None:
    payload = envelope("contact.created", {"contact": contact()})
    [item] = items(payload, **{"x-kirim-event-id": "evt_header", "x-kirim-source": "kirim"})
    assert (item.key, item.type, item.payload) == ("evt_header", "contact.created", payload)
    assert item.occurred_at == datetime(2026, 5, 1, 8, tzinfo=UTC)


def test_an_id_may_be_a_number_and_the_header_may_be_missing() -> None:
    [item] = items(envelope("contact.created", {"contact": contact()}, id=4711))
    assert item.key == "4711"


def test_metas_body_is_an_event_for_each_message_and_each_status() -> None:
    payload = meta(said(wamid="wamid.A"), {**said(wamid="wamid.B"), **became("wamid.C", "read")})
    found = items(payload, **{"x-kirim-source": "meta", "x-kirim-event-id": "evt_1"})
    assert [(one.key, one.type) for one in found] == [
        ("wamid.A", "message.received"), ("wamid.B", "message.received"), ("wamid.C:read", "message.status"),
    ]  # fmt: skip
    assert found[0].payload["contact"] == {"profile": {"name": "Priya Sharma"}, "wa_id": "6281234567890"}
    assert found[0].occurred_at == datetime.fromtimestamp(1777622400, UTC)


@pytest.mark.parametrize(
    "payload",
    [
        meta(), meta({}), meta({"messages": None, "statuses": "x"}), {"object": "whatsapp_business_account"},
        {"object": "whatsapp_business_account", "entry": [None, {"changes": [1, {"field": "messages"}]}]},
        meta({"errors": [{"code": 130429, "title": "Rate limit hit"}]}),
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "account_update", "value": {}}]}]},
    ],
)  # fmt: skip
def test_what_is_neither_is_kept_as_it_is(payload: Any) -> None:
    [item] = items(payload, **{"x-kirim-event-id": "evt_1"})
    assert item.type.startswith("meta.")
    assert item.key.startswith("evt_1")


def test_a_message_without_an_id_is_the_same_when_it_comes_again() -> None:
    payload = meta({"messages": [{"from": "628", "type": "text", "text": {"body": "Hi"}}]})
    [one], [again] = items(payload), items(payload)
    assert one.key == again.key


@pytest.mark.parametrize("body", [b"", b"no", b"[]", b"\xff", b"[" * 100_000, b'"text"'])
def test_what_can_be_no_event_is_told_so(body: bytes) -> None:
    with pytest.raises(Unreadable, match="JSON"):
        door.items(hook("", body))


@pytest.mark.django_db
def test_the_address_answers_at_once_and_keeps_each_event_once(connected: Connected) -> None:
    payload = envelope("contact.created", {"contact": contact()})
    answers = [knock(connected, payload).status_code for _ in range(3)]
    assert answers == [200, 200, 200]
    [kept] = InboundEvent.objects.all()
    assert (kept.key, kept.type, kept.state) == (payload["id"], "contact.created", "waiting")
    assert json.loads(bytes(kept.body)) == payload
    assert kept.payload["data"]["contact"]["id"] == CONTACT


@pytest.mark.django_db
@pytest.mark.parametrize("how", [{"age": 301}, {"age": -301}, {"secrets": ["whsec_other"]}])
def test_a_forged_one_is_counted_and_leaves_nothing(connected: Connected, how: Any) -> None:
    assert knock(connected, envelope("contact.created", {}), **how).status_code == 401
    assert not InboundEvent.objects.exists()
    assert Connection.objects.get().refused_count == 1


@pytest.mark.django_db
def test_the_same_event_may_be_delivered_again_later_with_a_new_signature(connected: Connected) -> None:
    payload = envelope("contact.created", {"contact": contact()})
    knock(connected, payload, age=250)
    knock(connected, payload, now=timezone.now())
    assert InboundEvent.objects.count() == 1
