"""Timed signatures: the vectors, and every way in which one is not right."""

from datetime import UTC, datetime

import pytest

from integrations.base import Forged
from integrations.signatures import check_any, check_timed

BODY = b'{"id":"evt_1","type":"visitor.identified"}'
AT = 1716480000
RIGHT = "b3483a8782b8d8d874d5c5323dd155219e766705fbe01c00d8bd723f73f7b754"
NOW = datetime.fromtimestamp(AT, UTC)


def check(header: str, *, body: bytes = BODY, secrets: tuple[str, ...] = ("whsec_test",), late: int = 0) -> None:
    check_timed(header, body, secrets, datetime.fromtimestamp(AT + late, UTC))


def test_the_published_vector_is_right_with_any_secret_that_is_active() -> None:
    check(f"t={AT},v1={RIGHT}")
    check(f"t={AT},v1={RIGHT.upper()}")
    check(f"t={AT}, v1={'0' * 64}, v1={RIGHT}", secrets=("old", "whsec_test"))


@pytest.mark.parametrize("late", [-300, 300])
def test_five_minutes_either_way_are_right(late: int) -> None:
    check(f"t={AT},v1={RIGHT}", late=late)


@pytest.mark.parametrize(
    ("header", "body", "secrets", "late"),
    [
        ("", BODY, ("whsec_test",), 0),
        (f"v1={RIGHT}", BODY, ("whsec_test",), 0),
        (f"t={AT}", BODY, ("whsec_test",), 0),
        (f"t={AT},t={AT},v1={RIGHT}", BODY, ("whsec_test",), 0),
        (f"t={AT}.0,v1={RIGHT}", BODY, ("whsec_test",), 0),
        (f"t={AT + 1},v1={RIGHT}", BODY, ("whsec_test",), 0),
        (f"t={AT},v1={RIGHT[:-1]}", BODY, ("whsec_test",), 0),
        (f"t={AT},v1=é", BODY, ("whsec_test",), 0),
        (f"t={AT},v0={RIGHT}", BODY, ("whsec_test",), 0),
        (f"t={AT},v1={RIGHT}", BODY + b" ", ("whsec_test",), 0),
        (f"t={AT},v1={RIGHT}", BODY, ("whsec_other",), 0),
        (f"t={AT},v1={RIGHT}", BODY, (), 0),
        (f"t={AT},v1={RIGHT}", BODY, ("",), 0),
        (f"t={AT},v1={RIGHT}", BODY, ("whsec_test",), 301),
        (f"t={AT},v1={RIGHT}", BODY, ("whsec_test",), -301),
    ],
)  # fmt: skip
def test_anything_else_is_forged(header: str, body: bytes, secrets: tuple[str, ...], late: int) -> None:
    with pytest.raises(Forged):
        check(header, body=body, secrets=secrets, late=late)


def test_an_empty_secret_signs_nothing() -> None:
    with pytest.raises(Forged):
        check_any(["b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"], b"", [""])
