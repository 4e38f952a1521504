"""Walking a list by page number while rows are added, moved and deleted: each that stays is seen."""

from typing import Any

import pytest

from integrations.base import Failed
from integrations.misarmail.walking import Listing, rows_of, step

TWO = Listing("contacts", size="limit", most=2)


class Paged:
    """A server with pages by number alone. `happens`: what is done to its rows before the call of this number."""

    def __init__(self, rows: list[int], happens: dict[int, list[int]], *, tells_total: bool = True) -> None:
        self.rows, self.happens, self.tells_total, self.calls = rows, happens, tells_total, 0

    def get(self, path: str, params: dict[str, Any]) -> Any:
        self.calls += 1
        self.rows = self.happens.get(self.calls, self.rows)
        assert params.keys() == {"page", "limit"}
        begin = (params["page"] - 1) * params["limit"]
        shown = [{"id": str(one)} for one in self.rows[begin : begin + params["limit"]]]
        total = {"total": len(self.rows)} if self.tells_total else {}
        return {"contacts": shown, "pagination": {"page": params["page"], "limit": params["limit"], **total}}


def walked(server: Paged) -> set[int]:
    seen: set[int] = set()
    at: Any = {}
    while at is not None:
        page = step(server, TWO, at, by_cursor=False)  # type: ignore[arg-type]
        seen |= {int(row["id"]) for row in page.rows}
        at = page.next
        assert server.calls < 50, "it never ends"
    return seen


@pytest.mark.parametrize("tells_total", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_every_row_is_seen(count: int, tells_total: bool) -> None:
    rows = list(range(count))
    assert walked(Paged(rows, {}, tells_total=tells_total)) == set(rows)


def test_one_page_is_asked_for_once() -> None:
    server = Paged([1, 2], {})
    walked(server)
    assert server.calls == 1


def test_rows_that_are_added_at_the_top_while_we_walk_are_seen() -> None:
    assert walked(Paged([5, 4, 3, 2, 1], {3: [9, 8, 7, 6, 5, 4, 3, 2, 1]})) == set(range(1, 10))


def test_a_row_that_moves_to_the_top_behind_us_is_seen() -> None:
    assert walked(Paged([6, 5, 4, 3, 2, 1], {2: [1, 6, 5, 4, 3, 2]})) == {1, 2, 3, 4, 5, 6}


def test_rows_that_move_up_because_others_were_deleted_are_seen() -> None:
    assert walked(Paged([8, 7, 6, 5, 4, 3, 2, 1], {3: [6, 5, 4, 3, 2, 1]})) >= {1, 2, 3, 4, 5, 6}


def test_by_cursor_only_what_was_changed_is_asked_for_where_the_list_knows_it() -> None:
    asked: list[dict[str, Any]] = []

    class Cursors:
        def get(self, path: str, params: dict[str, Any]) -> Any:
            asked.append(params)
            more = len(asked) == 1
            return {"deals": [{"id": "1"}], "pagination": {"has_more": more, "next_cursor": "abc" if more else None}}

    listing = Listing("deals", has_updated=True)
    first = step(Cursors(), listing, {}, by_cursor=True, since="2026-01-01T00:00:00Z")  # type: ignore[arg-type]
    assert first.next == {"cursor": "abc"}
    assert step(Cursors(), listing, first.next, by_cursor=True).next is None  # type: ignore[arg-type]
    assert asked == [
        {"cursor": "", "per_page": 100, "updated_after": "2026-01-01T00:00:00Z"},
        {"cursor": "abc", "per_page": 100},
    ]


@pytest.mark.parametrize("answer", [None, [], {}, {"contacts": None}, {"deals": []}, "text"])
def test_an_answer_without_the_list_is_told(answer: Any) -> None:
    with pytest.raises(Failed, match="no list of contacts: check the base URL"):
        rows_of("contacts", answer)


def test_the_older_edition_calls_every_list_data() -> None:
    assert rows_of("contacts", {"data": [{"id": 1}, None, 5]}) == [{"id": 1}]
