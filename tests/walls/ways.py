"""The words that the table of routes is written in: what a route is about, and what is asked of who comes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from django.db import models

from accounts.models import Workspace
from clients.models import Client
from crm.ids import uuid7
from tests.walls.world import ELSEWHERE, HARBOUR, MAKERS, OWN, SHARED, Who, World

FORBIDDEN, ABSENT = 403, 404


@dataclass(frozen=True)
class Need:
    """What is asked, and the status for whom it is not so. `met(who, side)`: the side is that of the row in question.
    hides: who is refused may not learn whether there is such a row."""

    status: int
    met: Callable[[Who, str], bool]
    hides: bool = False


def is_seen(who: Who, side: str) -> bool:
    return side in who.sees


def is_made_by(who: Who, side: str) -> bool:
    return MAKERS.get(side) == who


def leads(who: Who, side: str) -> bool:
    """Whether they administer the whole workspace."""
    return who.admin and who.writes and who.sees_all and who.shares(side)


def is_made_by_or_led(who: Who, side: str) -> bool:
    return is_made_by(who, side) or leads(who, side)


def is_met(who: Who, side: str) -> bool:
    return is_seen(who, side) or (side == OWN and who.shares(side))


def is_seen_by_team(who: Who, side: str) -> bool:
    return who.team and is_seen(who, side)


def is_had_by_team(who: Who, side: str) -> bool:
    return who.team and is_met(who, side)


def is_for_them(who: Who, side: str) -> bool:
    """Whether no client is meant whom they do not see."""
    return side != OWN or who.sees_all


def looks_after_it(who: Who, side: str) -> bool:
    """The team; and a program, whoever's it is."""
    return who.team or who.kind == "key"


def has(right: str) -> Callable[[Who, str], bool]:
    """Whatever row it is about."""

    def met(who: Who, side: str) -> bool:
        return bool(getattr(who, right))

    return met


# A row in the address; the same of a row that a body names, at the API and on a page.
SEEN = Need(ABSENT, is_seen, hides=True)
NAMED, CHOSEN = replace(SEEN, status=400), replace(SEEN, status=422)
MINE = Need(ABSENT, is_made_by, hides=True)
MINE_OR_LED = Need(ABSENT, is_made_by_or_led, hides=True)
SHARED_ROW = Need(ABSENT, Who.shares, hides=True)
# Somebody of the whole team is met by everybody in the workspace; what is for all clients, the whole team has.
MET = Need(ABSENT, is_met, hides=True)
SEEN_BY_TEAM = Need(ABSENT, is_seen_by_team, hides=True)
HAD_BY_TEAM = Need(ABSENT, is_had_by_team, hides=True)
# Of a person: themselves, or who administers the whole workspace.
MANAGES = Need(FORBIDDEN, is_made_by_or_led)
# A link to a report: the client's own people learn of none; who made it ends it, and who administers.
MADE_OR_ADMIN = Need(FORBIDDEN, lambda who, side: who.admin or is_made_by(who, side))
WRITES = Need(FORBIDDEN, has("writes"))
TEAM = Need(FORBIDDEN, has("team"))
TEAM_OR_PROGRAM = Need(FORBIDDEN, looks_after_it)
ADMIN = Need(FORBIDDEN, has("admin"))
SEES_ALL = Need(FORBIDDEN, has("sees_all"))
OWNS = Need(FORBIDDEN, has("owns"))
SCOPED = Need(FORBIDDEN, has("scoped"))
CHANGES_FOR_ALL = Need(FORBIDDEN, is_for_them)
Needs = tuple[Need, ...]


@dataclass(frozen=True)
class Pick:
    """A row of a side: the first of its model that has these values. A model as a value: the side's first of it. Of
    clients and of workspaces, the side's own."""

    model: type[models.Model]
    having: tuple[tuple[str, Any], ...] = ()

    def of(self, world: World, side: str) -> Any:
        if self.model in SHARED and side != ELSEWHERE:
            side = HARBOUR
        rows = world.sides[side]
        if self.model is Workspace:
            return rows.workspace.pk
        if self.model is Client and rows.client:
            return rows.client.pk
        if not rows.rows[self.model]:
            return uuid7()  # nothing of the kind can be there
        if not self.having:
            return rows.first(self.model)
        having = {name: rows.first(value) if isinstance(value, type) else value for name, value in self.having}
        found = self.model._base_manager.filter(pk__in=rows.rows[self.model], **having)
        return found.order_by("pk")[:1].get().pk


def pick(model: type[models.Model], **having: Any) -> Pick:
    return Pick(model, tuple(having.items()))


