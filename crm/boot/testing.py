"""`manage.py test`: all checks, then all tests. With words of its own: pytest alone, with these words."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from crm.boot import PROJECT, debian

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SPREAD = ["-n", "2"]
# What a real deployment would set. Nothing here leads anywhere: `check --deploy` connects to nobody.
DEPLOYMENT = {
    "PARLEY_PUBLIC_URL": "https://crm.example.com",
    "PARLEY_SECRET_KEY": "only-for-this-check-0123456789-abcdefghijklmnopqrstuvwxyz",
    "PARLEY_CREDENTIALS_KEYS": "b25seS1mb3ItdGhpcy1jaGVjay0wMTIzNDU2Nzg5YWI=",
    "PARLEY_EMAIL_URL": "smtp://parley:password@mail.example.com:587",
}
# The tests' own database: an `up` that is running is left alone, and one that is not is not begun.
UNDER_TEST = {"DJANGO_SETTINGS_MODULE": "tests.settings"}


@dataclass(frozen=True)
class Check:
    name: str
    command: list[str]
    environ: dict[str, str] = field(default_factory=dict)


def main(words: list[str]) -> int:
    """The exit code: 0 only where every check and every test passed."""
    if words:
        return pytest(words)
    find_browser()
    find_mail_server()
    failed = [check.name for check in checks() if not passes(check)]
    if failed:
        print(f"Failed checks: {', '.join(failed)}. The tests run all the same.", flush=True)
    return max(pytest(SPREAD), 1 if failed else 0)


def checks() -> list[Check]:
    manage = [sys.executable, "manage.py"]
    return [
        Check("ruff check", [tool("ruff"), "check", "--quiet", "."]),
        Check("ruff format", [tool("ruff"), "format", "--check", "--quiet", "."]),
        # Its lint alone: its formatter breaks attributes that hold a condition, and adds white space to text.
        Check("djlint", [tool("djlint"), "templates", "--lint", "--quiet"]),
        Check("import-linter", [tool("lint-imports"), "--no-logo"]),
        Check("mypy", [tool("mypy"), "."]),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"], UNDER_TEST),
        Check("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], DEPLOYMENT),
    ]


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def passes(check: Check) -> bool:
    """One line for what is well; the whole output of what is not."""
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=PROJECT,
        env={**os.environ, **check.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{check.name:<16}{verdict:<8}{time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout.rstrip(), flush=True)
    return done.returncode == 0


def pytest(words: list[str]) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *words], cwd=PROJECT, check=False).returncode


def find_mail_server() -> None:
    """Dovecot, which the tests of mail read from. Debian puts it where only root looks for programs."""
    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or debian.install("dovecot-imapd"):
        return
    print(
        "No Dovecot here, so the tests of mail will fail: install one "
        "(on Debian and Ubuntu, as root: apt-get install dovecot-imapd).",
        flush=True,
    )


def find_browser() -> None:
    if any(map(shutil.which, BROWSERS)) or debian.install("chromium"):
        return
    print(
        "No Chromium here, so the tests of the pages will fail: install one "
        "(on Debian and Ubuntu, as root: apt-get install chromium).",
        flush=True,
    )
