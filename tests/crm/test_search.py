"""What is typed into a search becomes a question to the column, and shows where the answer has it."""

import pytest
from django.contrib.postgres.search import SearchVector
from django.db.models import Value

from accounts.models import Workspace
from crm.search import Piece, beginning_with, excerpt, pieces


def has(text: str, asked: str) -> bool:
    query = beginning_with(asked)
    rows = Workspace.objects.annotate(words=SearchVector(Value(text), config="simple"))
    return query is not None and rows.filter(words=query).exists()


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("We would like a demonstration", "demo"),
        ("We would like a demonstration", "demo lik"),
        ("Write to anna.smith@example.com", "anna.smith@example.com"),
        ("Write to anna.smith@example.com", "anna"),
        ("See www.example.com for it", "www.example.com"),
        ("Version 3.5 is out", "3.5"),
        ("A well-known baker", "well-known"),
        ("A well-known baker", '"a well-known baker"'),
        ("Bread for twelve people", '"for twelve"'),
        ("Bread for twelve people", "“for twelve” bre"),
        ("Ärger in Łódź", "ärg łód"),
        ("O'Brien called", "O'Brien"),
    ],
)
def test_it_is_found(workspace: Workspace, text: str, asked: str) -> None:
    assert has(text, asked)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("We would like a demonstration", "stration"),
        ("Bread for twelve people", "bread cake"),
        ("Bread for twelve people", '"twelve for"'),
        ("Bread for twelve people", '"for twel"'),
        ("Bread for twelve people", "???"),
        ("Bread for twelve people", ""),
    ],
)
def test_it_is_not_found(workspace: Workspace, text: str, asked: str) -> None:
    assert not has(text, asked)


@pytest.mark.parametrize(
    "asked", ["'", "\\", "a'b", "a\\b", "& | ! ()", "a&b|c!d", '"', '"" x', "a:*", "<->", "x" * 200]
)
def test_nothing_typed_breaks_the_question(workspace: Workspace, asked: str) -> None:
    has("anything", asked)


def test_what_was_asked_for_is_cut_out_of_the_text() -> None:
    assert pieces("Demo please, a demonstration", "demo") == [
        Piece("Demo", found=True),
        Piece(" please, a ", found=False),
        Piece("demonstration", found=True),
    ]
    assert pieces("Bread for twelve", '"for twelve"') == [Piece("Bread ", found=False), Piece("for twelve", found=True)]
    assert pieces("Bread", "") == [Piece("Bread", found=False)]


def test_an_excerpt_begins_before_the_first_place_that_has_it() -> None:
    text = f"{'word ' * 60}needle\n\n{'after ' * 60}"
    parts = excerpt(text, "needle", length=90)
    assert "".join(part.text for part in parts).count("\n") == 0
    assert [part.text for part in parts if part.found] == ["needle"]
    assert parts[0].text.startswith("… word")
    assert parts[-1].text.endswith(" …")
    assert len("".join(part.text for part in parts)) <= 94


def test_an_excerpt_of_a_short_text_is_the_text() -> None:
    assert excerpt("  Just\n this ", "that", length=90) == [Piece("Just this", found=False)]
