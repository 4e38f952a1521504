"""Money: whole numbers of the smallest unit, with the exponent that ISO 4217 gives the currency."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.money import LARGEST, display, exponent, is_currency, major, minor

# ISO 4217, list one, of 2025: every currency in use whose minor unit is not a hundredth.
EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
HUNDREDTHS = """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP
    CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD
    KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"""
ISO = {code: number for number, codes in EXPONENTS.items() for code in codes.split()} | dict.fromkeys(
    HUNDREDTHS.split(), 2
)


@pytest.mark.parametrize("code", sorted(ISO))
def test_every_currency_in_use_has_isos_exponent(code: str) -> None:
    assert is_currency(code)
    assert exponent(code) == ISO[code]


@pytest.mark.parametrize("code", ["", "eur", "EURO", "EU", "ZZZ", "E R", "€", "EUR "])
def test_anything_else_is_no_currency(code: str) -> None:
    assert not is_currency(code)


@pytest.mark.parametrize(
    ("text", "currency", "units"),
    [
        ("1250.50", "EUR", 125_050), ("1,250.50", "EUR", 125_050), (" 1 250.5 ", "EUR", 125_050), ("0", "EUR", 0),
        ("1250", "JPY", 1250), ("1,250", "JPY", 1250), ("1.250", "KWD", 1250), ("12.5", "KWD", 12_500),
        ("1\u202f250", "EUR", 125_000), ("1\u00a0250", "EUR", 125_000), (".5", "EUR", 50), ("5.", "EUR", 500),
        ("7.1", "RSD", 710), ("1,25,000.50", "INR", 12_500_050), ("1’250’000", "CHF", 125_000_000),
        ("1.500000", "EUR", 150), ("12.00", "JPY", 12),
        ("10,000,000,000,000.00", "EUR", LARGEST),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_a_person_means_it(text: str, currency: str, units: int) -> None:
    assert minor(text, currency) == units


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.505", "EUR"), ("1250.5", "JPY"), ("1.2345", "KWD"), ("", "EUR"), ("abc", "EUR"), ("NaN", "EUR"),
        ("inf", "EUR"), ("-5", "EUR"), ("1e3", "EUR"), ("1e999999999", "EUR"), ("1_000", "EUR"), ("12,50", "EUR"),
        ("1.250,50", "EUR"), ("1 250,50", "EUR"), ("1 250,000", "EUR"), ("0x10", "EUR"),
        ("٣", "EUR"), (".", "EUR"), ("9" * 40, "EUR"),
        ("9" * 20, "EUR"), ("1\x002", "EUR"),
    ],
)  # fmt: skip
def test_what_could_mean_two_things_or_none_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"amount|decimal|largest"):
        minor(text, currency)


@pytest.mark.parametrize(
    ("units", "currency", "shown"),
    [(125_050, "EUR", "€1,250.50"), (1250, "JPY", "¥1,250"), (1250, "KWD", "KWD 1.250"), (710, "RSD", "RSD 7.10"),
     (0, "USD", "$0.00"), (5, "USD", "$0.05"), (LARGEST, "USD", "$10,000,000,000,000.00")],
)  # fmt: skip
def test_money_is_shown_with_all_its_decimals(units: int, currency: str, shown: str) -> None:
    assert display(units, currency).replace("\u00a0", " ") == shown


@given(st.integers(0, LARGEST), st.sampled_from(["EUR", "JPY", "KWD", "RSD", "CLF"]))
def test_what_is_shown_reads_back_as_the_same_amount(units: int, currency: str) -> None:
    amount = major(units, currency)
    assert minor(f"{amount:,f}", currency) == minor(f"{amount:f}", currency) == units
    assert amount == Decimal(units) / 10 ** exponent(currency)
