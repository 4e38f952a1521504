"""What Kirim and Meta say, in our words. Nothing here asks anybody, and nothing that is missing, null or of an unknown
shape stops it."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from contacts.addresses import EMAIL, PHONE, Address, address
from contacts.incoming import Known
from contacts.ownership import CUSTOM
from crm.errors import Invalid
from crm.text import storable
from inbox.channels import Channel
from inbox.messages import Draft
from inbox.models import Message
from integrations.kirim.wording import body_of
from integrations.loose import of_our_time

SYSTEM = "kirim"
# Ours alone: what we wrote there is never taken in again.
OUR_METADATA = frozenset({"crm_id", "crm_segment"})
Direction = Message.Direction
Row = Mapping[str, Any]


def text(value: Any) -> str:
    """An id or a name as text: ids come as numbers too."""
    return storable(str(value)).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def row(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; of anything else, none."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def moment(value: Any) -> datetime | None:
    """A time as ISO 8601, or as unix seconds in a number or a text (Meta); None for anything else."""
    try:
        if isinstance(value, float) or text(value).isdecimal():
            return of_our_time(datetime.fromtimestamp(float(value), UTC))
        at = datetime.fromisoformat(text(value))
    except (ValueError, OverflowError, OSError):
        return None
    return of_our_time(at if at.tzinfo else at.replace(tzinfo=UTC))


def address_of(number: str) -> Address | None:
    """Where a WhatsApp number leads. Meta's `wa_id` is E.164 without the plus; what is no number stays what it is."""
    if not number:
        return None
    try:
        return address(PHONE, f"+{number.lstrip('+')}", region="ZZ")
    except Invalid:
        return Address(Channel.WHATSAPP, number[:500], number[:500])


def said_of(contact: Row) -> dict[str, Any]:
    """What Kirim says of a person, flat: name, email and each metadata key of Kirim's side. What is absent is absent,
    null is empty."""
    said: dict[str, Any] = {name: text(contact[name]) for name in ("name", "email") if name in contact}
    for key, value in row(contact.get("metadata")).items():
        if key.strip() and key not in OUR_METADATA:
            said[f"{CUSTOM}{storable(key.strip(), 100)}"] = value
    return said


def named_in(changed_fields: Any, said: Mapping[str, Any]) -> set[str]:
    """Those of `said` that `changed_fields` names; all, where it is no list."""
    if not isinstance(changed_fields, list):
        return set(said)
    named = {text(one) for one in changed_fields}
    whole = {name for name in said if "metadata" in named and name.startswith(CUSTOM)}
    single = {f"{CUSTOM}{one.removeprefix('metadata.')}" for one in named if one.startswith("metadata.")}
    return (named | whole | single) & set(said)


def known_of(
    contact: Row,
    fields: Collection[str],
    *,
    changed_at: datetime | None,
    with_phone: bool,
    behaviour: Row | None = None,
) -> Known:
    """The person with those of their `fields` that are to be heeded. with_phone: the number is told, as long as nobody
    here is linked with this contact; afterwards it would make one of a person's two numbers the first again and again.
    behaviour: what only Kirim knows: acquisition_source, last_message_at."""
    said = said_of(contact)
    addresses = [address_of(text(contact.get("phone_number")))] if with_phone else []
    if "email" in fields and said.get("email"):
        addresses.append(Address(EMAIL, "", str(said["email"])))
    heeded = {name: said[name] for name in fields if name in said and name != "email"}
    for name, value in (behaviour or {}).items():
        if value not in (None, "", {}, []):
            heeded[f"{CUSTOM}{name}"] = value
    return Known(
        system=SYSTEM, key=text(contact.get("id")), addresses=[one for one in addresses if one], fields=heeded,
        changed_at=changed_at, source=SYSTEM, active_at=moment((behaviour or {}).get("last_message_at")),
    )  # fmt: skip


def changed_at(contact: Row) -> datetime | None:
    return moment(contact.get("updated_at")) or moment(contact.get("created_at"))


def draft_of(message: Row, *, outbound: bool, external_id: str | None, at: datetime | None) -> Draft:
    """A message of any type. `author_kind`: what Kirim's own people or robots sent is nobody's here."""
    return Draft(
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        body=body_of(message),
        headers=_facts(message),
        external_id=external_id,
        occurred_at=at,
        author_kind="system" if outbound else "",
        author_name="Kirim" if outbound else "",
    )


def ids_of(message: Row) -> list[str]:
    """All ids of a message in Kirim's JSON, the one it is known by first: Meta's `wamid`, under whichever of the names
    that occur [inferred: no edition shows a message], then Kirim's own."""
    meta = [text(message.get(name)) for name in ("wamid", "whatsapp_message_id", "external_id", "provider_message_id")]
    sent = [text(one.get("id")) for one in rows(message.get("messages"))]
    return list(dict.fromkeys(one for one in [*meta, *sent, text(message.get("id"))] if one))


def _facts(message: Row) -> list[tuple[str, str]]:
    """What is told of a message besides its words, kept with it."""
    context = row(message.get("context"))
    media = row(message.get(text(message.get("type"))))
    facts = {
        "Type": text(message.get("type")),
        "In-Reply-To": text(context.get("id")) or text(row(message.get("reaction")).get("message_id")),
        "Forwarded": "yes" if context.get("forwarded") else "",
        "Media-Id": text(media.get("id")),
        "Media-Type": text(media.get("mime_type")),
        "Referral": text(row(message.get("referral")).get("source_url")),
    }
    return [(name, value) for name, value in facts.items() if value]
