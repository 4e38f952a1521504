"""Words, an address or a phone number as a person types them, as a question to the full-text columns."""

import re

import phonenumbers
from django.contrib.postgres.search import SearchQuery, SearchQueryCombinable

from crm.search import beginning_with

# A phone number, or the beginning of one, however it is grouped: +49 (30) 901-820.
_PHONE = re.compile(r"\s*\+?[\d\s().\-/]+")
_FEWEST_DIGITS = 4


def looking_for(text: str, *, region: str) -> SearchQueryCombinable | None:
    """Rows that have, for each word of `text`, one that begins with it; or the phone number that `text` begins. None
    where there is nothing to look for. region: the country of a number without a code."""
    words = beginning_with(text)
    numbers = _numbers(text, region)
    for number in numbers:
        phone = SearchQuery(f"'{number}':*", config="simple", search_type="raw")
        words = phone if words is None else words | phone
    return words


def _numbers(text: str, region: str) -> set[str]:
    """How the number that `text` begins may stand in the column, which holds E.164."""
    digits = re.sub(r"[^0-9]", "", text)
    if not _PHONE.fullmatch(text) or len(digits) < _FEWEST_DIGITS:
        return set()
    found = {f"+{digits}", f"+{digits.removeprefix('00')}"}
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return found
    return found | {f"+{parsed.country_code}{parsed.national_number}"}
