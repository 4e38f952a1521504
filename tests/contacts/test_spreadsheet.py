"""What a spreadsheet might calculate with is made text, and reads back as it was."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.imports.reading import read
from contacts.spreadsheet import guarded, unguarded

# What attackers begin with, and what may stand around it.
NASTY = st.text(st.sampled_from("=+-@＝＋－＠'\"“ \t\r\n\u00a0\u200b\ufeff;,|a1"), max_size=8)


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", '"=1', "\u00a0=1", "\u200b=1", "＝1", "＋1",
        "－1", "＠1", "\ufeff=1", "\tplain", "'=1", "''=1", "+49 30 901820", "“=1",
    ],
)  # fmt: skip
def test_what_could_be_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["", "Priya", "O'Brien", "'s-Gravenhage", "a=b", "1-2", "priya@example.com", "'", " x"]
)
def test_what_could_not_stays_as_it_is(cell: str) -> None:
    assert guarded(cell) == unguarded(cell) == cell


@example("'=")
@example("''+1")
@given(st.one_of(st.text(), NASTY))
def test_it_reads_back_as_it_was(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell


@given(st.one_of(st.text(), NASTY))
def test_no_cell_that_was_guarded_begins_like_a_formula(cell: str) -> None:
    bare = guarded(cell).lstrip(' \u00a0\u200b\ufeff"“')
    assert not bare.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n"))


CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=20)


@given(st.lists(st.lists(st.one_of(CELLS, NASTY), min_size=3, max_size=3), min_size=1, max_size=6))
def test_a_file_that_we_write_is_read_as_it_was(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["one", "two", "three"], *([guarded(cell) for cell in row] for row in rows)])
    table = read(text.getvalue().encode("utf-8-sig"))
    assert table.columns == ["one", "two", "three"]
    found = [[unguarded(cell) for cell in cells] for _, cells in table.rows]
    assert found == [row for row in rows if any(guarded(cell).strip() for cell in row)]
