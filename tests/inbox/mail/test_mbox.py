import tracemalloc
from pathlib import Path

import pytest

from inbox.mail.mbox import Entry, NotAnMbox, read, read_at

ENVELOPE = b"From ann@example.com Mon Jun  3 10:15:00 2024\n"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "mail.mbox"


def test_mails_come_in_order_with_position_and_offset(archive: Path) -> None:
    archive.write_bytes(ENVELOPE + b"Subject: 1\n\none\n\n" + ENVELOPE + b"Subject: 2\n\ntwo\n")
    assert list(read(archive)) == [
        Entry(1, 0, b"Subject: 1\n\none\n"),
        Entry(2, len(ENVELOPE) + 17, b"Subject: 2\n\ntwo\n"),
    ]


@pytest.mark.parametrize(
    "separator",
    [
        b"From - Mon Jun 03 10:15:00 2024",
        b"From 18012@xxx Mon Jun 03 10:15:00 +0000 2024",
        b"From MAILER-DAEMON Mon Jun  3 10:15:00 2024",
        b"From ann@example.com Mon, 3 Jun 2024 10:15:00 +0000",
        b"From ann lee@example.com  Mon Jun  3 10:15 2024",
        b"From ann@example.com 2024-06-03T10:15:00Z",
    ],
)
def test_separators_of_all_writers_are_known(archive: Path, separator: bytes) -> None:
    archive.write_bytes(separator + b"\nA: 1\n\nx\n\n" + separator + b"\nA: 2\n\ny")
    assert [entry.raw for entry in read(archive)] == [b"A: 1\n\nx\n", b"A: 2\n\ny"]


@pytest.mark.parametrize(
    "line",
    [
        b"\nFrom here on it is easy.\n",
        b"\nFrom Monday to Friday 2024 we are open.\n",
        b"no blank line before\nFrom ann@example.com Mon Jun  3 10:15:00 2024\n",
    ],
)
def test_from_in_a_body_does_not_end_a_mail(archive: Path, line: bytes) -> None:
    archive.write_bytes(ENVELOPE + b"A: 1\n\nx\n" + line)
    assert [entry.raw for entry in read(archive)] == [b"A: 1\n\nx\n" + line]


def test_escaped_from_lines_lose_one_mark(archive: Path) -> None:
    archive.write_bytes(ENVELOPE + b"A: 1\n\n>From here\n>>From there\n> From no\n")
    assert [entry.raw for entry in read(archive)] == [b"A: 1\n\nFrom here\n>From there\n> From no\n"]


def test_windows_line_ends_and_a_missing_last_one_are_fine(archive: Path) -> None:
    windows = ENVELOPE.replace(b"\n", b"\r\n")
    archive.write_bytes(windows + b"A: 1\r\n\r\nx\r\n\r\n" + windows + b"A: 2\r\n\r\ny")
    assert [entry.raw for entry in read(archive)] == [b"A: 1\r\n\r\nx\r\n", b"A: 2\r\n\r\ny"]


def test_what_stands_before_the_first_mail_is_reported(archive: Path) -> None:
    archive.write_bytes(b"exported by some program\n" + ENVELOPE + b"A: 1\n\nx\n")
    before, first = read(archive)
    assert before == Entry(0, 0, b"exported by some program\n", "This stands before the first mail of the archive.")
    assert (first.position, first.offset, first.error) == (1, 25, "")


def test_a_byte_order_mark_and_blank_lines_before_the_first_mail_are_nothing(archive: Path) -> None:
    archive.write_bytes(b"\xef\xbb\xbf\n\n" + ENVELOPE + b"A: 1\n\nx\n")
    assert list(read(archive)) == [Entry(1, 5, b"A: 1\n\nx\n")]


def test_an_empty_archive_holds_no_mail(archive: Path) -> None:
    archive.write_bytes(b"")
    assert list(read(archive)) == []


def test_another_file_is_refused_in_one_sentence(archive: Path) -> None:
    archive.write_bytes(b"Subject: a mail, but no archive\n\nhi\n")
    with pytest.raises(NotAnMbox) as caught:
        list(read(archive))
    assert str(caught.value) == 'mail.mbox is not an mbox file: no line in it begins a mail ("From sender date").'


def test_a_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotAnMbox, match="is a folder: give the mbox file inside it"):
        list(read(tmp_path))


def test_a_mail_too_large_is_reported_and_the_next_one_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inbox.mail.mbox.MAX_MAIL", 1024**2)
    archive.write_bytes(ENVELOPE + b"A: 1\n\n" + b"x" * 2**21 + b"\n\n" + ENVELOPE + b"A: 2\n\ny\n")
    large, small = read(archive)
    assert large.error == "This mail is larger than 1 MB."
    assert len(large.raw) <= 1024**2
    assert (small.position, small.raw, small.error) == (2, b"A: 2\n\ny\n", "")


def test_memory_stays_flat_over_a_long_archive(archive: Path) -> None:
    one = ENVELOPE + b"A: 1\n\n" + b"some words in a line\n" * 5_000 + b"\n"
    with archive.open("wb") as file:
        file.writelines(one for _ in range(60))
    tracemalloc.start()
    count = sum(1 for _ in read(archive))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60
    assert peak < 20 * len(one)


def test_a_mail_is_read_again_from_where_it_stands(archive: Path) -> None:
    archive.write_bytes(b"\xef\xbb\xbf" + b"".join(ENVELOPE + b"A: %d\n\n>From x\n\n" % n for n in range(3)))
    entries = list(read(archive))
    with archive.open("rb") as file:
        again = [read_at(file, entry.offset) for entry in reversed(entries)]
    assert [entry.raw for entry in reversed(again)] == [entry.raw for entry in entries]
    assert {entry.separator for entry in (*entries, *again)} == {ENVELOPE}


@pytest.mark.parametrize("content", [b"", b"short", b"A: 1\n\n" + b"x\n" * 100])
def test_where_no_mail_stands_any_more_none_is_read(archive: Path, content: bytes) -> None:
    archive.write_bytes(content)
    with archive.open("rb") as file, pytest.raises(NotAnMbox, match=r"^mail\.mbox "):
        read_at(file, 2)
