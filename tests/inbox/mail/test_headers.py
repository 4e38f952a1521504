from datetime import UTC, datetime

import pytest

from inbox.mail import headers
from inbox.mail.parsed import Address


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("ann@example.com", [("", "ann@example.com")]),
        ("Ann Lee <Ann@Example.COM>", [("Ann Lee", "ann@example.com")]),
        ('"Lee, Ann" <ann@example.com>; bob@example.com', [("Lee, Ann", "ann@example.com"), ("", "bob@example.com")]),
        ("ann@example.com (Ann Lee)", [("Ann Lee", "ann@example.com")]),
        ('"ann@example.com" <ann@example.com>', [("", "ann@example.com")]),
        ('"Ann \\"The Lee\\"" <ann@example.com>', [('Ann "The Lee', "ann@example.com")]),
        ("<ann@example.com", [("", "ann@example.com")]),
        ("Team: ann@example.com, bob@example.com;", [("", "ann@example.com"), ("", "bob@example.com")]),
        ("undisclosed-recipients:;", []),
        ("mailto:ann@example.com", [("", "ann@example.com")]),
        ("'ann@example.com' <bob@example.com>", [("ann@example.com", "bob@example.com")]),
        ("Ann <ann@exam\r\n ple.com>", [("Ann", "ann@example.com")]),
        ("", []),
        ('"' * 999 + "<(" * 999, []),
    ],
)
def test_addresses_are_found_in_every_form(value: str, found: list[tuple[str, str]]) -> None:
    assert headers.addresses(value) == tuple(Address(name, email) for name, email in found)


@pytest.mark.parametrize(
    ("value", "ids"),
    [
        ("<a@x> <b@x>\r\n <a@x>", ("a@x", "b@x")),
        ("a@x", ("a@x",)),
        ('Your message of "Mon" <a@x>', ("a@x",)),
        ("<long\r\n er@x>", ("longer@x",)),
        ("nothing", ()),
        ("<" + "x" * 600 + "@x>", ()),
    ],
)
def test_ids_are_found_in_every_form(value: str, ids: tuple[str, ...]) -> None:
    assert headers.message_ids(value) == ids


def test_of_many_ids_the_root_and_the_newest_are_kept() -> None:
    ids = headers.message_ids(" ".join(f"<{n}@x>" for n in range(500)))
    assert (len(ids), ids[0], ids[1], ids[-1]) == (100, "0@x", "401@x", "499@x")


@pytest.mark.parametrize(
    ("value", "utc"),
    [
        ("Mon, 3 Jun 2024 10:15:00 +0200", (2024, 6, 3, 8, 15)),
        ("Mon, 3 Jun 2024 10:15:00 +0200 (CEST)", (2024, 6, 3, 8, 15)),
        ("3 Jun 2024 10:15 EST", (2024, 6, 3, 15, 15)),
        ("Mon, 03 Jun 2024 10:15:00 MESZ", (2024, 6, 3, 8, 15)),
        ("Mon, 3 Jun 2024 10:15:00", (2024, 6, 3, 10, 15)),
        ("Mon, 3 Jun 2024 10:15:00 +9900", (2024, 6, 3, 10, 15)),
        ("2024-06-03T10:15:00+02:00", (2024, 6, 3, 8, 15)),
        ("Mon Jun  3 10:15:00 2024", (2024, 6, 3, 10, 15)),
    ],
)
def test_dates_are_read_into_utc(value: str, utc: tuple[int, int, int, int, int]) -> None:
    assert headers.date(value) == datetime(*utc, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["", "   ", "soon", "Mon, 31 Feb 2024 10:15:00 +0000", "1 Jan 1601 00:00:00", ",,,", "0"]
)
def test_what_is_no_date_is_none(value: str) -> None:
    assert headers.date(value) is None
