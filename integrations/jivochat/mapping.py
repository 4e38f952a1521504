"""What an event says of the visitor, in our terms. Pure: nothing is read or written."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from contacts.addresses import EMAIL, Address, address
from contacts.custom import LONGEST_NAME, LONGEST_VALUE
from contacts.incoming import Known
from crm.errors import Invalid
from integrations.loose import objects, part, text
from integrations.phones import phone

SYSTEM = "jivochat"
SOURCE = "JivoChat"
_MOST_ATTRIBUTES = 50
_SEVERAL = re.compile(r"\s*[,;]\s*")


def known(payload: Mapping[str, Any], *, region: str, changed_at: datetime) -> Known:
    """The visitor: found by e-mail or phone first, as JivoChat asks for, then by its own number. What JivoChat leaves
    empty it does not know, which says nothing against what stands here. region: the workspace's, for a phone number
    whose visitor's country is not told."""
    addresses, unusable = _addresses(payload, region)
    fields = {f"custom_fields.{name}": value for name, value in custom_fields(payload, unusable).items()}
    if name := text(part(payload, "visitor").get("name"), 300):
        fields["name"] = name
    own = Address(SYSTEM, key_of(payload), key_of(payload))
    return Known(
        system=SYSTEM, key="", addresses=[*addresses, own], fields=fields, changed_at=changed_at, source=SOURCE,
        active_at=changed_at,
    )  # fmt: skip


def key_of(payload: Mapping[str, Any]) -> str:
    """Which visitor it is: the client number of the widget; where an event names none, its chat or the event itself
    stands for them."""
    client = text(part(payload, "visitor").get("number")) or text(payload.get("client_id"))
    own = client or _stand_in(payload)
    return f"{text(payload.get('widget_id'), 200)}:{own}"[:500]


def _stand_in(payload: Mapping[str, Any]) -> str:
    for name in ("chat_id", "offline_message_id"):
        if found := text(payload.get(name), 200):
            return f"{name} {found}"
    return f"event {sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()[:32]}"


def title(payload: Mapping[str, Any]) -> str:
    """“JivoChat #18 - Tom Clifton”: the number of the chat, and who it is with."""
    visitor = part(payload, "visitor")
    numbers = (payload.get("chat_id"), payload.get("offline_message_id"), visitor.get("number"))
    number = next((found for one in numbers if (found := text(one, 60))), "")
    who = next((found for name in ("name", "email", "phone") if (found := text(visitor.get(name), 200))), "")
    return " - ".join(filter(None, (f"JivoChat #{number}" if number else SOURCE, who)))


def custom_fields(payload: Mapping[str, Any], unusable: list[str]) -> dict[str, Any]:
    """Where the visit came from and the comment on it; `unusable`: addresses that are none, which go there as given."""
    visitor, page = part(payload, "visitor"), part(payload, "page")
    comment = "\n".join(filter(None, [text(visitor.get("description")), *unusable]))
    found = {"page_url": text(page.get("url")), "page_title": text(page.get("title")), "comment": comment}
    return {name: value[:LONGEST_VALUE] for name, value in {**marks(payload), **found}.items() if value}


def marks(payload: Mapping[str, Any]) -> dict[str, str]:
    """The utm marks of the visit, by their usual names; what `utm_json` leaves out is taken from `utm`."""
    session = part(payload, "session")
    pairs = [one.partition("=") for one in text(session.get("utm")).split("|")]
    written = {name.strip(): value.strip() for name, _, value in pairs if value.strip()}
    told = {name: mark for name, value in part(session, "utm_json").items() if (mark := text(value))}
    found = {**written, **told}
    return {text(f"utm_{name.removeprefix('utm_')}", LONGEST_NAME): value for name, value in found.items() if name}


def attributes(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Those of client_attribute_updated, whose published example is no JSON: an object, a list of names with values, or
    either as text."""
    found = payload.get("attributes")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            return {"attributes": found[:LONGEST_VALUE]} if found.strip() else {}
    pairs = found.items() if isinstance(found, Mapping) else _pairs(found)
    named = {text(str(name), LONGEST_NAME): _kept(value) for name, value in pairs}
    return dict([(name, value) for name, value in named.items() if name][:_MOST_ATTRIBUTES])


def _pairs(found: Any) -> Iterator[tuple[str, Any]]:
    for one in objects(found):
        name = next((one[key] for key in ("name", "title", "key", "id") if text(one.get(key))), None)
        value = next((one[key] for key in ("value", "content") if key in one), None)
        if name is None:
            yield from one.items()
        else:
            yield text(name), value


def _kept(value: Any) -> Any:
    return value[:LONGEST_VALUE] if isinstance(value, str) else value


def _addresses(payload: Mapping[str, Any], region: str) -> tuple[list[Address], list[str]]:
    """The visitor's, each kind in JivoChat's order, and in words what cannot be one."""
    visitor = part(payload, "visitor")
    regions = [text(part(payload, "session", "geoip").get("country_code"), 2).upper(), region]
    phones = (*_several(visitor.get("phone")), *_several(part(payload, "call").get("phone")))
    good, bad = list[Address](), list[str]()
    for written in _several(visitor.get("email")):
        try:
            good.append(address(EMAIL, written, region=region))
        except Invalid:
            bad.append(f"E-mail as given: {written[:500]}")
    for written in phones:
        try:
            good.append(phone(written, regions))
        except Invalid:
            bad.append(f"Phone as given: {written[:500]}")
    return list(dict.fromkeys(good)), list(dict.fromkeys(bad))


def _several(value: Any) -> list[str]:
    return [one for one in _SEVERAL.split(text(value)) if one]
