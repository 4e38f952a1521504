"""The `.venv` folder: made on first use, brought up to date when the requirements change. Standard library only."""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import venv
from pathlib import Path

from crm.boot import PROJECT, StartError, debian
from crm.boot.locks import lock_file

FOLDER = PROJECT / ".venv"
PYTHON = FOLDER / "bin" / "python"
# Names what is installed; absent while an installation runs, so one that was killed is started afresh.
STAMP = FOLDER / "parley.json"
RUNTIME = "requirements.txt"
FOR_TESTS = "requirements-dev.txt"
PIP_LINES = 12
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def enter(words: list[str], *, for_tests: bool) -> None:
    """Return once this process runs inside an up-to-date `.venv`; outside of it, start over there, same words."""
    wanted = fingerprint([RUNTIME, FOR_TESTS] if for_tests else [RUNTIME])
    if not is_current(wanted):
        with lock_file(PROJECT / RUNTIME):
            # Whoever held the lock before us has probably done it.
            if not is_current(wanted):
                install(wanted, for_tests=for_tests)
    if not is_inside():
        sys.stdout.flush()
        again = [str(PYTHON), str(PROJECT / "manage.py"), *words]
        os.execv(PYTHON, again)  # noqa: S606  # a list, no shell


def is_inside() -> bool:
    return Path(sys.prefix).resolve() == FOLDER.resolve()


def fingerprint(files: list[str]) -> dict[str, str]:
    return {name: hashlib.sha256((PROJECT / name).read_bytes()).hexdigest() for name in files}


def is_current(wanted: dict[str, str]) -> bool:
    """What is wanted is installed; there may be more (the requirements of the tests)."""
    return is_usable() and wanted.items() <= installed().items()


def is_usable() -> bool:
    """The folder was made to its end, and its Python is still the one that the packages are for. Which Python outside
    of it starts this makes no difference."""
    stamp = installed()
    if not stamp or not PYTHON.exists():
        return False
    return not is_inside() or stamp.get("python") == RUNNING


def installed() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def install(wanted: dict[str, str], *, for_tests: bool) -> None:
    """Make the folder if it is missing, half made or of another Python; have pip install exactly what is listed."""
    print("Installing what Parley needs into .venv (about a minute) …", file=sys.stderr, flush=True)
    python = installed()["python"] if is_usable() else None
    try:
        STAMP.unlink(missing_ok=True)
        if python is None:
            make_folder(may_install=for_tests)
        run_pip(FOR_TESTS if for_tests else RUNTIME)
        write_stamp({"python": python or RUNNING, **wanted})
    except OSError as error:
        raise StartError(f"{FOLDER} cannot be written ({error.strerror}): change the owner of {PROJECT}.") from None


def make_folder(*, may_install: bool) -> None:
    if importlib.util.find_spec("ensurepip") is None and not (may_install and debian.install("python3-venv")):
        raise StartError(
            "This Python cannot make virtual environments: install the missing part "
            "(on Debian and Ubuntu: apt-get install python3-venv), then run the same command again."
        )
    try:
        venv.create(FOLDER, clear=True, with_pip=True)
    except subprocess.CalledProcessError as error:
        raise StartError(f"Python could not make {FOLDER}:\n{last_lines(error.output)}") from None


def run_pip(requirements: str) -> None:
    """pip's own configuration (index, proxy, cache) applies: nothing here names a place to download from."""
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--require-hashes",
    ]
    try:
        done = subprocess.run(
            [*command, "--requirement", str(PROJECT / requirements)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        raise StartError(f"{PYTHON} does not run ({error.strerror}): remove {FOLDER} and try again.") from None
    if done.returncode:
        raise StartError(
            f"pip could not install {requirements}. Its last words:\n{last_lines(done.stdout)}\n"
            "Check the network and pip's settings, then run the same command again."
        )


def last_lines(output: bytes | None) -> str:
    lines = (output or b"").decode(errors="replace").strip().splitlines()
    return "\n".join(f"    {line}" for line in lines[-PIP_LINES:])


def write_stamp(contents: dict[str, str]) -> None:
    new = STAMP.with_suffix(".new")
    new.write_text(json.dumps(contents, indent=2))
    new.replace(STAMP)
