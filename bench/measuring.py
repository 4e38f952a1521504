"""Few against many, turn about, so that whatever else the machine does falls on both."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from bench.filling import Side
from bench.paths import Path

ROUNDS = 15
SECONDS = 6.0


class NotThere(Exception):
    """The page does not exist in this version of the product."""


@dataclass(frozen=True)
class Result:
    """Milliseconds, as medians. `bare`: what the queries of the larger side take alone, without the page around."""

    name: str
    few: float
    many: float
    queries: tuple[int, int]
    bare: float

    @property
    def ratio(self) -> float:
        return self.many / self.few


def signed_in(side: Side) -> Browser:
    browser = Browser()
    browser.force_login(side.member.user, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def measured(path: Path, few: Side, many: Side, *, rounds: int = ROUNDS, seconds: float = SECONDS) -> Result:
    """Raises NotThere for a page that answers 404."""
    asks = [asking(side, path) for side in (few, many)]
    asked = [queries(ask) for ask in asks]
    taken: tuple[list[float], list[float]] = ([], [])
    until = time.perf_counter() + seconds
    gc.collect()
    while len(taken[0]) < min(2, rounds) or (len(taken[0]) < rounds and time.perf_counter() < until):
        for ask, times in zip(asks, taken, strict=True):
            times.append(milliseconds(ask))
    bare = median(milliseconds(lambda: replay(asked[1])) for _ in range(min(rounds, 5)))
    return Result(path.name, median(taken[0]), median(taken[1]), (len(asked[0]), len(asked[1])), bare)


def asking(side: Side, path: Path) -> Callable[[], None]:
    browser, url = signed_in(side), path.url(side)
    headers = {"HX-Request": "true"} if path.htmx else {}

    def ask() -> None:
        answer = browser.get(url, headers=headers)
        if answer.status_code == 404:
            raise NotThere(url)
        if answer.status_code != 200:
            raise RuntimeError(f"{url} answered {answer.status_code}: {answer.content[:300]!r}")

    return ask


def queries(ask: Callable[[], None]) -> list[str]:
    ask()  # once for what is only made the first time
    with CaptureQueriesContext(connection) as made:
        ask()
    return [query["sql"] for query in made.captured_queries]


def replay(asked: list[str]) -> None:
    with connection.cursor() as cursor:
        for query in asked:
            if query.lstrip().startswith("SELECT"):
                cursor.execute(query.replace("%", "%%"), [])
                cursor.fetchall()


def milliseconds(what: Callable[[], None]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000
