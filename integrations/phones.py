"""Phone numbers as outside systems write them: with a country's code or without, with the plus or without."""

import re
from collections.abc import Callable, Iterator, Sequence

import phonenumbers

from contacts.addresses import PHONE, Address, address

_BARE = re.compile(r"[1-9][0-9 ().-]{8,20}")


def phone(written: str, regions: Sequence[str], *, coded: bool = False) -> Address:
    """The number as people in the first of `regions` (ISO 3166) would read it who know it for one of theirs; else with
    a plus before it; else as it might be one. coded: the system always writes the country's code, so that the plus
    goes first. Raises Invalid where it is none."""
    local, plus = [(written, region) for region in regions], [*_with_plus(written)]
    for fits, readings in (
        (phonenumbers.is_valid_number, plus + local if coded else local + plus),
        (phonenumbers.is_possible_number, local + plus),
    ):
        for text, region in readings:
            if _reads(text, region, fits):
                return Address(PHONE, address(PHONE, text, region=region).value, written[:500])
    return address(PHONE, written, region=regions[-1])


def _with_plus(written: str) -> Iterator[tuple[str, str]]:
    bare = written.strip()
    if _BARE.fullmatch(bare):
        yield f"+{bare}", "ZZ"


def _reads(text: str, region: str, fits: Callable[[phonenumbers.PhoneNumber], bool]) -> bool:
    try:
        return fits(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False
