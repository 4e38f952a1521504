"""Addresses in one written form each, so that the same address is the same row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.addresses import address, email, phone
from crm.errors import Invalid


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Priya@Example.COM", "priya@example.com"),
        ("  priya+sales@example.com \n", "priya+sales@example.com"),
        ("o'brien@example.co.uk", "o'brien@example.co.uk"),
        ("JÜRGEN@müller.de", "jürgen@müller.de"),
        ("re\u0301my@example.com", "rémy@example.com"),
        ("a@b", "a@b"),
    ],
)
def test_an_e_mail_address_is_lower_case_and_composed(written: str, value: str) -> None:
    assert email(written) == value


@pytest.mark.parametrize(
    "written",
    ["", "priya", "@example.com", "priya@", "a@b@c", "a b@example.com", "a@exa mple.com", "<a@example.com>", "a@.com",
     "a,b@example.com", "a\x00@example.com", "a@example.com\x00", "a\ud800@example.com", "x" * 65 + "@example.com",
     "a@" + "x" * 300, "a@example.com\nBcc: b@example.com", "Priya <a@example.com>", "a@example.com;b@example.com"],
)  # fmt: skip
def test_what_is_no_e_mail_address_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        email(written)
    assert list(refused.value.fields) == ["email"]


@pytest.mark.parametrize(
    ("written", "region", "value"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("+49 (0)30 / 90 18 20", "US", "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("011 49 30 901820", "US", "+4930901820"),
        ("(415) 555-0101", "US", "+14155550101"),
        ("+1 415-555-0101", "IN", "+14155550101"),
        ("98765 43210", "IN", "+919876543210"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("02 1234 5678", "IT", "+390212345678"),  # the zero stays in Italy
        ("tel:+14155550101", "US", "+14155550101"),
        ("+14155550101 ext. 12", "US", "+14155550101"),
        ("٠١٠ ٠١٢٣ ٤٥٦٧", "EG", "+201001234567"),
    ],
)
def test_a_phone_number_is_brought_to_e164(written: str, region: str, value: str) -> None:
    assert phone(written, region=region) == value


@pytest.mark.parametrize(
    "written", ["", "hello", "12", "112", "+", "+999 12345678", "1" * 40, "030 901820\x00x" * 20, "\ud800"]
)
def test_what_is_no_phone_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        phone(written, region="DE")
    assert list(refused.value.fields) == ["phone"]


@pytest.mark.parametrize("written", ["", "  ", "a\x00b", "a\nb", "x" * 501, "a\ud800"])
def test_an_outside_id_is_short_and_printable(written: str) -> None:
    with pytest.raises(Invalid) as refused:
        address("muro", written, region="US")
    assert list(refused.value.fields) == ["muro"]


def test_an_outside_id_keeps_its_case_and_what_was_written_is_kept_beside_the_value() -> None:
    assert address("muro", " AbC ", region="US").value == "AbC"
    one = address("phone", "(415) 555-0101", region="US")
    assert (one.kind, one.value, one.written) == ("phone", "+14155550101", "(415) 555-0101")


@given(st.text(max_size=80))
def test_whatever_is_written_is_normalised_for_good_or_refused(text: str) -> None:
    for kind in ("email", "phone", "muro"):
        try:
            value = address(kind, text, region="US").value
        except Invalid:
            continue
        assert address(kind, value, region="DE").value == value
        value.encode()
        assert "\x00" not in value
