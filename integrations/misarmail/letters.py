"""Who a mail event is about. The shape of its `data` is not published: each edition's names are tried in turn."""

from email.utils import parseaddr
from typing import Any

from contacts.addresses import EMAIL, Address, address
from crm.errors import Invalid
from integrations.misarmail import theirs
from integrations.misarmail.reading import Said, part, texts, words


def message_id(data: Said) -> str:
    return words(data, "message_id", "messageId", "email_id", "emailId", most=998) or words(part(data, "email"), "id")


def recipient(data: Said) -> theirs.Person | None:
    """Whom a mail went to: by address; None where none is told that could be one."""
    said = part(data, "contact", "recipient", "to")
    emails = [said.get("email"), data.get("email"), data.get("recipient"), data.get("to"), data.get("contact_email")]
    found = [one for text in texts([one for each in emails for one in _each(each)]) if (one := _usable(text))]
    if not found:
        return None
    told = {"id": words(data, "contact_id", "contactId") or words(said, "id"), "emails": found[:1]}
    return theirs.person({**told, "client_id": words(data, "client_id", "clientId")})


def sender(data: Said) -> theirs.Person:
    said = part(data, "from", "sender", "contact")
    emails = [said.get("email"), said.get("address"), data.get("from"), data.get("from_email"), data.get("sender")]
    found = [one for text in texts([one for each in emails for one in _each(each)]) if (one := _usable(text))]
    written = next(filter(None, (words(data, name) for name in ("from", "sender"))), "")
    name = words(said, "name", most=300) or words(data, "from_name", most=300) or parseaddr(written)[0]
    told = {"emails": found, "client_id": words(data, "client_id", "clientId")}
    return theirs.person({**told, "name": name} if name else told)


def _each(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _usable(text: str) -> str:
    """The bare address of "Priya <priya@example.com>" too; empty where it cannot be one."""
    bare = text.rpartition("<")[2].partition(">")[0] if "<" in text else text
    try:
        return address(EMAIL, bare, region="US").value
    except Invalid:
        return ""


def email(text: str) -> Address:
    return address(EMAIL, text, region="US")