@dataclass(frozen=True)
class Asked:
    """One method of a route. needs: in the order in which the route asks. body: what is sent, as a query by a GET; a
    Pick in it, or a list of one, is the id of a row on the side that is tried. status: what it answers to whom it lets
    in."""

    needs: Needs
    body: Mapping[str, Any] = field(default_factory=dict)
    status: tuple[int, ...] = (200,)

    @property
    def picks(self) -> list[Pick]:
        flat = [each for one in self.body.values() for each in (one if isinstance(one, list) else [one])]
        return [each for each in flat if isinstance(each, Pick)]


DID = (200, 201, 202, 204, 205, 302, 303)


@dataclass(frozen=True)
class Way:
    """kind: a page, which sends to the sign-in; an address of the API; a personal one, about nobody but who asks; or
    open to whoever comes. of: what stands in the address, in its order: rows, words, or a tuple of words that are all
    tried."""

    kind: str
    of: tuple[Any, ...]
    methods: Mapping[str, Asked]

    @property
    def spelt_out(self) -> "list[Way]":
        """One for each word there is to try."""
        choices = [one if isinstance(one, tuple) else (one,) for one in self.of]
        return [replace(self, of=of) for of in product(*choices)]

    def picks(self, method: str) -> list[Pick]:
        """The rows that a request is about."""
        return [*(one for one in self.of if isinstance(one, Pick)), *self.methods[method].picks]


def page(*of: Any, needs: Needs | None = None, status: tuple[int, ...] = (200,), **query: Any) -> Way:
    """Read with GET, and nothing else."""
    rows = _rows(of)
    return Way("page", rows, {"GET": Asked(_or_seen(needs, rows), _body(query), status)})


def verb(
    *of: Any, needs: Needs | None = None, then: Needs = (WRITES,), status: tuple[int, ...] = DID, **body: Any
) -> Way:
    """A POST, and nothing else. then: what is asked once the row is found."""
    rows = _rows(of)
    return Way("page", rows, {"POST": Asked((*_or_seen(needs, rows), *then), _body(body), status)})


def form(*of: Any, needs: Needs | None = None, posts: Needs = (), status: tuple[int, ...] = DID, **body: Any) -> Way:
    """A GET of what a POST then sends, for who may send it. posts: what only the POST asks beyond that."""
    rows = _rows(of)
    asked = Asked((WRITES, *_or_seen(needs, rows), *posts), _body(body), status)
    about = {} if posts else {name: value for name, value in asked.body.items() if isinstance(value, Pick | list)}
    shown = Asked((WRITES, *_or_seen(needs, rows)), about)
    return Way("page", rows, {"GET": shown, "POST": asked})


def exactly(kind: str, *of: Any, **methods: Asked) -> Way:
    """Whatever the others do not say."""
    return Way(kind, _rows(of), {name: replace(one, body=_body(one.body)) for name, one in methods.items()})


def api(*of: Any, needs: Needs | None = None, then: Mapping[str, Needs] | None = None, **methods: Any) -> Way:
    """An address of the API: GET=True, POST={…}, DELETE=409 where the row stands in its own way. A program needs the
    scope; writing is refused before anything is looked for. then: what a method asks once the row is found."""
    rows, asked = _rows(of), {}
    for method, told in methods.items():
        status = (told,) if type(told) is int else (200,) if method == "GET" else DID
        body = _body(told) if isinstance(told, dict) else {}
        first = (SCOPED,) if method == "GET" else (SCOPED, WRITES)
        asked[method] = Asked((*first, *_or_seen(needs, rows), *(then or {}).get(method, ())), body, status)
    return Way("api", rows, asked)


def personal(*of: Any) -> Way:
    """Of whoever asks, and of nobody else: it is looked at, and sent empty."""
    anyhow = (*range(200, 400), 400, 401, 403, 404, 405, 409, 422, 429)
    return exactly("personal", *of, GET=Asked((), status=anyhow), POST=Asked((), status=anyhow))


def of_all(way: Way) -> Way:
    """For who administers the whole workspace."""
    led = {name: replace(one, needs=(*one.needs, ADMIN, SEES_ALL)) for name, one in way.methods.items()}
    return replace(way, methods=led)


def _rows(of: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(Pick(one) if isinstance(one, type) else one for one in of)


def _body(body: Mapping[str, Any]) -> dict[str, Any]:
    def value(one: Any) -> Any:
        return [value(each) for each in one] if isinstance(one, list) else Pick(one) if isinstance(one, type) else one

    return {name: value(one) for name, one in body.items()}


def _or_seen(needs: Needs | None, of: tuple[Any, ...]) -> Needs:
    if needs is not None:
        return needs
    return (SEEN,) if any(isinstance(one, Pick) for one in of) else ()
