"""`manage.py test`: all checks, then all tests. With words of its own: pytest alone, with these words."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from crm.boot import PROJECT, debian
from crm.boot.children import end_with_parent

# The shell is the same browser without the windows, which nobody sees here: a page costs two thirds of the work.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
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
    # By far the longest of the checks: it goes on while the tests run, whose processes often wait for each other.
    with ThreadPoolExecutor(1) as beside:
        types = beside.submit(run, Check("mypy", [tool("mypy"), "."]))
        failed = [check.name for check in checks() if not passes(run(check))]
        if failed:
            print(f"Failed checks: {', '.join(failed)}. The tests run all the same.", flush=True)
        tested = pytest(SPREAD)
        return max(tested, 1 if failed else 0, 0 if passes(types.result()) else 1)


def checks() -> list[Check]:
    """All but mypy."""
    manage = [sys.executable, "manage.py"]
    return [
        Check("ruff check", [tool("ruff"), "check", "--quiet", "."]),
        Check("ruff format", [tool("ruff"), "format", "--check", "--quiet", "."]),
        # Its lint alone: its formatter breaks attributes that hold a condition, and adds white space to text.
        Check("djlint", [tool("djlint"), "templates", "--lint", "--quiet"]),
        Check("import-linter", [tool("lint-imports"), "--no-logo"]),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"], UNDER_TEST),
        Check("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"], DEPLOYMENT),
    ]


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


@dataclass(frozen=True)
class Ran:
    check: Check
    code: int
    said: str
    seconds: float


def run(check: Check) -> Ran:
    """It ends with this process, whatever ends that."""
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
        preexec_fn=end_with_parent(signal.SIGKILL),
    )
    return Ran(check, done.returncode, done.stdout, time.monotonic() - started)


def passes(ran: Ran) -> bool:
    """One line for what is well; the whole output of what is not."""
    verdict = "FAILED" if ran.code else "ok"
    print(f"{ran.check.name:<16}{verdict:<8}{ran.seconds:5.1f} s", flush=True)
    if ran.code:
        print(ran.said.rstrip(), flush=True)
    return ran.code == 0


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


def browser_path() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def find_browser() -> None:
    """The shell is asked for first even where there is another; an older Debian has none."""
    if shutil.which(BROWSERS[0]) or debian.install(BROWSERS[0]) or browser_path() or debian.install("chromium"):
        return
    print(
        "No Chromium here, so the tests of the pages will fail: install one "
        "(on Debian and Ubuntu, as root: apt-get install chromium).",
        flush=True,
    )
