"""How fast people of an outside system are taken in, against the least that writing the same rows can cost: one INSERT
… ON CONFLICT for a page of contacts and one for their addresses, turn about with the product's own."""

import gc
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from accounts.actors import connected
from accounts.models import Workspace
from activity.models import Event
from bench.rows import unwatched
from contacts.addresses import EMAIL, PHONE, Address
from contacts.incoming import Known, take_in
from contacts.models import Contact, Identity

MANY, QUICK = 100_000, 10_000
PAGE = 100
SYSTEM = "bench"


@dataclass(frozen=True)
class Taken:
    """Seconds for all people, taken in and written bare; megabytes by which the process grew after the first tenth."""

    name: str
    people: int
    ours: float
    bare: float
    grown: float

    @property
    def ratio(self) -> float:
        return self.ours / self.bare


def measured(people: int) -> list[Taken]:
    ours, bare = (Workspace.objects.create(slug=f"intake-{name}", name=name) for name in ("ours", "bare"))
    try:
        return [
            _both("People taken in: new", ours, bare, people, "Person"),
            _both("People taken in: the same again", ours, bare, people, "Person"),
            _both("People taken in: each with another name", ours, bare, people, "Somebody"),
        ]
    finally:
        _clear(ours, bare)


def _both(name: str, ours: Workspace, bare: Workspace, people: int, called: str) -> Taken:
    actor = connected(ours, "Bench", uuid5(ours.pk, "connection"), None)
    taken, written, sizes = 0.0, 0.0, list[float]()
    gc.collect()
    for page in _pages(people, called):
        taken += _seconds(partial(take_in, actor=actor, client_id=None, people=page))
        written += _seconds(partial(_write, bare, page))
        sizes.append(megabytes())
    return Taken(name, people, taken, written, max(sizes) - max(sizes[: max(1, len(sizes) // 10)]))


def _pages(people: int, called: str) -> Iterator[list[Known]]:
    for first in range(0, people, PAGE):
        yield [
            Known(
                SYSTEM, f"p{n}",
                [Address(EMAIL, f"person{n}@mail.example"), Address(PHONE, f"+4930{n:07}")],
                {"name": f"{called} {n}", "company": f"Company {n // 7}", "custom_fields.city": "Pune"},
                source="Bench",
            )
            for n in range(first, first + PAGE)
        ]  # fmt: skip


def _seconds(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


_CONTACTS = """
INSERT INTO contacts_contact (id, workspace_id, name, email, phone, company, custom_fields, source, status,
  field_origins, compared_version, version, created_at, updated_at, last_activity_at)
SELECT id, workspace, name, email, phone, company, custom, 'Bench', 'active', '{}', 0, 1, now(), now(), now()
FROM jsonb_to_recordset(%s)
  AS given(id uuid, workspace uuid, name text, email text, phone text, company text, custom jsonb)
ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, email = EXCLUDED.email, phone = EXCLUDED.phone,
  company = EXCLUDED.company, custom_fields = EXCLUDED.custom_fields, updated_at = EXCLUDED.updated_at
"""
_IDENTITIES = """
INSERT INTO contacts_identity (id, workspace_id, contact_id, kind, value, written, created_at)
SELECT id, workspace, contact, kind, value, value, now()
FROM jsonb_to_recordset(%s) AS given(id uuid, workspace uuid, contact uuid, kind text, value text)
ON CONFLICT (wall, kind, value) DO UPDATE SET written = EXCLUDED.written
"""


@transaction.atomic
def _write(workspace: Workspace, page: list[Known]) -> None:
    contacts, identities, wall = list[dict[str, Any]](), list[dict[str, str]](), str(workspace.pk)
    for one in page:
        pk = uuid5(workspace.pk, one.key)
        email, phone = (address.value for address in one.addresses)
        custom = {"city": one.fields["custom_fields.city"]}
        contacts.append(
            {"id": str(pk), "workspace": wall, "name": one.fields["name"], "email": email, "phone": phone,
             "company": one.fields["company"], "custom": custom}
        )  # fmt: skip
        for kind, value in ((SYSTEM, one.key), (EMAIL, email), (PHONE, phone)):
            address = {"id": str(uuid5(pk, kind)), "workspace": wall, "contact": str(pk), "kind": kind, "value": value}
            identities.append(address)
    with connection.cursor() as cursor:
        cursor.execute(_CONTACTS, [json.dumps(contacts)])
        cursor.execute(_IDENTITIES, [json.dumps(identities)])


def _clear(*workspaces: Workspace) -> None:
    ids: list[UUID] = [workspace.pk for workspace in workspaces]
    with unwatched(), connection.cursor() as cursor:
        for model in (Event, Identity, Contact):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE workspace_id = ANY(%s)", [ids])  # noqa: S608
    Workspace.objects.filter(pk__in=ids).delete()


def megabytes() -> float:
    """What the process holds in memory now."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)
