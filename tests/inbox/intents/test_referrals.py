"""Another person whom somebody names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.intents.referrals import referral

MINE, OURS = "priya@example.com", "anna.agent@example.com"


def named(text: str, region: str = "DE") -> tuple[str, str] | None:
    found = referral(text, region=region, known={MINE, OURS})
    return (found.name, found.address.value) if found else None


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        (
            "My colleague Dana Wu in purchasing decides, write to her at dana@example.com.",
            "Dana Wu",
            "dana@example.com",
        ),
        ("Please contact Herr Weber: 030 901820", "Herr Weber", "+4930901820"),
        ("escribe a mi jefa, Laura Gómez, laura@example.com", "Laura Gómez", "laura@example.com"),
        ("escribe a mi jefa, laura.gomez@example.com", "Laura Gomez", "laura.gomez@example.com"),
        ("Not my call. Talk to Ravi (ravi@example.com).", "Ravi", "ravi@example.com"),
        ("Zuständig ist meine Kollegin Petra Lang, petra.lang@example.com", "Petra Lang", "petra.lang@example.com"),
        ("Voyez avec ma collègue Anne de Vries : a.devries@example.com", "Anne de Vries", "a.devries@example.com"),
        ("Fale com o encarregado, João Silva: +351 912 345 678", "João Silva", "+351912345678"),
        ("Silakan hubungi atasan saya Ibu Sari, sari@example.com", "Ibu Sari", "sari@example.com"),
        ("I left. dana.wu@example.com is in charge now.", "Dana Wu", "dana.wu@example.com"),
        ("Thanks, good. My boss Tom Hill decides: tom@example.com\n\nThanks, Priya", "Tom Hill", "tom@example.com"),
        ("Hi Anna, my boss signs that: dana@example.com", "", "dana@example.com"),
        ("Write to priya@example.com or my boss Tom Hill, tom@example.com", "Tom Hill", "tom@example.com"),
    ],
)
def test_a_person_is_named_with_their_address(text: str, name: str, address: str) -> None:
    assert named(text) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "My colleague Dana decides.",  # nowhere to write to
        "Write to me at private@example.com",
        "You can contact me on my mobile: 030 901820",
        "Contact priya@example.com",
        "Your colleague anna.agent@example.com wrote to me.",
        "Sounds good.\n\nBest regards\nPriya Nair\nHead of purchasing\nnair@example.com\n030 901820",
        "The invoice went to billing@example.com",
        "",
    ],
)
def test_nobody_else_is_named(text: str) -> None:
    assert named(text) is None


def test_it_rests_on_the_words_of_the_text() -> None:
    text = "Hello. My colleague Dana Wu decides, write to dana@example.com please."
    found = referral(text, region="DE", known=set())
    assert found is not None
    assert text[found.start : found.end] == "colleague Dana Wu decides, write to dana@example.com"


WORDS = "my colleague Dana Wu , : @ dana@example.com 030 901820 +49 boss regards -- \n Herr contact Hi"
PIECES = st.sampled_from(WORDS.split(" "))


@given(text=st.one_of(st.lists(PIECES, max_size=14).map(" ".join), st.text(max_size=80)))
def test_its_words_stand_in_the_text_whatever_was_written(text: str) -> None:
    found = referral(text, region="DE", known={MINE})
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert found.address.value != MINE
        assert not found.name or found.name in text or found.name.lower().split()[0] in text.lower()
