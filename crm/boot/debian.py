"""System packages, where the machine is a Debian (or its kin) and ours to change. Standard library only."""

import os
import shutil
import subprocess
import sys


def can_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(package: str) -> bool:
    """Install one Debian package; False where that is not possible."""
    if not can_install():
        return False
    print(f"Installing Debian's {package} …", file=sys.stderr, flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return _apt(["update"], quiet) and _apt(["install", "--yes", "--no-install-recommends", package], quiet)


def _apt(words: list[str], environ: dict[str, str]) -> bool:
    done = subprocess.run(
        ["apt-get", "-qq", *words],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0
