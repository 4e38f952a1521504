"""What Kirim holds, and how it changes. Ids are a prefix and 26 characters of Crockford's base 32."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
WINDOW = timedelta(hours=24)
Row = dict[str, Any]


def an_id(prefix: str) -> str:
    return f"{prefix}_{''.join(secrets.choice(CROCKFORD) for _ in range(26))}"


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Refused(Exception):
    """An error as Kirim words it: clients branch on the code."""

    def __init__(self, status: int, code: str, message: str = "", param: str | None = None) -> None:
        super().__init__(code)
        kind = {401: "authentication_error", 404: "not_found_error", 409: "conflict_error", 429: "rate_limit_error"}
        self.status = status
        self.error: Row = {
            "type": kind.get(status, "api_error" if status >= 500 else "invalid_request_error"),
            "code": code,
            "message": message or code.replace("_", " ").capitalize() + ".",
        } | ({"param": param} if param else {})


class House:
    """`happened` is told each event that a webhook would bring: (source, type, body without its envelope)."""

    def __init__(self) -> None:
        self.contacts: dict[str, Row] = {}
        self.conversations: dict[str, Row] = {}
        self.messages: dict[str, Row] = {}
        self.labels: dict[str, Row] = {}
        self.users: dict[str, Row] = {}
        self.contact_labels: set[tuple[str, str]] = set()
        self.conversation_labels: set[tuple[str, str]] = set()
        self.team_mismatch: set[str] = set()
        self.waiting: list[Row] = []
        self.number = "6281100001111"
        self.phone_number_id = "106540352242922"
        self.tells_of_api_changes = True
        self.names_wamid = True
        self.contacts_by = "updated_at"
        self.moved = timedelta(0)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def happened(self, source: str, type: str, data: Row) -> None:
        event_id = an_id("evt")
        body = data if source == "meta" else {
            "id": event_id, "type": type, "created_at": iso(self.now), "livemode": True, "data": data
        }  # fmt: skip
        self.waiting.append(
            {"source": source, "type": type, "event_id": event_id, "body": body, "attempt": 0, "at": iso(self.now)}
        )

    # Contacts.

    def by_phone(self, phone: str) -> Row | None:
        return next((row for row in self.contacts.values() if row["phone_number"] == phone), None)

    def add_contact(self, phone: str | None, *, told: bool = True, **fields: Any) -> Row:
        if phone and (known := self.by_phone(phone)):
            raise Refused(409, "contact_exists", f"{known['id']} has this number.", "phone_number")
        at = iso(self.now)
        row: Row = {
            "id": an_id("ctc"), "object": "contact", "phone_number": phone, "name": None, "email": None,
            "metadata": None, "whatsapp_account": {"phone_number": f"+{self.number}"}, "created_at": at,
            "updated_at": at, **fields,
        }  # fmt: skip
        self.contacts[row["id"]] = row
        if told:
            source = {"acquisition_source": fields.get("acquisition_source", "whatsapp_inbound")}
            self.happened("kirim", "contact.created", {"contact": dict(row), **source})
        return row

    def change_contact(self, id: str, changes: Row, *, told: bool = True) -> Row:
        row = self._row(self.contacts, id)
        changed = sorted(name for name, value in changes.items() if row[name] != value)
        row.update(changes)
        if changed:
            row["updated_at"] = iso(self.now)
            if told:
                self.happened("kirim", "contact.updated", {"contact": dict(row), "changed_fields": changed})
        return row

    # Conversations and messages.

    def conversation_of(self, contact: Row) -> Row:
        for row in self.conversations.values():
            if row["contact"]["id"] == contact["id"]:
                return row
        at = iso(self.now)
        row = {
            "id": an_id("cnv"), "object": "conversation", "status": "open",
            "contact": {name: contact[name] for name in ("id", "phone_number", "name")}, "assignee": None,
            "unread_count": 0, "last_message_at": None, "last_inbound_at": None, "created_at": at, "updated_at": at,
        }  # fmt: skip
        self.conversations[row["id"]] = row
        return row

    def writes(self, phone: str, content: Row, *, name: str | None = None, at: str | None = None) -> Row:
        """The person with this number writes; `content` is Meta's: {"type": …, …}."""
        contact = self.by_phone(phone) or self.add_contact(phone, name=name)
        wamid = f"wamid.{secrets.token_urlsafe(18)}"
        said = self._said(contact, "inbound", content, wamid, at or iso(self.now))
        stamp = int(datetime.fromisoformat(said["created_at"]).timestamp())
        message = {"from": phone.lstrip("+"), "id": wamid, "timestamp": str(stamp), **content}
        value = {
            "contacts": [{"profile": {"name": name or contact["name"] or ""}, "wa_id": phone.lstrip("+")}],
            "messages": [message],
        }
        self.happened("meta", "message.received", self._meta(value))
        return said

    def sends(self, phone: str, body: str) -> Row:
        contact = self.by_phone(phone)
        last = self.conversation_of(contact)["last_inbound_at"] if contact else None
        if contact is None or last is None or self.now - datetime.fromisoformat(last) > WINDOW:
            raise Refused(422, "outside_24h_window", "Free-form text needs an inbound message within 24 hours.")
        content = {"type": "text", "text": {"body": body}}
        return self._said(contact, "outbound", content, f"wamid.{secrets.token_urlsafe(18)}", iso(self.now))

    def status(self, message_id: str, status: str, *, errors: list[Row] | None = None) -> None:
        row = self._row(self.messages, message_id)
        row["status"] = status
        contact = self.conversations[row["conversation_id"]]["contact"]["phone_number"] or ""
        told = {
            "id": row["_wamid"], "status": status, "timestamp": str(int(self.now.timestamp())),
            "recipient_id": contact.lstrip("+"),
        }  # fmt: skip
        self.happened(
            "meta", "message.status", self._meta({"statuses": [told | ({"errors": errors} if errors else {})]})
        )

    def change_conversation(self, id: str, changes: Row, *, told: bool = True) -> Row:
        row = self._row(self.conversations, id)
        before = dict(row)
        if "status" in changes:
            row["status"] = changes["status"]
        if "assigned_to" in changes:
            user = changes["assigned_to"]
            row["assignee"] = self._row(self.users, user, "user_not_found") if user else None
        row["updated_at"] = iso(self.now)
        if told and row["assignee"] != before["assignee"]:
            self._told_assigned(row, before["assignee"])
        if told and row["status"] == "resolved" != before["status"]:
            closed = {"id": id, "object": "conversation", "status": "resolved", "closed_by_user_id": None}
            self.happened("kirim", "conversation.closed", {"conversation": closed})
        return row

    def _told_assigned(self, row: Row, previous: Row | None) -> None:
        assignee = {
            "user_id": row["assignee"]["id"] if row["assignee"] else None, "team_id": None,
            "previous_user_id": previous["id"] if previous else None,
        }  # fmt: skip
        conversation = {"id": row["id"], "object": "conversation", "status": row["status"]}
        self.happened("kirim", "conversation.assigned", {"conversation": conversation, "assignee": assignee})

    def bulk_label(self, contact_ids: list[str], label_id: str, *, attach: bool) -> Row:
        self._row(self.labels, label_id, "label_not_found")
        ours = [one for one in contact_ids if one in self.contacts and one not in self.team_mismatch]
        for one in ours:
            (self.contact_labels.add if attach else self.contact_labels.discard)((one, label_id))
        return {
            "applied": len(ours),
            "skipped_cross_org": sum(one not in self.contacts for one in contact_ids),
            "skipped_team_mismatch": sum(one in self.team_mismatch for one in contact_ids),
        }

    def shown(self, message: Row) -> Row:
        seen = {name: value for name, value in message.items() if not name.startswith("_")}
        return seen | ({"wamid": message["_wamid"]} if self.names_wamid else {})

    def _said(self, contact: Row, direction: str, content: Row, wamid: str, at: str) -> Row:
        conversation = self.conversation_of(contact)
        status = "received" if direction == "inbound" else "sent"
        row = {
            "id": an_id("msg"), "object": "message", "conversation_id": conversation["id"],
            "contact_id": contact["id"], "direction": direction, "status": status, **content,
            "_wamid": wamid, "created_at": at,
        }  # fmt: skip
        self.messages[row["id"]] = row
        conversation["last_message_at"] = max(at, conversation["last_message_at"] or "")
        conversation["updated_at"] = iso(self.now)
        if direction == "inbound":
            conversation["last_inbound_at"] = max(at, conversation["last_inbound_at"] or "")
            conversation["status"] = "open"
        return row

    def _meta(self, value: Row) -> Row:
        metadata = {"display_phone_number": self.number, "phone_number_id": self.phone_number_id}
        whole = {"messaging_product": "whatsapp", "metadata": metadata, **value}
        change = {"field": "messages", "value": whole}
        return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}

    def _row(self, rows: dict[str, Row], id: str, code: str = "not_found") -> Row:
        if id not in rows:
            raise Refused(404, code)
        return rows[id]
