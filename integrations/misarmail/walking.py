"""Walking a list of the other side so that nothing is skipped while rows are being added to it.

By cursor, where it offers one. By page number else: rows that are added push the others on, so that some come twice,
which is harmless; one that moves to the top behind our back, or that moves up because another was deleted, would be
skipped. So a walk whose total shrinks steps back as many pages, and at the end the top is walked again, down to where
it was known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.base import Failed
from integrations.misarmail.calls import TITLE, Api, address
from integrations.misarmail.reading import Said, objects, words

At = dict[str, Any]


@dataclass(frozen=True)
class Listing:
    """A list: what it is called, in its address and in the answer; how its page size is called, and the largest."""

    noun: str
    size: str = "per_page"
    most: int = 100
    has_updated: bool = False


LISTINGS = {
    "clients": Listing("clients"),
    "campaigns": Listing("campaigns", most=50),
    "labels": Listing("labels"),
    "users": Listing("users"),
    "contacts": Listing("contacts", size="limit", has_updated=True),
    "conversations": Listing("conversations", has_updated=True),
    "deals": Listing("deals", has_updated=True),
    "follow_ups": Listing("follow_ups", has_updated=True),
}


@dataclass(frozen=True)
class Step:
    """One page: its rows, where the next one is (None: the walk is over), and how many there are in all."""

    rows: Sequence[Said]
    next: At | None
    total: int | None = None


def step(api: Api, listing: Listing, at: At, *, by_cursor: bool, since: str = "") -> Step:
    """The page at `at`; an empty one begins. `since`: only what was changed at or after (by cursor)."""
    if by_cursor:
        params = {"cursor": at.get("cursor", ""), listing.size: listing.most}
        if since and listing.has_updated:
            params["updated_after"] = since
        return _from_cursor(listing, api.get(address(listing.noun), params))
    number = at.get("page", 1)
    return _numbered(listing, at, api.get(address(listing.noun), {"page": number, listing.size: listing.most}))


def rows_of(noun: str, answer: Any) -> list[Said]:
    """Under their own name, or under `data`. Raises Failed where the answer has no such list."""
    if isinstance(answer, dict):
        for name in (noun, "data"):
            if isinstance(answer.get(name), list):
                return objects(answer[name])
    raise Failed(f"The answer of {TITLE} has no list of {noun}: check the base URL.")


def _from_cursor(listing: Listing, answer: Any) -> Step:
    rows = rows_of(listing.noun, answer)
    pagination = _pagination(answer)
    following = pagination.get("next_cursor")
    return Step(rows, {"cursor": following} if pagination.get("has_more") and following else None)


def _numbered(listing: Listing, at: At, answer: Any) -> Step:
    rows = rows_of(listing.noun, answer)
    pagination = _pagination(answer)
    total = pagination.get("total") if isinstance(pagination.get("total"), int) else None
    ids = [words(row, "id") for row in rows]
    if at.get("again"):
        return Step(rows, _top_again(at, ids), total)
    size = pagination.get(listing.size)
    return Step(rows, _onwards(at, ids, total, size if isinstance(size, int) and size > 0 else listing.most), total)


def _onwards(at: At, ids: list[str], total: int | None, size: int) -> At | None:
    number = at.get("page", 1)
    top = at.get("top", ids if number == 1 else [])
    before = at.get("total")
    if total is not None and before is not None and total < before and number > 1:
        back = -(-(before - total) // size)
        return {"page": max(1, number - back), "top": top, "total": total}
    if ids and (len(ids) >= size if total is None else number * size < total):
        return {"page": number + 1, "top": top, "total": total}
    return {"page": 1, "top": top, "again": True} if number > 1 else None


def _top_again(at: At, ids: list[str]) -> At | None:
    """Down to the first row that stood at the top when the walk began."""
    if not ids or set(ids) & set(at["top"]):
        return None
    return {**at, "page": at["page"] + 1}


def _pagination(answer: Any) -> Mapping[str, Any]:
    found = answer.get("pagination") if isinstance(answer, dict) else None
    return found if isinstance(found, dict) else {}
