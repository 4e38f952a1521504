"""Environment variables, read strictly: a malformed one raises `SettingError` with a sentence that names it."""

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from environs import Env, EnvError

from crm import sealing
from crm.boot import StartError

_env = Env()
SHORTEST_KEY = 32
# Every name that was asked for, so that a misspelt PARLEY_… can be told from a setting: see `crm.checks`.
known: set[str] = {"PARLEY_TEST_DATA"}


class SettingError(StartError):
    """A setting that cannot be used; its text says which one and what to do."""


def _read(kind: Callable[..., Any], name: str, default: Any, wanted: str) -> Any:
    known.add(name)
    if os.environ.get(name, "").strip() == "":
        return default
    try:
        return kind(name)
    except (EnvError, ValueError):
        raise SettingError(f"{name} must be {wanted}, not “{os.environ[name]}”.") from None


def text(name: str, default: str) -> str:
    return str(_read(_env.str, name, default, "a text")).strip()


def flag(name: str, *, default: bool) -> bool:
    return bool(_read(_env.bool, name, default, "true or false"))


def number(name: str, default: int, *, least: int = 0, most: int = 1_000_000) -> int:
    value = int(_read(_env.int, name, default, "a whole number"))
    if not least <= value <= most:
        raise SettingError(f"{name} must be from {least} to {most}, not {value}.")
    return value


def choice(name: str, default: str, options: list[str]) -> str:
    value = text(name, default)
    if value not in options:
        raise SettingError(f"{name} must be one of {', '.join(options)}, not “{value}”.")
    return value


def words(name: str) -> list[str]:
    """A list, separated by commas."""
    given: list[str] = _read(_env.list, name, [], "a list separated by commas")
    return [word.strip() for word in given if word.strip()]


def hosts(name: str) -> list[str]:
    """Host names as Django's ALLOWED_HOSTS takes them: no scheme, no port, no path."""
    given = words(name)
    for host in given:
        if not re.fullmatch(r"\*|\.?[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]", host):
            raise SettingError(f"{name} must list host names such as crm.example.com, not “{host}”.")
    return given


def origin(name: str, default: str) -> str:
    """A web address without a path: https://crm.example.com."""
    value = text(name, default).rstrip("/")
    if not _is_origin(value):
        raise SettingError(f"{name} must be an address such as https://crm.example.com, without a path: not “{value}”.")
    return value


def origins(name: str) -> list[str]:
    given = words(name)
    for value in given:
        if not _is_origin(value):
            raise SettingError(f"{name} must list addresses such as https://crm.example.com, not “{value}”.")
    return given


def url(name: str, default: str, schemes: list[str]) -> str:
    """A service's address. It may hold a password, so a refusal does not repeat it."""
    value = text(name, default)
    parts = _split(value)
    if parts is None or parts.scheme not in schemes:
        raise SettingError(f"{name} must be an address that starts with {' or '.join(f'{s}://' for s in schemes)}.")
    return value


def path(name: str, default: Path) -> Path:
    return Path(text(name, str(default))).expanduser().resolve()


def data_dir(base: Path) -> Path:
    """Where this installation keeps its database, broker queues and secrets, when no outside service is named."""
    return path("PARLEY_DATA", base / "var")


def public_url(data: Path) -> str:
    """`PARLEY_PUBLIC_URL`, or where `up` runs on this data folder, or ran last."""
    try:
        kept = (data / "up.lock").read_text().strip()
    except OSError:
        kept = ""
    return origin("PARLEY_PUBLIC_URL", kept if _is_origin(kept) else "http://127.0.0.1:8000")


def secret_key(data: Path) -> str:
    """`PARLEY_SECRET_KEY`, or a random one made once and kept in the data folder, readable by its owner alone."""
    given = text("PARLEY_SECRET_KEY", "")
    if given and len(given) < SHORTEST_KEY:
        raise SettingError(f"PARLEY_SECRET_KEY must have at least {SHORTEST_KEY} characters and be random.")
    return given or _kept_key(data / "secret_key")


def credentials_keys(data: Path) -> list[str]:
    """`PARLEY_CREDENTIALS_KEYS`, the one that seals first, or one made once and kept in the data folder."""
    given = words("PARLEY_CREDENTIALS_KEYS")
    if not all(sealing.is_key(key) for key in given):
        raise SettingError("PARLEY_CREDENTIALS_KEYS must list Fernet keys: 32 random bytes in URL-safe base64 each.")
    return given or [_kept_key(data / "credentials_key", sealing.new_key)]


def _kept_key(kept: Path, make: Callable[[], str] = lambda: secrets.token_urlsafe(48)) -> str:
    try:
        if not kept.exists():
            _keep_key(kept, make)
        return kept.read_text()
    except OSError as error:
        raise SettingError(
            f"The data folder {kept.parent} cannot be used ({error.strerror}): "
            "choose another with --data or PARLEY_DATA, or change its owner."
        ) from None


def _keep_key(kept: Path, make: Callable[[], str]) -> None:
    """Written beside and linked into place, so that of two first starts both read the same whole key."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    new = kept.with_name(f"{kept.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(make())
    try:
        os.link(new, kept)
    except FileExistsError:
        pass
    finally:
        new.unlink()


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  # reading it is what refuses a port that is no number
    except ValueError:
        return None
    return parts


def _is_origin(value: str) -> bool:
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return False
    return value == f"{parts.scheme}://{parts.netloc}"
