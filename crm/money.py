"""Money is an integer in the currency's smallest unit and an ISO 4217 code. Never a float, never a sum over
currencies."""

import re
from decimal import Decimal
from functools import cache, lru_cache

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol

# Where Unicode's customary digits (which babel gives) differ from ISO 4217's minor unit, ISO wins: integrators compute
# with it.
_ISO = {
    "AFN": 2, "ALL": 2, "IQD": 3, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2, "MGA": 2, "MMK": 2, "RSD": 2,
    "SOS": 2, "SYP": 2, "YER": 2, "UYW": 4,
}  # fmt: skip
_CODES = frozenset(get_global("all_currencies"))

USUAL = 2

# The largest value a deal may have: well within a 64-bit column, so that sums over millions of deals stay exact.
LARGEST = 10**15


# Digits alone, or in groups of three, or as Indians group them; then a point and decimals.
_AMOUNT = re.compile(
    r"(?=\.?[0-9])(?:[0-9]{1,20}|[0-9]{1,3}(?:(?P<mark>[, \u00a0\u202f'’])[0-9]{3})(?:(?P=mark)[0-9]{3}){0,5}"
    r"|[0-9]{1,2}(?:,[0-9]{2}){1,7},[0-9]{3})?(?:\.[0-9]{0,20})?"
)
_GROUPING = re.compile(r"[, \u00a0\u202f'’]")


def is_currency(code: str) -> bool:
    return code in _CODES


def exponent(currency: str) -> int:
    """How many digits the minor unit has: JPY 0, EUR 2, KWD 3."""
    return _ISO.get(currency, get_currency_precision(currency))


@cache
def unusual() -> dict[int, list[str]]:
    """The currencies whose minor unit has other than two digits, by how many it has."""
    found: dict[int, list[str]] = {}
    for code in sorted(_CODES):
        if exponent(code) != USUAL:
            found.setdefault(exponent(code), []).append(code)
    return found


def major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


def minor(text: str, currency: str) -> int:
    """The minor units that a person means by `text` (“1,250.50”, “1,25,000”, “1 250.50”).

    Raises ValueError where it is no amount, could be two (“12,50”), is too large or has decimals that the currency
    lacks.
    """
    written = text.strip()
    if not _AMOUNT.fullmatch(written):
        raise ValueError(f"“{text}” is not an amount: write it like 1250.50.")
    whole, _, decimals = _GROUPING.sub("", written).partition(".")
    digits = exponent(currency)
    if len(decimals.rstrip("0")) > digits:
        raise ValueError(f"{currency} has {digits} decimal places.")
    units = int((whole or "0") + decimals[:digits].ljust(digits, "0"))
    if units > LARGEST:
        raise ValueError(f"{display(LARGEST, currency)} is the largest amount.")
    return units


@lru_cache(maxsize=4096)  # a board says the same few amounts again and again
def display(minor_units: int, currency: str, locale: str = "en") -> str:
    digits = exponent(currency)
    # A code that stands for a symbol is set off: “KWD 1.250”, but “€1.25”.
    space = "\u00a0" if get_currency_symbol(currency, locale)[-1:].isalpha() else ""
    pattern = f"¤{space}#,##0" + ("." + "0" * digits if digits else "")
    return format_currency(major(minor_units, currency), currency, pattern, locale=locale, currency_digits=False)
