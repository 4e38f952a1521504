"""Addresses of people, brought to one written form each, so that the same address is the same row."""

import re
from dataclasses import dataclass

import phonenumbers

from crm.errors import Invalid

EMAIL = "email"
PHONE = "phone"

# One @, something on both sides, no spaces nor brackets: what mail programs accept, not what RFC 5322 could be read to
# allow.
_EMAIL = re.compile(
    r"[^\s@<>\"(),;:\\\[\]\x00-\x1f]{1,64}@[^\s@<>\"(),;:\\\[\]\x00-\x1f.][^\s@<>\"(),;:\\\[\]\x00-\x1f]{0,253}"
)
_OUTSIDE = re.compile(r"[^\x00-\x1f]{1,500}")


@dataclass(frozen=True, order=True)
class Address:
    """kind: email, phone, or the name of an outside system; value: normalised; written: as it came in."""

    kind: str
    value: str
    written: str = ""


def address(kind: str, written: str, *, region: str) -> Address:
    """The normalised address. region: the country of a phone number written without a code (ISO 3166, "DE").

    Raises Invalid, with the sentence under the field `kind`, where it cannot be one.
    """
    text = written.strip()
    if kind == EMAIL:
        return Address(kind, email(text), text)
    if kind == PHONE:
        return Address(kind, phone(text, region=region), text)
    if not _OUTSIDE.fullmatch(text):
        raise Invalid(fields={kind: ["Must be 1 to 500 characters without control characters."]})
    return Address(kind, text, text)


def email(written: str) -> str:
    """Lower case throughout: in theory the part before the @ may differ by case, in practice it is the same person."""
    text = written.strip().lower()
    if not _EMAIL.fullmatch(text) or len(text) > 320:
        raise Invalid(fields={EMAIL: ["Enter an e-mail address such as priya@example.com."]})
    return text


def phone(written: str, *, region: str) -> str:
    """E.164. Wants a number that is possible, not one known to be in use: ranges change faster than libraries."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        raise _not_a_phone() from None
    if not phonenumbers.is_possible_number(number):
        raise _not_a_phone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _not_a_phone() -> Invalid:
    return Invalid(fields={PHONE: ["Enter a phone number with its country code, such as +49 30 901820."]})
