"""The REST calls: each method and path, and what it answers."""

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from tests.integrations.kirim.stand_in.house import House, Refused, Row, an_id

E164 = re.compile(r"\+[1-9]\d{6,14}")
GENERATIONS = ("kckit", "kirim", "kirimdev")
AT_THE_ROOT = ("labels", "webhook_subscriptions")


def resource(house: House, path: str) -> tuple[str, list[str]]:
    """The generation, and the path behind its base and prefix: another generation's path is not there."""
    generation, *rest = path.strip("/").split("/")
    if generation not in GENERATIONS or rest[:1] != ["v1"]:
        raise Refused(404, "not_found")
    rest = rest[1:]
    if generation != "kckit" and rest[:1] and rest[0] not in AT_THE_ROOT:
        if rest[0] != house.phone_number_id:
            raise Refused(404, "phone_number_not_found")
        rest = rest[1:]
    return generation, rest


def answer(house: House, method: str, path: str, params: dict[str, str], body: Row) -> tuple[int, Any]:
    generation, parts = resource(house, path)
    for (verb, pattern), call in CALLS.items():
        if verb == method and (found := re.fullmatch(pattern, "/".join(parts))):
            return call(house, generation, list(found.groups()), params, body)
    raise Refused(404, "not_found", f"{method} {path} is no call of this generation.")


def listed(rows: Iterable[Row], params: dict[str, str]) -> tuple[int, Row]:
    """A page by cursor: where to go on is the id of the last row shown; what is added in front moves nothing."""
    limit = params.get("limit", "25")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise Refused(400, "invalid_limit", "limit must be from 1 to 100.", "limit")
    left = list(rows)
    if cursor := params.get("cursor"):
        last = base64.urlsafe_b64decode(cursor).decode()
        left = left[next((n + 1 for n, row in enumerate(left) if row["id"] == last), len(left)) :]
    page, more = left[: int(limit)], len(left) > int(limit)
    next_cursor = base64.urlsafe_b64encode(page[-1]["id"].encode()).decode() if more else None
    return 200, {"data": page, "has_more": more, "next_cursor": next_cursor}


def must(holds: object, code: str, param: str, message: str = "") -> None:
    if not holds:
        raise Refused(400, code, message, param)


def contacts(house: House, _: str, __: list[str], params: dict[str, str], ___: Row) -> tuple[int, Any]:
    rows = list(house.contacts.values())
    if "phone" in params:
        must(E164.fullmatch(params["phone"]), "invalid_phone", "phone", "phone must be E.164.")
        rows = [row for row in rows if row["phone_number"] == params["phone"]]
    if "updated_after" in params:
        raise Refused(400, "unknown_parameter", param="updated_after")
    return listed(sorted(rows, key=lambda row: (row[house.contacts_by], row["id"]), reverse=True), params)


def create_contact(house: House, _: str, __: list[str], ___: dict[str, str], body: Row) -> tuple[int, Any]:
    must(E164.fullmatch(str(body.get("phone_number"))), "invalid_phone", "phone_number")
    must(body.keys() <= {"phone_number", "name", "email", "metadata"}, "unknown_parameter", "body")
    fields = {name: body[name] for name in ("name", "email", "metadata") if name in body}
    row = house.add_contact(body["phone_number"], told=house.tells_of_api_changes, **fields)
    return 201, {"data": row}


def contact(house: House, _: str, ids: list[str], __: dict[str, str], ___: Row) -> tuple[int, Any]:
    return 200, {"data": house._row(house.contacts, ids[0], "contact_not_found")}


def patch_contact(house: House, _: str, ids: list[str], __: dict[str, str], body: Row) -> tuple[int, Any]:
    """`metadata` is replaced as a whole: who sends only their own keys takes the others away."""
    must(body and body.keys() <= {"name", "email", "metadata"}, "unknown_parameter", "body")
    return 200, {"data": house.change_contact(ids[0], body, told=house.tells_of_api_changes)}


def label_contact(house: House, _: str, ids: list[str], __: dict[str, str], body: Row) -> tuple[int, Any]:
    return 200, {"data": house.bulk_label([ids[0]], str(body.get("label_id")), attach=True)}


def bulk_label(house: House, _: str, __: list[str], ___: dict[str, str], body: Row) -> tuple[int, Any]:
    ids = body.get("contact_ids")
    must(isinstance(ids, list) and 1 <= len(ids) <= 1000, "too_many_contacts", "contact_ids", "1 to 1,000 ids.")
    must(body.get("operation") in ("attach", "detach"), "invalid_operation", "operation")
    counts = house.bulk_label(list(ids or []), str(body.get("label_id")), attach=body["operation"] == "attach")
    return 200, {"data": counts}


