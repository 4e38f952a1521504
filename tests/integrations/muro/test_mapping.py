"""muro's JSON as it may come: published, guessed, null, absent, unknown."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.muro.mapping import Visitor, conversation_id, moment, named_in, person, transcript, visitor_of

BOB = {"id": "vis_1", "email": "bob@example.com", "name": "Bob"}
KNOWN = Visitor("vis_1", "bob@example.com", "Bob")


@pytest.mark.parametrize(
    ("data", "visitor"),
    [
        ({"visitor": BOB}, KNOWN),
        ({"contact": BOB}, KNOWN),
        ({"conversation": {"id": "cnv_1", "visitor": BOB}}, KNOWN),
        (BOB, KNOWN),
        ({"visitor": None, "contact": BOB}, KNOWN),
        ({"visitor": {}, **BOB}, KNOWN),
        ({"visitor": {"id": "vis_1"}, "contact": {"id": "con_9", "email": "bob@example.com", "name": "Bob"}}, KNOWN),
        ({"visitor": {**BOB, "mood": ["fine"], "phone": None}}, KNOWN),
        ({"visitor": {"id": 17, "email": None, "name": None}}, Visitor("17")),
        ({"visitor": {"id": None, "email": " Bob@Example.com "}}, Visitor(email="Bob@Example.com")),
        ({"visitor": "vis_1"}, Visitor()),
        ({}, Visitor()),
        (None, Visitor()),
        ([BOB], Visitor()),
    ],
)
def test_a_visitor_is_read_wherever_it_stands(data: Any, visitor: Visitor) -> None:
    assert visitor_of(data) == visitor


def test_data_that_is_something_else_names_nobody() -> None:
    assert named_in({"id": "msg_1", "conversation_id": "cnv_1"}) is None


@pytest.mark.parametrize(
    ("data", "id"),
    [
        ({"conversation": {"id": "cnv_1"}}, "cnv_1"),
        ({"conversation_id": "conv_1"}, "conv_1"),
        ({"conversation": "cnv_1"}, "cnv_1"),
        ({"conversation": None, "conversation_id": 4711}, "4711"),
        ({"conversation": {"id": None}}, ""),
        ({"conversation": ["cnv_1"]}, ""),
        (None, ""),
    ],
)
def test_a_conversation_is_read_wherever_it_stands(data: Any, id: str) -> None:
    assert conversation_id(data) == id


@pytest.mark.parametrize(("count", "score"), [(3, 3), (0, 0), (None, None), ("3", None), (True, None), (-1, None)])
def test_only_a_count_is_a_count(count: Any, score: int | None) -> None:
    assert person({"id": "con_1", "conversation_count": count}).conversation_count == score


@pytest.mark.parametrize(
    "row",
    [{"last_seen_at": "2026-05-23T12:00:00Z"}, {"last_activity_at": 1779537600}, {"last_active_at": 1779537600000}],
)
def test_last_activity_bears_several_names(row: dict[str, Any]) -> None:
    assert person(row).seen_at == datetime(2026, 5, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["2026-05-23T14:00:00+02:00", "2026-05-23T12:00:00", "1779537600", 1779537600, 1779537600.0, 1779537600000],
)
def test_a_moment_is_read_however_it_is_written(written: Any) -> None:
    assert moment(written) == datetime(2026, 5, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "yesterday",
        "²",
        True,
        [],
        {},
        1e300,
        float("nan"),
        "9" * 400,
        "1.2.3",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_what_is_no_moment_is_none(written: Any) -> None:
    assert moment(written) is None


@pytest.mark.parametrize(
    ("sender", "direction"),
    [("visitor", "inbound"), ("Visitor", "inbound"), (None, "inbound"), ("agent", "outbound"), ("bot", "outbound"),
     ("system", "outbound"), ("operator", "outbound")],
)  # fmt: skip
def test_the_visitor_writes_to_us_and_the_house_to_them(sender: Any, direction: str) -> None:
    assert transcript("cnv_1", [{"id": "m", "sender_type": sender, "content": "x"}])[0].direction == direction


@pytest.mark.parametrize(
    ("row", "author"),
    [
        ({"sender_type": "agent", "sender": {"name": "Ana"}}, "Ana"),
        ({"sender_type": "agent", "agent": {"name": "Ana"}}, "Ana"),
        ({"sender_type": "agent", "sender_name": "Ana"}, "Ana"),
        ({"sender_type": "agent", "sender": None}, "muro agent"),
        ({"sender_type": "bot"}, "muro bot"),
        ({"sender_type": "system"}, "muro"),
        ({"sender_type": "visitor"}, ""),
    ],
)
def test_an_author_is_named(row: dict[str, Any], author: str) -> None:
    assert transcript("cnv_1", [{"id": "m", "content": "x", **row}])[0].author == author


def test_a_transcript_is_in_the_order_of_its_times_else_of_its_list() -> None:
    timed = [{"id": "b", "content": "2", "created_at": 20}, {"id": "a", "content": "1", "created_at": 10}]
    untimed = [{"id": "b", "content": "2"}, {"id": "a", "content": "1", "created_at": 10}]
    assert [one.id for one in transcript("cnv_1", timed)] == ["a", "b"]
    assert [one.id for one in transcript("cnv_1", untimed)] == ["b", "a"]


def test_messages_without_ids_get_such_as_stay() -> None:
    first = [{"sender_type": "visitor", "content": "ok"}, {"sender_type": "visitor", "content": "ok"}]
    later = [*first, {"sender_type": "agent", "content": "ok"}]
    ids = [one.id for one in transcript("cnv_1", later)]
    assert [one.id for one in transcript("cnv_1", first)] == ids[:2]
    assert len(set(ids)) == 3
    assert not set(ids) & {one.id for one in transcript("conv_1", later)}


def test_what_is_listed_twice_or_is_no_message_counts_once_or_not() -> None:
    rows = [
        {"id": 1, "content": "x"},
        {"id": "1", "content": "x"},
        None,
        "x",
        {"id": "n", "kind": "note", "content": ""},
    ]
    assert [one.id for one in transcript("cnv_1", rows)] == ["1"]


@pytest.mark.parametrize(
    ("content", "body"),
    [("Hi\nthere ", "Hi\nthere "), ({"text": "Hi"}, "Hi"), (["Hi"], '["Hi"]'), (None, ""), (7, "7")],
)
def test_content_is_text_whatever_it_is(content: Any, body: str) -> None:
    assert transcript("cnv_1", [{"id": "m", "content": content}])[0].body == body
