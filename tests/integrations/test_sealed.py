"""Credentials at rest: sealed, never printed, sealed anew with another key, and readable by nobody without one."""

import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from crm.sealing import CannotOpen, Sealed, is_key, seal, unseal
from integrations.connecting import Opened
from integrations.models import Connection

SECRETS = {"api_key", "token", "webhook_secret"}


def at_rest() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM integrations_connection")
        return str(cursor.fetchone()[0])


def test_the_table_holds_no_secret(opened: Opened) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM integrations_connection c")
        row = cursor.fetchone()[0]
    assert not [one for one in opened.connection.secrets.values() if one in row]
    assert set(Connection.objects.get().secrets) == SECRETS


def test_printing_them_shows_their_names_alone(opened: Opened) -> None:
    secrets = Connection.objects.get().secrets
    assert f"{secrets} {secrets!r} {[secrets]}".count("<sealed: api_key, token, webhook_secret>") == 3
    assert str(Sealed()) == "<sealed: nothing>"


def test_a_new_key_seals_what_comes_and_the_command_what_is_there(opened: Opened, settings: Any, capsys: Any) -> None:
    old, new = settings.CREDENTIALS_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIALS_KEYS = [new, old]
    before = at_rest()
    call_command("rotate_credentials")
    lines = capsys.readouterr().out.splitlines()
    assert sorted(lines) == [
        "0 endpoints sealed with the first key.",
        "0 language models sealed with the first key.",
        "0 second steps of signing in sealed with the first key.",
        "1 connections sealed with the first key.",
    ]
    assert at_rest() != before
    settings.CREDENTIALS_KEYS = [new]
    assert Connection.objects.get().secrets["api_key"] == "plain-key-123"
    settings.CREDENTIALS_KEYS = [old]
    with pytest.raises(CannotOpen, match="PARLEY_CREDENTIALS_KEYS"):
        Connection.objects.get()


def test_without_the_right_key_the_command_changes_nothing(opened: Opened, settings: Any) -> None:
    settings.CREDENTIALS_KEYS = [Fernet.generate_key().decode()]
    before = at_rest()
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("rotate_credentials")
    assert at_rest() == before


def test_what_was_tampered_with_is_not_opened() -> None:
    token = seal({"a": "b"})
    assert unseal(token) == {"a": "b"}
    assert json.dumps({"a": "b"}) not in token
    with pytest.raises(CannotOpen):
        unseal(token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))


def test_a_key_is_32_bytes_in_url_safe_base64() -> None:
    assert is_key(Fernet.generate_key().decode())
    assert not is_key("short")
