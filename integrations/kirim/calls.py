"""What we ask of Kirim. Each generation of its API has its base URL and, from the second on, the phone_number_id before
every path but those of labels (vendors.md, section 3); both are settings of the connection."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from integrations.base import Failed
from integrations.calling import Caller

MOST = 100
Row = dict[str, Any]


class Calls:
    """Use it with `with`. Answers are the vendor's `data`. Raises what `Caller` raises: Later, VendorError,
    Unreachable; and Failed where the connection has no API key."""

    def __init__(self, settings: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
        if not secrets.get("api_key"):
            raise Failed("The connection has no API key. Enter the one that Kirim shows under Settings, API keys.")
        self.caller = Caller(str(settings["base_url"]), {"Authorization": f"Bearer {secrets['api_key']}"})
        number = str(settings.get("phone_number_id") or "").strip()
        self.prefix = f"/{quote(number, safe='')}" if number else ""
        self.names_product = bool(settings.get("messaging_product"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.caller.__exit__(kind, error, trace)

    def page(self, path: str, cursor: str | None = None, **params: str) -> tuple[list[Row], str | None]:
        """The rows of a list, and where it goes on; None at its end."""
        asked = {"limit": str(MOST), **params} | ({"cursor": cursor} if cursor else {})
        answer = self.caller.get(self.prefix + path, asked)
        found = [one for one in answer.get("data") or [] if isinstance(one, dict)]
        following = answer.get("next_cursor")
        return found, str(following) if following and answer.get("has_more", True) else None

    def contact_by_phone(self, phone: str) -> Row | None:
        """The contact with exactly this number (E.164)."""
        found, _ = self.page("/contacts", phone=phone)
        return next((one for one in found if one.get("phone_number") == phone), None)

    def create_contact(self, fields: Row, key: str) -> Row:
        return self._one(self.caller.post(f"{self.prefix}/contacts", fields, idempotency_key=key))

    def change_contact(self, id: str, fields: Row) -> Row:
        return self._one(self.caller.patch(f"{self.prefix}/contacts/{quote(id, safe='')}", fields))

    def label_contacts(self, ids: Sequence[str], label_id: str, *, attach: bool, key: str) -> Row:
        """Up to 1,000 at once; the counts of those applied and skipped."""
        body = {"contact_ids": list(ids), "label_id": label_id, "operation": "attach" if attach else "detach"}
        return self._one(self.caller.post(f"{self.prefix}/contacts/bulk_label", body, idempotency_key=key))

    def conversation(self, id: str) -> Row:
        return self._one(self.caller.get(f"{self.prefix}/conversations/{quote(id, safe='')}"))

    def conversations_of(self, contact_id: str) -> list[Row]:
        found, _ = self.page("/conversations", contact_id=contact_id)
        return found

    def change_conversation(self, id: str, changes: Row) -> Row:
        return self._one(self.caller.patch(f"{self.prefix}/conversations/{quote(id, safe='')}", changes))

    def label_conversation(self, id: str, label_id: str, key: str) -> None:
        path = f"{self.prefix}/conversations/{quote(id, safe='')}/labels"
        self.caller.post(path, {"label_id": label_id}, idempotency_key=key)

    def unlabel_conversation(self, id: str, label_id: str) -> None:
        self.caller.delete(f"{self.prefix}/conversations/{quote(id, safe='')}/labels/{quote(label_id, safe='')}")

    def send_text(self, to: str, body: str, key: str) -> Row:
        """The oldest generation has no `messaging_product`, the others want it."""
        product = {"messaging_product": "whatsapp"} if self.names_product else {}
        asked = {**product, "to": to, "type": "text", "text": {"body": body}}
        return self._one(self.caller.post(f"{self.prefix}/messages", asked, idempotency_key=key))

    def label_named(self, name: str) -> str | None:
        """The id of the label of this name, whatever its case [inferred: labels are listed like everything else]."""
        cursor: str | None = None
        while True:
            asked = {"limit": str(MOST)} | ({"cursor": cursor} if cursor else {})
            answer = self.caller.get("/labels", asked)
            for one in answer.get("data") or []:
                if str(one.get("name", "")).casefold() == name.casefold():
                    return str(one["id"])
            cursor = answer.get("next_cursor") if answer.get("has_more") else None
            if cursor is None:
                return None

    def create_label(self, name: str, key: str) -> str:
        return str(self._one(self.caller.post("/labels", {"name": name}, idempotency_key=key))["id"])

    @staticmethod
    def _one(answer: Any) -> Row:
        """Single objects stand under `data`; an edition that leaves it out is understood too."""
        found = answer.get("data", answer) if isinstance(answer, dict) else {}
        return found if isinstance(found, dict) else {}
