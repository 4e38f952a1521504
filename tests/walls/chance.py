"""Requests that nobody thought of: a random actor, a random route, random ids of every side and of nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from tests.walls.model import Model, Row
from tests.walls.world import EVERYBODY, OTHER_KEY, SIDES, Who

API = "/api/v1/crm"
# The lists of the API, with what each can be narrowed by: the noun of a row that is named, or a search.
LISTS: dict[str, dict[str, str]] = {
    "clients": {"search": ""},
    "campaigns": {"client_id": "clients"},
    "contacts": {"client_id": "clients", "owner": "users", "label": "labels", "search": ""},
    "conversations": {
        "client_id": "clients", "contact_id": "contacts", "assigned_to": "users", "campaign_id": "campaigns",
        "label": "labels",
    },
    "deals": {"client_id": "clients", "contact_id": "contacts", "owner": "users", "conversation_id": "conversations"},
    "follow_ups": {
        "client_id": "clients", "contact_id": "contacts", "owner": "users", "conversation_id": "conversations"
    },
    "segments": {"client_id": "clients"},
    "labels": {},
    "stages": {},
    "users": {},
}  # fmt: skip
SIZES = {"contacts": "limit"}
MOST = {"campaigns": 50}
NOT_PAGED = ("stages",)
# Pages of one row, and what a POST to one does that anybody may who may write.
PAGES = {
    "contacts": ("/contacts/{}", "/contacts/{}/timeline", "/contacts/{}/merges", "/board/mentions/{}",
                 "/inbox/follow-ups/of/{}"),
    "conversations": ("/inbox/{}", "/inbox/{}/head", "/inbox/{}/person", "/inbox/{}/timeline", "/inbox/{}/others"),
    "deals": ("/board/deals/{}",),
    "clients": ("/clients/{}",),
    "attachments": ("/attachments/{}",),
}  # fmt: skip
WRITES: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "contacts": (("/contacts/{}/fields", {"name": "size", "value": "3"}), ("/contacts/{}/labels", {"name": "Hot"})),
    "conversations": (("/inbox/{}/close", {}), ("/inbox/{}/unread", {}), ("/inbox/{}/notes", {"body": "Hm"})),
    "deals": (("/board/deals/{}/change", {"title": "Other"}), ("/board/deals/{}/delete", {})),
    "follow_ups": (("/inbox/follow-ups/{}/done", {}),),
}
CHANGES: dict[str, dict[str, Any]] = {
    "contacts": {"company": "Other"}, "conversations": {"status": "closed"}, "deals": {"title": "Other"},
    "follow_ups": {"note": "Other"}, "campaigns": {"subject": "Other"},
}  # fmt: skip
# Every row that a whole page shows, where there are few.
WHOLE = {"/contacts": "contacts", "/inbox?split=all": "conversations", "/board": "deals", "/clients": "clients"}


@dataclass(frozen=True)
class Question:
    """status: what the model expects. ids: the rows that the answer must list, in this order, of `total`. among: the
    noun of which the answer may show the rows in `shows` and no others."""

    who: Who
    method: str
    path: str
    status: tuple[int, ...]
    body: Mapping[str, Any] = field(default_factory=dict)
    noun: str = ""
    ids: list[str] | None = None
    total: int | None = None
    shows: frozenset[str] | None = None


class Chance:
    """The same questions for the same seed."""

    def __init__(self, model: Model, seed: int) -> None:
        self.model, self.random = model, Random(seed)  # noqa: S311 - it is to be repeated
        self.kinds = (
            (self.listed, 30), (self.one, 24), (self.page_of_one, 14), (self.written, 10), (self.changed, 12),
            (self.messages, 4), (self.whole, 6),
        )  # fmt: skip

    def question(self) -> Question:
        asks, weights = zip(*self.kinds, strict=True)
        who = self.random.choice(EVERYBODY)
        found: Question = self.random.choices(asks, weights)[0](who)
        return found

    def id_of(self, noun: str) -> UUID:
        """Anybody's; now and then nobody's."""
        if self.random.random() < 0.08:
            return UUID(int=self.random.getrandbits(128), version=4)
        return UUID(str(self.random.choice(self.model.rows[noun])["id"]))

    def listed(self, who: Who) -> Question:
        noun = self.random.choice([*LISTS])
        narrowed = {name: self._value(name, of) for name, of in LISTS[noun].items() if self.random.random() < 0.3}
        size, page = self.random.choice((1, 2, 5, MOST.get(noun, 100))), self.random.choice((1, 1, 1, 2, 3))
        query = {**narrowed} if noun in NOT_PAGED else {**narrowed, SIZES.get(noun, "per_page"): size, "page": page}
        path = f"{API}/{noun}?{urlencode(query)}"
        if refused := _turned_away_at_the_api(who):
            return Question(who, "GET", path, refused)
        found = [str(row["id"]) for row in self.model.narrowed(self.model.seen(who, noun), narrowed)]
        ids = found if noun in NOT_PAGED else found[(page - 1) * size : page * size]
        return Question(who, "GET", path, (200,), noun=noun, ids=ids, total=None if noun in NOT_PAGED else len(found))

    def one(self, who: Who) -> Question:
        noun = self.random.choice([*LISTS, "attachments"])
        pk = self.id_of(noun)
        status = _turned_away_at_the_api(who) or self._found(who, noun, pk)
        return Question(who, "GET", f"{API}/{noun}/{pk}", status)

    def changed(self, who: Who) -> Question:
        noun = self.random.choice([*CHANGES])
        pk = self.id_of(noun)
        refused = _turned_away_at_the_api(who) or (() if who.writes else (403,))
        return Question(who, "PATCH", f"{API}/{noun}/{pk}", refused or self._found(who, noun, pk), CHANGES[noun])

    def messages(self, who: Who) -> Question:
        pk = self.id_of("conversations")
        status = _turned_away_at_the_api(who) or self._found(who, "conversations", pk)
        ids = None
        if status == (200,):
            ids = [str(row["id"]) for row in self.model.seen(who, "messages") if row["conversation_id"] == pk]
        return Question(who, "GET", f"{API}/conversations/{pk}/messages", status, noun="message", ids=ids)

    def page_of_one(self, who: Who) -> Question:
        noun = self.random.choice([*PAGES])
        pk = self.id_of(noun)
        status = _turned_away_from_pages(who) or self._found(who, noun, pk)
        return Question(who, "GET", self.random.choice(PAGES[noun]).format(pk), status)

    def written(self, who: Who) -> Question:
        noun = self.random.choice([*WRITES])
        pk = self.id_of(noun)
        path, body = self.random.choice(WRITES[noun])
        status = _turned_away_from_pages(who) or self._found(who, noun, pk)
        if status == (200,):
            status = (303,) if who.writes else (403,)
        return Question(who, "POST", path.format(pk), status, body)

    def whole(self, who: Who) -> Question:
        path, noun = self.random.choice([*WHOLE.items()])
        if refused := _turned_away_from_pages(who):
            return Question(who, "GET", path, refused)
        shows = frozenset(str(row["id"]) for row in self.model.seen(who, noun))
        if noun == "clients" and len(shows) == 1:
            return Question(who, "GET", path, (303,))
        return Question(who, "GET", path, (200,), noun=noun, shows=shows)

    def _value(self, name: str, of: str) -> str:
        if name == "search":
            return self.random.choice(("of", *SIDES))
        return "none" if name in ("owner", "assigned_to") and self.random.random() < 0.3 else str(self.id_of(of))

    def _found(self, who: Who, noun: str, pk: UUID) -> tuple[int, ...]:
        there: list[Row] = [row for row in self.model.rows[noun] if row["id"] == pk]
        return (200,) if any(self.model.may_see(who, noun, row) for row in there) else (404,)


def _turned_away_at_the_api(who: Who) -> tuple[int, ...]:
    if who.kind == "nobody":
        return (401,)
    return (403,) if who == OTHER_KEY else ()


def _turned_away_from_pages(who: Who) -> tuple[int, ...]:
    return () if who.kind == "person" else (302,)