def conversations(house: House, _: str, __: list[str], params: dict[str, str], ___: Row) -> tuple[int, Any]:
    rows = list(house.conversations.values())
    if "status" in params:
        rows = [row for row in rows if row["status"] == params["status"]]
    if "contact_id" in params:
        rows = [row for row in rows if row["contact"]["id"] == params["contact_id"]]
    newest = sorted(rows, key=lambda row: (row["last_message_at"] or row["created_at"], row["id"]), reverse=True)
    return listed(newest, params)


def conversation(house: House, _: str, ids: list[str], __: dict[str, str], ___: Row) -> tuple[int, Any]:
    return 200, {"data": house._row(house.conversations, ids[0], "conversation_not_found")}


def patch_conversation(house: House, _: str, ids: list[str], __: dict[str, str], body: Row) -> tuple[int, Any]:
    must(body and body.keys() <= {"status", "assigned_to"}, "unknown_parameter", "body")
    must(body.get("status", "open") in ("open", "resolved", "pending"), "invalid_status", "status")
    return 200, {"data": house.change_conversation(ids[0], body, told=house.tells_of_api_changes)}


def label_conversation(house: House, _: str, ids: list[str], __: dict[str, str], body: Row) -> tuple[int, Any]:
    house._row(house.conversations, ids[0], "conversation_not_found")
    label = house._row(house.labels, str(body.get("label_id")), "label_not_found")
    house.conversation_labels.add((ids[0], label["id"]))
    return 200, {"data": label}


def unlabel_conversation(house: House, _: str, ids: list[str], __: dict[str, str], ___: Row) -> tuple[int, Any]:
    if (ids[0], ids[1]) not in house.conversation_labels:
        raise Refused(404, "label_not_attached")
    house.conversation_labels.discard((ids[0], ids[1]))
    return 200, {"data": {}}


def messages(house: House, _: str, __: list[str], params: dict[str, str], ___: Row) -> tuple[int, Any]:
    """Newest first."""
    rows = list(house.messages.values())
    for name in ("conversation_id", "direction", "status"):
        if name in params:
            rows = [row for row in rows if row[name] == params[name]]
    if "created_after" in params:
        rows = [row for row in rows if row["created_at"] > params["created_after"]]
    if "created_before" in params:
        rows = [row for row in rows if row["created_at"] < params["created_before"]]
    newest = sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)
    return listed([house.shown(row) for row in newest], params)


def send(house: House, generation: str, __: list[str], ___: dict[str, str], body: Row) -> tuple[int, Any]:
    """The oldest generation knows no messaging_product, the others want it."""
    named = body.get("messaging_product")
    must(
        named is None if generation == "kckit" else named == "whatsapp",
        "invalid_messaging_product",
        "messaging_product",
    )
    must(E164.fullmatch(str(body.get("to"))), "invalid_phone", "to")
    text = body.get("text") or {}
    must(body.get("type") == "text" and isinstance(text, dict), "unsupported_type", "type")
    must(1 <= len(str(text.get("body") or "")) <= 4096, "invalid_text", "text.body", "1 to 4,096 characters.")
    return 201, {"data": house.shown(house.sends(body["to"], text["body"]))}


def labels(house: House, _: str, __: list[str], params: dict[str, str], ___: Row) -> tuple[int, Any]:
    return listed(sorted(house.labels.values(), key=lambda row: row["id"]), params)


def create_label(house: House, _: str, __: list[str], ___: dict[str, str], body: Row) -> tuple[int, Any]:
    must(body.get("name"), "missing_name", "name")
    if any(row["name"].lower() == body["name"].lower() for row in house.labels.values()):
        raise Refused(409, "label_exists")
    row = {"id": an_id("lbl"), "object": "label", "name": body["name"]}
    house.labels[row["id"]] = row
    return 201, {"data": row}


CALLS: dict[tuple[str, str], Callable[..., tuple[int, Any]]] = {
    ("GET", "contacts"): contacts,
    ("POST", "contacts"): create_contact,
    ("POST", "contacts/bulk_label"): bulk_label,
    ("GET", "contacts/([^/]+)"): contact,
    ("PATCH", "contacts/([^/]+)"): patch_contact,
    ("POST", "contacts/([^/]+)/labels"): label_contact,
    ("GET", "conversations"): conversations,
    ("GET", "conversations/([^/]+)"): conversation,
    ("PATCH", "conversations/([^/]+)"): patch_conversation,
    ("POST", "conversations/([^/]+)/labels"): label_conversation,
    ("DELETE", "conversations/([^/]+)/labels/([^/]+)"): unlabel_conversation,
    ("GET", "messages"): messages,
    ("POST", "messages"): send,
    ("GET", "labels"): labels,
    ("POST", "labels"): create_label,
}
