"""Answers that take their time, and a clock that takes none: what a person does meanwhile is the point of a test."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Route

PATIENCE = 15


def holding(page: Page, path: str) -> list[Route]:
    """Requests whose addresses match `path` are held back from now on, until the test lets them go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(re.compile(path), keep)
    return held


def answered_late(page: Page, path: str) -> list[Callable[[], None]]:
    """Requests whose addresses match `path` reach the server, whose answers the test lets through by calling them."""
    answers: list[Callable[[], None]] = []

    def keep(route: Route) -> None:
        response = route.fetch()
        answers.append(lambda: route.fulfill(response=response))

    page.route(re.compile(path), keep)
    return answers


def until(page: Page, held: list[Route], number: int = 1) -> Route:
    """The request of this number, once it was made."""
    deadline = time.monotonic() + PATIENCE
    while len(held) < number:
        assert time.monotonic() < deadline, f"request {number} was never made"
        page.wait_for_timeout(20)
    return held[number - 1]


def stop_clock(page: Page) -> None:
    """For the scripts of this page, and of those that it goes on to, no time passes from now on: what a person has a
    second for may take a busy machine longer. `page.clock.run_for` lets it pass."""
    now = datetime.now(UTC)
    page.clock.install(time=now)
    page.clock.pause_at(now + timedelta(minutes=1))
