from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from accounts.models import Membership
from activity.models import Event
from tests.activity.live.streams import Stream
from tests.live_site import LiveSite

Follow = Callable[..., Stream]


@pytest.fixture
def site(transactional_db: None) -> Iterator[LiveSite]:
    made = LiveSite()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def follow(site: LiveSite) -> Iterator[Follow]:
    """`follow(agent)`: that person's stream, once it has caught up; `after`: from there on, `at`: another server."""
    with ExitStack() as stack:

        def make(
            who: Membership, *, after: str = "", at: LiveSite = site, ready: bool = True, **headers: str
        ) -> Stream:
            stream = stack.enter_context(Stream(at, who, f"/live?after={after}", **headers))
            assert stream.answer.status == 200, stream.answer.read()
            if ready:
                assert stream.until("ready") == []
            return stream

        yield make


def place(event: Event) -> str:
    """Its place in the log, as a stream names it."""
    event.refresh_from_db()
    return f"{event.transaction}-{event.sequence}"
