"""Webhooks word for word as vendors.md shows them, in both styles of ids, signed."""

import json
from datetime import datetime
from typing import Any

from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from integrations.base import Connected
from tests.integrations.kirim.stand_in import StandIn
from tests.integrations.kirim.stand_in.post import signature

Row = dict[str, Any]
WA_ID = "6281234567890"
CONTACT = "ctc_01hq3v8k2m4n5p6r7s8t9vwxyz"
CONVERSATION = "cnv_01hq3v8k2m4n5p6r7s8t9vwxyz"


def contact(**changes: Any) -> Row:
    return {
        "id": CONTACT, "object": "contact", "phone_number": f"+{WA_ID}", "name": "Priya Sharma",
        "email": "priya@example.com", "metadata": {"city": "Bandung"},
        "whatsapp_account": {"phone_number": "+6281100001111"}, "created_at": "2026-05-01T08:00:00Z",
        "updated_at": "2026-05-01T08:00:00Z", **changes,
    }  # fmt: skip


def envelope(type: str, data: Row, *, id: Any = "evt_01hq3v8k2m4n5p6r7s8t9vwxyz", **changes: Any) -> Row:
    return {"id": id, "type": type, "created_at": "2026-05-01T08:00:00Z", "livemode": True, "data": data, **changes}


def meta(*values: Row) -> Row:
    about = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "6281100001111", "phone_number_id": StandIn.phone_number_id},
    }
    changes = [{"field": "messages", "value": {**about, **value}} for value in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "1022", "changes": changes}]}


def said(*, wamid: str = "wamid.HBgM1", at: str = "1777622400", **content: Any) -> Row:
    """One message from Priya, a text unless `content` says otherwise."""
    content = content or {"type": "text", "text": {"body": "Halo"}}
    return {
        "contacts": [{"profile": {"name": "Priya Sharma"}, "wa_id": WA_ID}],
        "messages": [{"from": WA_ID, "id": wamid, "timestamp": at, **content}],
    }


def became(wamid: str, status: str, **more: Any) -> Row:
    return {"statuses": [{"id": wamid, "status": status, "timestamp": "1777622400", "recipient_id": WA_ID, **more}]}


def headers(body: bytes, payload: Row, *, now: datetime | None = None, secrets: Any = None, age: int = 0) -> Row:
    stamp = int((now or timezone.now()).timestamp()) - age
    is_meta = payload.get("object") == "whatsapp_business_account"
    return {
        "X-Kirim-Source": "meta" if is_meta else "kirim",
        "X-Kirim-Event": "message.received" if is_meta else str(payload.get("type")),
        "X-Kirim-Event-Id": str(payload.get("id", "evt_meta_1")), "X-Kirim-Delivery-Id": "dlv_1",
        "X-Kirim-Attempt": "1", "X-Kirim-Signature": signature(secrets or [StandIn.secret], stamp, body),
    }  # fmt: skip


def knock(connected: Connected, payload: Row, *, event_id: str = "", **how: Any) -> Any:
    """Deliver `payload` as Kirim does; the answer."""
    body = json.dumps(payload).encode()
    sent = headers(body, payload, **how)
    if event_id:
        sent["X-Kirim-Event-Id"] = event_id
    path = reverse("integrations:hook", args=["kirim", connected.connection.secrets["token"]])
    return Browser().post(path, body, content_type="application/json", headers=sent)
