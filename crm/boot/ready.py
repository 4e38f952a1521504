"""The moment pages are served: what people and scripts that wait for it are told."""

import json
import os
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from crm.boot import StartError
from crm.boot.supervisor import Supervisor

START_SECONDS = 60
PAUSE = 0.05
FIELDS = ("email", "password", "api_key", "workspace")

# Whatever HTTP_PROXY says, this asks our own machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def wait_until_served(address: str, children: Supervisor) -> None:
    until = time.monotonic() + START_SECONDS
    while not _is_served(address):
        children.raise_if_ended("web")
        if time.monotonic() > until:
            raise StartError(f"The web server does not answer: see {children.log_of('web')}.")
        time.sleep(PAUSE)


def _is_served(address: str) -> bool:
    """Any answer but a failure will do: which host names and schemes are allowed is the installation's choice."""
    try:
        with _direct.open(f"{address}/readyz", timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def announce(url: str, data: Path, ready_file: Path | None) -> None:
    demo = _demo_sign_in(data)
    print(f"Parley runs at {url}", flush=True)
    if demo["email"]:
        print(f"Sign in as {demo['email']} with the password {demo['password']}", flush=True)
    print(f"Logs are in {data / 'logs'}. Ctrl-C stops it.", flush=True)
    if ready_file:
        write_private(ready_file, {"url": url, **demo})


def _demo_sign_in(data: Path) -> dict[str, Any]:
    """What `load_demo` left there; nulls where there is no demo workspace."""
    try:
        kept = json.loads((data / "demo.json").read_text())
    except FileNotFoundError:
        kept = {}
    return {field: kept.get(field) for field in FIELDS}


def write_private(path: Path, contents: dict[str, Any]) -> None:
    """All of it or nothing, for the owner's eyes only."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(contents, indent=2) + "\n")
        new.replace(path)
    except OSError as error:
        raise StartError(f"{path} cannot be written ({error.strerror}): choose another with --ready-file.") from None


def forget(ready_file: Path | None) -> None:
    """A file that an earlier run left would say that pages are served when they are not."""
    if ready_file:
        ready_file.unlink(missing_ok=True)
