"""One row of the table, tried: what was designed, and what was not so."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from crm.ids import uuid7
from tests.walls.asking import Answer, ask
from tests.walls.routes import Route
from tests.walls.ways import FORBIDDEN, SCOPED, WRITES, Asked, Need, Pick, Way, is_seen
from tests.walls.world import (
    ACME,
    AGENT,
    ELSEWHERE,
    HARBOUR,
    HARBOURS_ADMIN,
    HARBOURS_KEY,
    KEY,
    KEYS,
    MEADOWS_KEY,
    NOBODY,
    OF_BOTH,
    OF_HARBOUR,
    OF_MEADOW,
    OTHER_KEY,
    OUTSIDER,
    OUTSIDERS_KEY,
    OWN,
    OWNER,
    READING_KEY,
    SIDES,
    VIEWER,
    Who,
    World,
)  # fmt: skip

TO_SIGN_IN, UNKNOWN = 302, 401
# Whom everything is tried as; who lists beside all rows also sees what two clients have; and where an admin is asked
# for, who is none, and who is one of a single client. A page takes nobody's key.
ON_PAGES = (NOBODY, OWNER, OF_HARBOUR, OF_MEADOW, VIEWER, OUTSIDER, KEY)
AT_THE_API = (NOBODY, OWNER, OF_HARBOUR, VIEWER, KEY, READING_KEY, HARBOURS_KEY, MEADOWS_KEY, OUTSIDERS_KEY, OTHER_KEY)
ANYWAY = {"open": (NOBODY, OUTSIDER, KEY), "personal": (NOBODY, VIEWER, OUTSIDER)}
# Each way of not seeing a row, once: who gets the answer that a missing row would get.
BEFORE_A_WALL = (OF_MEADOW, MEADOWS_KEY, OUTSIDER, OUTSIDERS_KEY, HARBOURS_KEY, OF_HARBOUR)
# Who sees less than everything of the workspace: what htmx is sent is looked through for them.
SEES_LESS = (OF_HARBOUR, VIEWER)


def tries(world: World, route: Route, way: Way) -> Iterator["Try"]:
    """Everybody about Harbour's rows; who sees only certain clients about the workspace's own too, and who sees them
    all about those of another workspace."""
    for one in way.spelt_out:
        for method in one.methods:
            for who in _who_tries(one, method):
                for side in _sides(who) if one.picks(method) else (HARBOUR,):
                    yield Try(world, route, one, who, side, method)


# What no route is asked with on its own account: each is answered as what it stands for, or is no method of the route.
BESIDE = {"HEAD": "GET", "OPTIONS": "POST"}
NO_SUCH_METHOD = 405


def tries_beside(world: World, route: Route, way: Way) -> Iterator["Try"]:
    """HEAD and OPTIONS, by those whom the route turns away: nobody; and where that is not the end of it, somebody of
    another client, a person and a program."""
    one = way.spelt_out[0]
    if one.kind in ANYWAY:
        return
    for method, like in BESIDE.items():
        asked = one.methods.get(like) or next(iter(one.methods.values()))
        beside = replace(one, methods={method: asked})
        unknown = Try(world, route, beside, NOBODY, HARBOUR, method)
        yield unknown
        if unknown.found.status == NO_SUCH_METHOD:
            continue
        for who in (OF_MEADOW, MEADOWS_KEY) if one.kind == "api" else (OF_MEADOW,):
            each = Try(world, route, beside, who, HARBOUR, method)
            if each.refusal:
                yield each


def _who_tries(way: Way, method: str) -> tuple[Who, ...]:
    if way.kind in ANYWAY:
        return ANYWAY[way.kind]
    everybody = AT_THE_API if way.kind == "api" else ON_PAGES
    more = () if way.picks(method) else (OF_BOTH,)
    asks_more = {need.status for need in way.methods[method].needs if need not in (WRITES, SCOPED)} & {FORBIDDEN}
    return everybody + more + ((AGENT, HARBOURS_ADMIN) if asks_more else ())


def _sides(who: Who) -> tuple[str, ...]:
    if who in (OF_HARBOUR, VIEWER, HARBOURS_KEY):
        return HARBOUR, OWN
    return (HARBOUR, ELSEWHERE) if who in (OWNER, KEY) else (HARBOUR,)


@dataclass(frozen=True)
class Try:
    """`who` asks `method` of the route about the rows of `side`."""

    world: World
    route: Route
    way: Way
    who: Who
    side: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} /{self.route.pattern} about {self.side} as {self.who}"

    @cached_property
    def rows(self) -> dict[Pick, UUID]:
        return {each: each.of(self.world, self.side) for each in self.way.picks(self.method)}

    @property
    def asked(self) -> Asked:
        return self.way.methods[self.method]

    @property
    def refusal(self) -> Need | None:
        """What turns them away, as designed."""
        if self.way.kind in ANYWAY:
            return None
        if self.who == NOBODY or (self.who in KEYS and self.way.kind == "page"):
            return Need(UNKNOWN if self.way.kind == "api" else TO_SIGN_IN, is_seen)
        return next((need for need in self.asked.needs if not need.met(self.who, self.side)), None)

    def answer(self, rows: Mapping[Pick, UUID] | None = None, *, part: bool = False) -> Answer:
        there = self.rows if rows is None else rows

        def value(one: Any) -> Any:
            if isinstance(one, list):
                return [value(each) for each in one]
            return there[one] if isinstance(one, Pick) else one

        path = self.route.path([str(value(one)) for one in self.way.of])
        body = {name: value(one) for name, one in self.asked.body.items()}
        return ask(self.world, self.who, self.method, path, body, part=part)

    @cached_property
    def found(self) -> Answer:
        return self.answer()

    def faults(self) -> Iterator[str]:
        """What is not as designed."""
        found, refusal = self.found, self.refusal
        wanted = (refusal.status,) if refusal else self.asked.status
        if found.status not in wanted:
            yield f"{self}: {found.status}, not {wanted}: {_gist(found)}"
        yield from self.leaks(found)
        if found.changed and (refusal or (self.side not in self.who.sees and self.rows)):
            yield f"{self}: may not, and changed {sorted(found.changed)}"
        if refusal and refusal.hides and self.who in BEFORE_A_WALL:
            yield from self.differences(found)
        if not refusal and self.method == "GET" and self.way.kind == "page" and self.who in SEES_LESS:
            yield from self.leaks(self.answer(part=True))

    def faults_beside(self) -> Iterator[str]:
        """Of HEAD and OPTIONS: what a wall does not keep. What a method may do says no more of a row than that there
        are such rows."""
        found = self.found
        assert self.refusal
        told = found.status in (self.refusal.status, NO_SUCH_METHOD)
        if not told and self.method != "OPTIONS":
            yield f"{self}: {found.status}, not {self.refusal.status} or {NO_SUCH_METHOD}: {_gist(found)}"
        yield from self.leaks(found)
        if found.changed:
            yield f"{self}: changed {sorted(found.changed)}"
        if self.rows and found.status != NO_SUCH_METHOD:
            yield from self.differences(found)

    def differences(self, found: Answer) -> Iterator[str]:
        """Between what is hidden and what is not there at all."""
        nothing = {each: uuid7() for each in self.rows}
        other = self.answer(nothing)
        if found.apart_from(*self.rows.values()) != other.apart_from(*nothing.values()):
            yield f"{self}: tells what is hidden from what is not there: {_gist(found)} / {_gist(other)}"

    def leaks(self, found: Answer) -> Iterator[str]:
        named = {str(pk) for pk in self.rows.values()}
        if ids := (found.ids & self.world.hidden[self.who]) - named:
            yield f"{self}: shows {self.world.named(ids)}"
        for side in SIDES:
            if side not in self.who.sees and (said := _said(found, side, self.who)):
                yield f"{self}: says {said!r}"


def _said(found: Answer, side: str, who: Who) -> str:
    """Where a side that is hidden is named; the member of the whole team is known to everybody."""
    apart = "(?<!Member of )" if side == OWN and who.sees & ACME else ""
    said = re.search(rf".{{0,60}}{apart}\b{side}\b.{{0,60}}", f"{found.text} {found.headers}")
    return said[0] if said else ""


def _gist(answer: Answer) -> str:
    text = re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text)[-300:]
