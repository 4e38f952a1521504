"""The mails these tests are about: our own, and CPython's where the machine's Python has its tests."""

from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures"
OURS = sorted(FOLDER.glob("*.eml"))


def raw(name: str) -> bytes:
    return (FOLDER / f"{name}.eml").read_bytes()


def cpythons() -> list[Path]:
    try:
        spec = find_spec("test.test_email")
    except ModuleNotFoundError:  # Debian's python3 leaves its tests out
        return []
    folders = spec.submodule_search_locations if spec else None
    return [path for folder in folders or [] for path in sorted(Path(folder, "data").glob("msg_*.txt"))]
