"""Environment variables, read strictly: a malformed one raises `SettingError` with a sentence that names it."""

import os
import secrets
from pathlib import Path

from environs import Env, EnvError

_env = Env()


class SettingError(Exception):
    """A setting that cannot be used; its text says which one and what to do."""


def text(name: str, default: str) -> str:
    return str(_env.str(name, default))


def flag(name: str, default: bool) -> bool:
    try:
        return bool(_env.bool(name, default))
    except EnvError:
        raise SettingError(f"{name} must be true or false, not “{os.environ[name]}”.") from None


def number(name: str, default: int) -> int:
    try:
        return int(_env.int(name, default))
    except EnvError:
        raise SettingError(f"{name} must be a whole number, not “{os.environ[name]}”.") from None


def words(name: str, default: list[str] | None = None) -> list[str]:
    return [word.strip() for word in _env.list(name, default or []) if word.strip()]


def path(name: str, default: Path) -> Path:
    return Path(_env.str(name, str(default))).expanduser().resolve()


def data_dir(base: Path) -> Path:
    """Where this installation keeps its database, broker queues and secrets, when no outside service is named."""
    return path("PARLEY_DATA", base / "var")


def secret_key(data: Path) -> str:
    """`PARLEY_SECRET_KEY`, or a random one made once and kept in the data folder, readable by its owner alone."""
    given = text("PARLEY_SECRET_KEY", "")
    if given:
        return given
    kept = data / "secret_key"
    if not kept.exists():
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return kept.read_text()
