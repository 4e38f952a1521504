"""Rules of the house that no tool knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm.boot import PROJECT

ROOMS = ["accounts", "activity", "clients", "contacts", "crm", "deals", "inbox", "integrations", "reports", "webhooks"]
RULES = [
    path for room in ROOMS for name in ("models", "actions", "queries") for path in (PROJECT / room).rglob(f"{name}.py")
]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_what_holds_the_rules_knows_nothing_of_http(path: Path) -> None:
    assert [name for name in imported(path) if name.startswith(("django.http", "rest_framework"))] == []


def blocks(page: str) -> dict[str, str]:
    """A template's blocks: the outermost, each with all that stands in it."""
    found: dict[str, str] = {}
    open_blocks: list[tuple[str, int]] = []
    for tag in re.finditer(r"{% (?:block (\w+)|endblock)[^%]*%}", page):
        if tag[1]:
            open_blocks.append((tag[1], tag.end()))
        elif open_blocks:
            name, begins = open_blocks.pop()
            if not open_blocks:
                found[name] = page[begins : tag.start()]
    return found


def test_no_block_of_a_page_reads_what_another_has_set() -> None:
    """Django forgets it at the end of the block: an address made of it would be empty, and lead to where one is."""
    wrong = []
    for path in (PROJECT / "templates").rglob("*.html"):
        inside = blocks(path.read_text())
        sets = {name: set(re.findall(r" as (\w+) %}", words)) for name, words in inside.items()}
        for name, words in inside.items():
            of_others = set().union(*sets.values()) - sets[name]
            read = {one for one in of_others if re.search(rf"{{[{{%][^}}]*\b(?<!\.){one}\b", words)}
            wrong += [f"{path.name}: {one} in {name}" for one in sorted(read)]
    assert wrong == []
