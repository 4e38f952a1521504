import re

import pytest
from django.test import Client
from structlog.testing import capture_logs


def test_every_answer_carries_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/healthz").headers["X-Request-Id"] for _ in range(2))
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert first != second


def test_an_id_that_comes_along_is_taken_over(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "proxy-7.a_B"}).headers["X-Request-Id"] == "proxy-7.a_B"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space in", "line\u2028break", "a;b;c;d;e"])
def test_an_id_that_is_not_well_formed_is_replaced(client: Client, given: str) -> None:
    answered = client.get("/healthz", headers={"X-Request-Id": given.encode().decode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{32}", answered.headers["X-Request-Id"])


@pytest.mark.django_db
def test_an_answer_is_logged_once_without_its_query(client: Client) -> None:
    with capture_logs() as lines:
        client.get("/no-such-page?email=ann@example.com")
    (line,) = [line for line in lines if line["event"] == "answered"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/no-such-page", 404)
    assert "ann@example.com" not in str(lines)


def test_what_is_asked_every_few_seconds_is_not_logged(client: Client) -> None:
    with capture_logs() as lines:
        client.get("/healthz")
    assert lines == []
