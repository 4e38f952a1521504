import os
import subprocess
import sys

import pytest
from django.core.checks import CheckMessage
from pytest_django.fixtures import Settings

from crm import checks
from crm.boot import PROJECT
from crm.boot.testing import DEPLOYMENT


def ids(found: list[CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_a_misspelt_setting_is_named_with_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PUBLICURL", "https://crm.example.com")
    (found,) = checks.settings_are_known()
    assert (found.id, found.msg) == ("parley.W001", "PARLEY_PUBLICURL is not a setting of Parley.")
    assert found.hint == "Did you mean PARLEY_PUBLIC_URL?"


def test_an_unencrypted_address_is_an_error(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://crm.example.com"
    assert ids(checks.public_url_is_https()) == ["parley.E001"]
    settings.PUBLIC_URL = "https://crm.example.com"
    assert checks.public_url_is_https() == []


def test_a_key_that_the_data_folder_made_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARLEY_SECRET_KEY", raising=False)
    assert ids(checks.key_is_chosen()) == ["parley.E002"]
    monkeypatch.setenv("PARLEY_SECRET_KEY", "x" * 50)
    assert checks.key_is_chosen() == []


def test_credentials_sealed_with_a_key_of_the_data_folder_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARLEY_CREDENTIALS_KEYS", raising=False)
    assert ids(checks.credentials_key_is_chosen()) == ["parley.E006"]
    monkeypatch.setenv("PARLEY_CREDENTIALS_KEYS", "x")
    assert checks.credentials_key_is_chosen() == []


def test_accepting_every_host_is_an_error(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["crm.example.com", "*"]
    assert ids(checks.hosts_are_named()) == ["parley.E003"]
    settings.ALLOWED_HOSTS = ["crm.example.com"]
    assert checks.hosts_are_named() == []


@pytest.mark.django_db
def test_an_old_postgresql_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.postgresql_is_new_enough(app_configs=None, databases=["default"]) == []
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", (99,))
    assert ids(checks.postgresql_is_new_enough(app_configs=None, databases=["default"])) == ["parley.E004"]


def test_mail_that_is_only_printed_is_an_error(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert ids(checks.mail_is_sent()) == ["parley.E005"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert checks.mail_is_sent() == []


def test_a_deployment_is_clean() -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT,
        env={**environ, **DEPLOYMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr, done.stdout) == (
        0,
        "",
        "System check identified no issues (0 silenced).\n",
    )
