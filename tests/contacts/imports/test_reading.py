"""A file as people have them, and as nobody should: read, or refused in a sentence."""

import pytest

from contacts.imports import reading
from contacts.imports.reading import read
from crm.errors import Invalid

TEXT = "Name;E-Mail\nJörg Müller;joerg@example.com\n"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
        ("windows-1252", "windows-1252"),
    ],
)
def test_the_encoding_is_found(encoding: str, named: str) -> None:
    table = read(TEXT.encode(encoding))
    assert (table.encoding, table.delimiter, table.columns) == (named, ";", ["Name", "E-Mail"])
    assert list(table.rows) == [(2, ["Jörg Müller", "joerg@example.com"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_though_others_stand_in_the_values(delimiter: str) -> None:
    rows = [["Name", "Note"], ["A", "one, two; three"], ["B", "four | five"], ["C", "x"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    table = read(text.encode())
    assert (table.delimiter, [table.columns, *(cells for _, cells in table.rows)]) == (delimiter, rows)


def test_a_first_line_may_name_the_delimiter() -> None:
    table = read(b"sep=;\r\nname;note\r\nA;b,c\r\n")
    assert (table.delimiter, table.columns, list(table.rows)) == (";", ["name", "note"], [(2, ["A", "b,c"])])


def test_line_breaks_in_quotes_belong_to_the_value_and_empty_rows_count() -> None:
    table = read(b'name,note\r\n"A","one\r\ntwo"\r\n\r\n"B","say ""hi"""\r\n')
    assert list(table.rows) == [(2, ["A", "one\r\ntwo"]), (4, ["B", 'say "hi"'])]


def test_a_single_column_is_a_file_too() -> None:
    assert read(b"email\na@example.com\n").columns == ["email"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \r\n ", "The file is empty."),
        (b"PK\x03\x04rest", "This is a spreadsheet, not a CSV file."),
        (b"name\nA\0B\n", "it holds null bytes"),
        (bytes(range(256)) * 20, "it holds null bytes"),
        (b"name\n\x81\x8d\n", "The letters of this file cannot be read."),
        (b",".join([b"c"] * 101), "The file has 101 columns; at most 100 can be imported."),
    ],
)
def test_what_is_no_such_file_is_refused(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(content)
    assert sentence in refused.value.message


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_row() -> None:
    table = read(b'name,note\nA,b\n"B,' + b"x" * 200_000)
    with pytest.raises(Invalid) as refused:
        list(table.rows)
    assert refused.value.message.startswith("Row 3 cannot be read: one of its cells does not end.")


def test_a_line_of_many_megabytes_is_refused_not_chewed_on() -> None:
    table = read(b"name\n" + b"x" * (reading.LARGEST - 10))
    with pytest.raises(Invalid, match="Row 2 cannot be read"):
        list(table.rows)
    with pytest.raises(Invalid, match="larger than 25 MB"):
        read(b"name\n" + b"x" * reading.LARGEST)


def test_more_rows_than_can_be_imported_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    assert len(list(read(b"name\nA\nB\nC\n").rows)) == 3
    with pytest.raises(Invalid, match="more than 3 rows"):
        list(read(b"name\nA\nB\nC\nD\n").rows)
