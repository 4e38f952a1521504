"""One run: the rows, if they are not there yet, then each path, then the table."""

import sys
from collections.abc import Callable

from django.core.management import call_command
from django.db import connection

from bench import audit, dry_runs, erasing, filling, intake, measuring, moves, report, reports, streams
from bench.filling import Side
from bench.paths import PATHS

QUICK_ROUNDS, QUICK_SECONDS = 5, 1.5


def run(*, quick: bool, only: str, fresh: bool) -> None:
    many_size = filling.QUICK if quick else filling.MANY
    if fresh:
        _empty()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    few, many = _sides(many_size, "quick" if quick else "many")
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (measuring.ROUNDS, measuring.SECONDS)
    results = []
    for path in PATHS:
        if only.lower() not in path.name.lower():
            continue
        try:
            results.append(measuring.measured(path, few, many, rounds=rounds, seconds=seconds))
        except measuring.NotThere:
            _tell(f"{path.name}: not in this version")
            continue
        _tell(f"{path.name}: {results[-1].few:.1f} → {results[-1].many:.1f} ms")
    if not only or only.lower() in "live open browsers":
        results.append(streams.measured(many))
    taken = []
    if not only or only.lower() in "people taken in":
        taken = intake.measured(intake.QUICK if quick else intake.MANY)
    tables = [report.table(results, many_size), *([report.intake(taken)] if taken else [])]
    if not only or only.lower() in "reports":
        tables.append(reports.table(reports.measured(quick=quick), quick=quick))
        tables.append(reports.talked_table(reports.talked(many), many_size))
    tables += _agencies(many, quick=quick, only=only)
    lines = [report.sizes(many_size), "", "\n\n".join(tables), "", report.machine()]
    sys.stdout.write("\n".join(lines) + "\n")


def _agencies(many: Side, *, quick: bool, only: str) -> list[str]:
    """What is not asked for all day."""
    of: dict[str, Callable[[], str]] = {
        "audit": lambda: audit.told(audit.QUICK if quick else audit.MANY),
        "dry runs": lambda: dry_runs.table(dry_runs.measured(many, dry_runs.QUICK if quick else dry_runs.MANY)),
        "moves": lambda: moves.table(moves.measured(many, moves.QUICK if quick else moves.MOVES)),
        "erasing": lambda: erasing.table(erasing.measured(erasing.QUICK if quick else erasing.MANY)),
    }
    return [measure() for name, measure in of.items() if not only or only.lower() in name]


def _sides(size: filling.Size, slug: str) -> tuple[Side, Side]:
    _tell(f"Rows: {report.sizes(size)} …")
    sides = filling.side("few", filling.FEW), filling.side(slug, size)
    filling.settle()
    return sides


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
