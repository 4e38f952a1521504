"""Money is an integer in the currency's smallest unit and an ISO 4217 code. Never a float, never a sum over
currencies."""

from decimal import Decimal, InvalidOperation

from babel.core import get_global
from babel.numbers import format_currency, get_currency_precision

# Where Unicode's customary digits (which babel gives) differ from ISO 4217's minor unit, ISO wins: integrators compute
# with it.
_ISO = {
    "AFN": 2, "ALL": 2, "IQD": 3, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2, "MGA": 2, "MMK": 2, "RSD": 2,
    "SOS": 2, "SYP": 2, "YER": 2, "UYW": 4,
}  # fmt: skip
_CODES = frozenset(get_global("all_currencies"))

# The largest value a deal may have: well within a 64-bit column, so that sums over millions of deals stay exact.
LARGEST = 10**15


def is_currency(code: str) -> bool:
    return code in _CODES


def exponent(currency: str) -> int:
    """How many digits the minor unit has: JPY 0, EUR 2, KWD 3."""
    return _ISO.get(currency, get_currency_precision(currency))


def major(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


def minor(text: str, currency: str) -> int:
    """The minor units that a person means by `text` (“1250.50”). Raises ValueError where it has more digits than the
    currency, or is no number."""
    try:
        scaled = Decimal(text.strip().replace(" ", "").replace(",", "")).scaleb(exponent(currency))
    except InvalidOperation:
        raise ValueError(f"“{text}” is not an amount.") from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{currency} has {exponent(currency)} decimal places.")
    return int(scaled)


def display(minor_units: int, currency: str, locale: str = "en") -> str:
    digits = exponent(currency)
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    return format_currency(major(minor_units, currency), currency, pattern, locale=locale, currency_digits=False)
