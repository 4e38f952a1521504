"""A malformed setting stops the start with a sentence that names it and says what is wanted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crm import env, sealing
from crm.database import connection_settings
from crm.env import SettingError
from crm.mail import mail_settings

NAME = "PARLEY_UNDER_TEST"


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (lambda: env.flag(NAME, default=False), "maybe", "must be true or false, not “maybe”."),
        (lambda: env.number(NAME, 1), "many", "must be a whole number, not “many”."),
        (lambda: env.number(NAME, 1, least=1, most=9), "10", "must be from 1 to 9, not 10."),
        (lambda: env.choice(NAME, "a", ["a", "b"]), "c", "must be one of a, b, not “c”."),
        (
            lambda: env.hosts(NAME),
            "https://crm.example.com",
            "must list host names such as crm.example.com, not “https://crm.example.com”.",
        ),
        (
            lambda: env.origin(NAME, ""),
            "crm.example.com",
            "must be an address such as https://crm.example.com, without a path: not “crm.example.com”.",
        ),
        (
            lambda: env.origin(NAME, ""),
            "https://crm.example.com/app",
            "must be an address such as https://crm.example.com, without a path: not “https://crm.example.com/app”.",
        ),
        (
            lambda: env.origin(NAME, ""),
            "https://crm.example.com:port",
            "must be an address such as https://crm.example.com, without a path: not “https://crm.example.com:port”.",
        ),
        (
            lambda: env.origins(NAME),
            "https://a.example,b.example",
            "must list addresses such as https://crm.example.com, not “b.example”.",
        ),
        (
            lambda: env.url(NAME, "", ["redis", "amqp"]),
            "http://user:hunter2@x",
            "must be an address that starts with redis:// or amqp://.",
        ),
        (
            lambda: mail_settings(NAME),
            "smtp://:587",
            "must name a host: smtp://user:password@mail.example.com:587.",
        ),
    ],
)
def test_a_malformed_value_is_refused(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], Any], value: str, sentence: str
) -> None:
    monkeypatch.setenv(NAME, value)
    with pytest.raises(SettingError) as refused:
        read()
    assert str(refused.value) == f"{NAME} {sentence}"


@pytest.mark.parametrize(
    "value", ["mysql//x", "postgresql://", "not a url", "postgresql://u:hunter2@host:port/name", "sqlite:///x"]
)
def test_a_malformed_database_url_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(SettingError) as refused:
        connection_settings(tmp_path)
    assert str(refused.value) == "DATABASE_URL must look like postgresql://user:password@host:5432/name."


def test_a_database_url_is_read_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:p%40ss@db.example:6432/parley?sslmode=require")
    read = connection_settings(tmp_path, pool=7)
    assert (read["HOST"], read["PORT"], read["NAME"]) == ("db.example", "6432", "parley")
    assert (read["USER"], read["PASSWORD"]) == ("ann", "p@ss")
    assert read["OPTIONS"] == {
        "connect_timeout": 5,
        "sslmode": "require",
        "pool": {"min_size": 2, "max_size": 7, "timeout": 10},
    }


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "")
    assert env.number(NAME, 7) == 7
    assert env.flag(NAME, default=True) is True


def test_a_secret_key_is_made_once_and_kept_private(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PARLEY_SECRET_KEY", raising=False)
    first = env.secret_key(tmp_path / "data")
    assert len(first) == 64
    assert env.secret_key(tmp_path / "data") == first
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_the_key_of_stored_credentials_is_made_once_or_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PARLEY_CREDENTIALS_KEYS", raising=False)
    made = env.credentials_keys(tmp_path)
    assert (env.credentials_keys(tmp_path), [sealing.is_key(key) for key in made]) == (made, [True])
    assert (tmp_path / "credentials_key").stat().st_mode & 0o777 == 0o600
    given = [sealing.new_key(), sealing.new_key()]
    monkeypatch.setenv("PARLEY_CREDENTIALS_KEYS", ", ".join(given))
    assert env.credentials_keys(tmp_path) == given
    monkeypatch.setenv("PARLEY_CREDENTIALS_KEYS", f"{given[0]},short")
    with pytest.raises(env.SettingError, match="PARLEY_CREDENTIALS_KEYS must list Fernet keys") as refused:
        env.credentials_keys(tmp_path)
    assert given[0] not in str(refused.value)


def test_a_short_secret_key_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARLEY_SECRET_KEY", "changeme")
    with pytest.raises(SettingError, match="must have at least 32 characters"):
        env.secret_key(tmp_path)


@pytest.mark.parametrize(
    ("value", "host", "port", "starttls", "tls"),
    [
        ("smtp://mail.example.com", "mail.example.com", 587, True, False),
        ("smtps://ann:p%2Fw@mail.example.com", "mail.example.com", 465, False, True),
        ("smtp://mail.example.com:2525", "mail.example.com", 2525, True, False),
    ],
)
def test_a_mail_address_is_read_whole(
    monkeypatch: pytest.MonkeyPatch, value: str, host: str, port: int, starttls: bool, tls: bool
) -> None:
    monkeypatch.setenv(NAME, value)
    read = mail_settings(NAME)
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"], read["EMAIL_USE_SSL"]) == (
        host,
        port,
        starttls,
        tls,
    )


def test_commands_know_the_address_where_up_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PARLEY_PUBLIC_URL", raising=False)
    assert env.public_url(tmp_path) == "http://127.0.0.1:8000"
    (tmp_path / "up.lock").write_text("http://127.0.0.1:8710")
    assert env.public_url(tmp_path) == "http://127.0.0.1:8710"
    (tmp_path / "up.lock").write_text("")
    assert env.public_url(tmp_path) == "http://127.0.0.1:8000"
    monkeypatch.setenv("PARLEY_PUBLIC_URL", "https://crm.example.com")
    assert env.public_url(tmp_path) == "https://crm.example.com"
