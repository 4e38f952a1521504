"""Addresses of people, brought to one written form each, so that the same address is the same row."""

import re
from dataclasses import dataclass
from unicodedata import normalize

import phonenumbers

from crm.errors import Invalid
from crm.text import storable

EMAIL = "email"
PHONE = "phone"

# One @, something on both sides, no spaces nor brackets: what mail programs accept, not what RFC 5322 could be read to
# allow.
_EMAIL = re.compile(
    r"[^\s@<>\"(),;:\\\[\]\x00-\x1f\ud800-\udfff]{1,64}"
    r"@[^\s@<>\"(),;:\\\[\]\x00-\x1f\ud800-\udfff.][^\s@<>\"(),;:\\\[\]\x00-\x1f\ud800-\udfff]{0,253}"
)
_OUTSIDE = re.compile(r"[^\x00-\x1f\ud800-\udfff]{1,500}")
# The plus and seven digits: below that (E.164's smallest networks) it is a short code or a slip.
_SHORTEST_PHONE = 8


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
        return Address(kind, email(text), storable(text, 500))
    if kind == PHONE:
        return Address(kind, phone(text, region=region), storable(text, 500))
    if not _OUTSIDE.fullmatch(text):
        raise Invalid(fields={kind: ["Must be 1 to 500 characters without control characters."]})
    return Address(kind, text, text)


def email(written: str) -> str:
    """Lower case throughout: in theory the part before the @ may differ by case, in practice it is the same person."""
    text = normalize("NFC", normalize("NFC", written.strip()).lower())
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
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if len(value) < _SHORTEST_PHONE:
        raise _not_a_phone()
    return value


def _not_a_phone() -> Invalid:
    return Invalid(fields={PHONE: ["Enter a phone number with its country code, such as +49 30 901820."]})
