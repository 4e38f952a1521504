import pytest
from django.db import OperationalError, connection
from django.test import Client


def test_a_live_process_asks_no_database(client: Client) -> None:
    answered = client.get("/healthz")
    assert (answered.status_code, answered.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_it_is_ready_while_the_database_answers(client: Client) -> None:
    answered = client.get("/readyz")
    assert (answered.status_code, answered.json()) == (200, {"status": "ok", "database": "ok"})
    assert "no-store" in answered.headers["Cache-Control"]


@pytest.mark.django_db
def test_it_is_not_ready_while_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", away)
    answered = client.get("/readyz")
    assert (answered.status_code, answered.json()["status"]) == (503, "unavailable")


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
