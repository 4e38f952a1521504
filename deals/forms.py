"""What a person typed about a deal, in the terms of `deals.actions`."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils import timezone

from crm import money
from crm.errors import Invalid
from crm.pages.typed import identifier
from deals.closing import Terms

LONGEST_TITLE = 300
LONGEST_REASON = 300
LONGEST_NOTES = 20_000
BIGINT_DIGITS = 19


def fields(typed: Mapping[str, str], *, currency: str) -> dict[str, Any]:
    """Those fields that the form had, read. Raises Invalid with a sentence under the field that cannot be used."""
    read: dict[str, Any] = {}
    if "title" in typed:
        read["title"] = _title(typed["title"])
    if "notes" in typed:
        read["notes"] = _short(typed["notes"], LONGEST_NOTES, "notes")
    if "currency" in typed:
        read["currency"] = currency = typed["currency"].strip().upper()
    if "value" in typed:
        read["value"] = _value(typed["value"], currency)
    if "owner" in typed:
        read["owner_id"] = identifier(typed["owner"], "owner")
    if "expected_close_on" in typed:
        read["expected_close_on"] = _day(typed["expected_close_on"], "expected_close_on")
    if "lost_reason" in typed:
        read["lost_reason"] = _short(typed["lost_reason"], LONGEST_REASON, "lost_reason")
    return read


def terms(typed: Mapping[str, str], *, currency: str) -> Terms:
    """What the panel of a won or lost deal was filled with. A reason of one's own goes before a chosen one."""
    reason = _short(typed.get("reason_other", ""), LONGEST_REASON, "reason") or typed.get("reason", "").strip()
    code = typed.get("currency", currency).strip().upper()
    return Terms(
        closed_on=_day(typed.get("closed_on", ""), "closed_on") or timezone.localdate(),
        reason=_short(reason, LONGEST_REASON, "reason"),
        value=_value(typed["value"], code) if "value" in typed else None,
        currency=code if "value" in typed else None,
    )


def versions(typed: QueryDict) -> list[tuple[UUID, int | None]]:
    """The deals that a form is about, each with the version that the page showed: `deal` and `version`, in pairs."""
    pks, seen = identifiers(typed.getlist("deal"), "deal"), typed.getlist("version")
    if not pks:
        raise Invalid(fields={"deal": ["Say which deal."]})
    return [(pk, number(seen[place]) if place < len(seen) else None) for place, pk in enumerate(pks)]


def identifiers(texts: Iterable[str], field: str) -> list[UUID]:
    return [pk for text in texts if (pk := identifier(text, field)) is not None]


def number(text: str) -> int | None:
    """The whole number that `text` is; None for anything else, and for what no column can hold."""
    digits = text.removeprefix("-")
    return int(text) if digits.isdecimal() and len(digits) < BIGINT_DIGITS else None


def _title(text: str) -> str:
    title = " ".join(text.split())
    if len(title) > LONGEST_TITLE:
        raise Invalid(fields={"title": [f"A title has at most {LONGEST_TITLE} characters."]})
    return title


def _value(text: str, currency: str) -> int:
    if not text.strip():
        return 0
    if not money.is_currency(currency):
        raise Invalid(fields={"currency": [f"“{currency}” is no currency code, such as EUR."]})
    try:
        return money.minor(text, currency)
    except ValueError as error:
        raise Invalid(fields={"value": [str(error)]}) from None


def _short(text: str, longest: int, field: str) -> str:
    text = text.strip()
    if len(text) > longest:
        raise Invalid(fields={field: [f"At most {longest:,} characters."]})
    return text


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(fields={field: ["Write the day as 2026-12-31."]}) from None
