"""One request of the world, rolled back, with what it answered and what it wrote."""

import json
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection, transaction

from tests.walls.world import Who, World

# Written by whoever asks, whatever they ask.
OF_THE_ASKING = ("accounts_requestcount", "django_session")
# What the clock alone may change from one answer to the next.
PASSING = ("X-Request-Id", "X-RateLimit", "Set-Cookie")
_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_PASSING = re.compile(
    r'"request_id": ?"[^"]*"|csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|nonce="[^"]*"'
)
_WRITES = """
SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables
WHERE n_tup_ins + n_tup_upd + n_tup_del > 0 AND NOT relname = ANY(%s)
"""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str
    changed: frozenset[str]

    @property
    def ids(self) -> set[str]:
        """Every id in it, wherever it stands."""
        whole = f"{self.text}\n{self.headers}"
        return {str(UUID(found)) for found in _ID.findall(whole)}

    def apart_from(self, *ids: UUID) -> str:
        """All of it but for what differs from request to request, and for these ids."""
        kept = {name: value for name, value in self.headers.items() if not name.startswith(PASSING)}
        whole = _PASSING.sub("", f"{self.status} {sorted(kept.items())} {self.text}")
        for each in ids:
            whole = whole.replace(str(each), "ID").replace(each.hex, "ID")
        return re.sub(r"Content-Length', '\d+'", "", whole)


def ask(
    world: World, who: Who, method: str, path: str, body: Mapping[str, Any] | None = None, *, part: bool = False
) -> Answer:
    """As `who`; a body of the API as JSON, a page's as a form. part: as htmx asks."""
    browser = world.browsers[who]
    cookies = copy(browser.cookies)
    headers = {"HX-Request": "true"} if part else {}
    with transaction.atomic():
        response = browser.generic(method, *_sent(method, path, body), headers=headers)
        text = b"".join(response.streaming_content if response.streaming else [response.content])
        changed = frozenset(name for name in _written(world) if _fingerprint(name) != world.prints[name])
        transaction.set_rollback(True)
    browser.cookies = cookies  # what it was told stays with this request
    return Answer(response.status_code, dict(response.headers), text.decode(errors="replace"), changed)


def _sent(method: str, path: str, body: Mapping[str, Any] | None) -> tuple[str, bytes, str]:
    if method in ("GET", "HEAD"):
        return (f"{path}?{urlencode(body, doseq=True)}" if body else path), b"", ""
    if path.startswith(("/api/", "/mail/")):
        return path, json.dumps(body or {}, default=str).encode(), "application/json"
    return path, urlencode(body or {}, doseq=True).encode(), "application/x-www-form-urlencoded"


def _written(world: World) -> list[str]:
    """The tables that were written to since one last looked, though it may be as it was. PostgreSQL counts that for
    each transaction, what was rolled back in it too."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITES, [list(OF_THE_ASKING)])
        counts = dict(cursor.fetchall())
    before, world.counts = world.counts, counts
    return [name for name, count in counts.items() if count != before.get(name, 0)]


def _fingerprint(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t")
        return str(cursor.fetchone()[0])


def fingerprints() -> dict[str, str]:
    """Of every table."""
    return {name: _fingerprint(name) for name in connection.introspection.table_names()}
