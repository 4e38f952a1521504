"""Rules of the house that no tool knows."""

import ast
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
