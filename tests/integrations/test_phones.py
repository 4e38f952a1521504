import pytest

from crm.errors import Invalid
from integrations.phones import phone


@pytest.mark.parametrize(
    ("written", "regions", "wanted"),
    [
        ("+44 20 7946 0018", ["US"], "+442079460018"),
        ("(212) 456-7890", ["US"], "+12124567890"),
        ("030 901820", ["DE", "US"], "+4930901820"),
        ("919876543210", ["US"], "+919876543210"),
        ("919876543210", ["DE"], "+49919876543210"),
        ("(415) 555-0100", ["", "US"], "+14155550100"),  # invented ones, which nobody has
    ],
)
def test_a_number_is_read_as_people_there_would(written: str, regions: list[str], wanted: str) -> None:
    found = phone(written, regions)
    assert (found.kind, found.value, found.written) == ("phone", wanted, written)


@pytest.mark.parametrize(
    ("written", "region", "wanted"),
    [
        ("919876543210", "DE", "+919876543210"),
        ("+91 98765 43210", "DE", "+919876543210"),
        ("6561234567", "US", "+6561234567"),
        ("9876543210", "IN", "+919876543210"),  # no code after all: with a plus it would be nobody's
        ("2124567890", "US", "+12124567890"),
        ("0151 12345678", "DE", "+4915112345678"),
    ],
)
def test_a_system_that_always_writes_the_countrys_code_is_believed(written: str, region: str, wanted: str) -> None:
    assert phone(written, [region], coded=True).value == wanted


@pytest.mark.parametrize("written", ["", "call me", "12", "+0", "9" * 40])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        phone(written, ["US"])
