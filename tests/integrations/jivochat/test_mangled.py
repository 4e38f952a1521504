"""Whatever is wrong with an event, it is answered, kept and handled: JivoChat would never learn of a refusal."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integrations.jivochat import events
from tests.integrations.senders import Sender, handle

pytestmark = pytest.mark.django_db
NO_OBJECT = ("unreadable", "This was no JSON object, so nothing could be read from it.")
DOCUMENTED = [
    events.chat_accepted(),
    events.chat_updated(),
    events.chat_assigned(),
    events.chat_finished(),
    events.client_updated(),
    events.client_attribute_updated({"plan": "gold"}),
    events.client_attribute_updated([{"name": "plan", "value": "gold"}]),
    events.offline_message(),
    events.call_event(),
]
TEXTS = st.text(max_size=20) | st.sampled_from(["", "+", "a@b", "\x00", "\ud800", "9" * 400, " " * 50, "x" * 2000])
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*above, name)
        yield from places(one, (*above, name))


def replaced(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = replaced(copy[place[0]], place[1:], new)
    return copy


@st.composite
def mangled(draw: st.DrawFn) -> Any:
    event = draw(st.sampled_from(DOCUMENTED))
    for _ in range(draw(st.integers(1, 5))):
        event = replaced(event, draw(st.sampled_from([*places(event)] or [()])), draw(ODD))
    return event


def test_every_mangled_event_is_answered_and_handled(jivo: Sender) -> None:
    @settings(max_examples=40, suppress_health_check=list(HealthCheck), database=None)
    @given(mangled())
    def check(event: Any) -> None:
        answer = jivo.post(event)
        assert (answer.status_code, answer.json()["result"]) == (200, "ok")
        handle()
        assert {(row.type, row.last_error) for row in jivo.events if row.state != "done"} <= {NO_OBJECT}

    check()
