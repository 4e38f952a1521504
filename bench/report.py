"""The figures as a Markdown table, with what is needed to read them."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

import django
from django.db import connection

from bench.filling import FEW, Size
from bench.intake import Taken
from bench.measuring import Result

# Rendering the same number of rows with longer texts, and the noise of a busy machine, stay below this.
GROWS = 1.5


def table(results: Sequence[Result], many: Size) -> str:
    head = [
        f"| path | {FEW.conversations:,} | {many.conversations:,} | ratio | queries | its SQL alone |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    return "\n".join([*head, *(_line(one) for one in results)])


def _line(one: Result) -> str:
    ratio = f"**{one.ratio:.2f}**" if one.ratio > GROWS else f"{one.ratio:.2f}"
    if not any(one.queries):
        return f"| {one.name} | {one.few:.1f} ms | {one.many:.1f} ms | {ratio} | – | – |"
    queries = str(one.queries[0]) if one.queries[0] == one.queries[1] else f"**{one.queries[0]} → {one.queries[1]}**"
    return f"| {one.name} | {one.few:.1f} ms | {one.many:.1f} ms | {ratio} | {queries} | {one.bare:.1f} ms |"


def intake(taken: Sequence[Taken]) -> str:
    head = [
        "| intake | people | a second | bare upsert, a second | ratio | memory grew |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    return "\n".join([*head, *(_taken(one) for one in taken)])


def _taken(one: Taken) -> str:
    ours, bare = one.people / one.ours, one.people / one.bare
    return f"| {one.name} | {one.people:,} | {ours:,.0f} | {bare:,.0f} | {one.ratio:.2f} | {one.grown:.0f} MB |"


def machine() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0].split()[0]
    versions = f"Python {platform.python_version()}, Django {django.__version__}, PostgreSQL {postgres}"
    return f"{os.cpu_count()} cores, {_memory()} GB of memory, {versions}"


def _memory() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines() if Path("/proc/meminfo").exists() else []:
        if line.startswith("MemTotal:"):
            return round(int(line.split()[1]) / 1024 / 1024)
    return 0


def sizes(many: Size) -> str:
    return (
        f"{FEW.conversations:,} → {many.conversations:,} contacts and conversations, {FEW.messages:,} → "
        f"{many.messages:,} messages, {FEW.deals:,} → {many.deals:,} deals, a thread of {FEW.longest_thread:,} → "
        f"{many.longest_thread:,} messages"
    )
