"""Answers that take their time: what a person does meanwhile is the point of a test."""

import re
import time

from playwright.sync_api import Page, Route

PATIENCE = 15


def holding(page: Page, path: str) -> list[Route]:
    """Requests whose addresses match `path` are held back from now on, until the test lets them go on."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(re.compile(path), keep)
    return held


def until(page: Page, held: list[Route], number: int = 1) -> Route:
    """The request of this number, once it was made."""
    deadline = time.monotonic() + PATIENCE
    while len(held) < number:
        assert time.monotonic() < deadline, f"request {number} was never made"
        page.wait_for_timeout(20)
    return held[number - 1]
