"""What a person typed about a deal, in the terms of `deals.actions`."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from crm import money
from crm.errors import Invalid

LONGEST_TITLE = 300
BIGINT_DIGITS = 19


def fields(typed: Mapping[str, str], *, currency: str) -> dict[str, Any]:
    """Those fields that the form had, read. Raises Invalid with a sentence under the field that cannot be used."""
    read: dict[str, Any] = {}
    if "title" in typed:
        read["title"] = _title(typed["title"])
    if "notes" in typed:
        read["notes"] = typed["notes"].strip()
    if "currency" in typed:
        read["currency"] = currency = typed["currency"].strip().upper()
    if "value" in typed:
        read["value"] = _value(typed["value"], currency)
    if "owner" in typed:
        read["owner_id"] = identifier(typed["owner"], "owner")
    if "expected_close_on" in typed:
        read["expected_close_on"] = _day(typed["expected_close_on"])
    return read


def identifier(text: str, field: str) -> UUID | None:
    """None for nothing. Raises Invalid for what is no id."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(fields={field: ["This is not an id."]}) from None


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


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(fields={"expected_close_on": ["Write the day as 2026-12-31."]}) from None
