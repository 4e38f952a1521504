"""Webhooks that never came, came twice, late, or in another order: named, fetched, and then nothing is missing."""

from collections.abc import Iterator
from typing import Any

import pytest

from contacts.models import Contact
from inbox.models import Message
from integrations import batches, connecting, processing, standing
from integrations.base import Connected
from integrations.models import Connection
from tests.integrations.muro.control import SECRET, StandIn, at, conversation, identified, message
from tests.live_site import LiveSite

WITHHELD = (17, 80, 81, 200, 333, 404, 499)
"""Of 500: the number of the visitor, who came in the minute of that number."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(transactional_db: None) -> Iterator[LiveSite]:
    made = LiveSite()
    made.start()
    yield made
    made.stop()


def visitor(n: int) -> dict[str, Any]:
    return {"id": f"vis_{n}", "email": f"visitor{n}@example.com", "name": f"Visitor {n}"}


def come(muro: StandIn, count: int) -> None:
    """So many people chat, each in a minute of their own."""
    muro.tell("set", per_window=10_000)
    muro.load(
        [{**visitor(n), "conversation_count": 1, "last_seen_at": at(n)} for n in range(count)],
        [conversation(f"cnv_{n}", visitor(n), minute=n) for n in range(count)],
        **{f"cnv_{n}": [message(f"msg_{n}", f"Question {n}", minute=n)] for n in range(count)},
    )


def event(n: int) -> dict[str, Any]:
    return {**identified(f"evt_{n}", visitor=visitor(n), conversation_id=f"cnv_{n}"), "created_at": at(n)}


def deliver(
    muro: StandIn, site: LiveSite, connection: Connection, events: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """muro sends them, in that order, eight at a time; each attempt with its status."""
    path = connecting.hook_url(connection).partition("/hooks/")[2]
    muro.tell("deliver", url=f"{site.url}/hooks/{path}", secret=SECRET, events=events, pace=0.0001)
    stands = muro.tell("deliveries", within=180)
    assert stands["open"] == 0
    attempts: list[dict[str, Any]] = stands["attempts"]
    return attempts


def handle_all() -> None:
    while processing.work_off():
        pass


def test_seven_of_five_hundred_that_never_came_are_named_and_fetched_and_nothing_else(
    muro: StandIn, connection: Connection, site: LiveSite
) -> None:
    come(muro, 500)
    attempts = deliver(muro, site, connection, [{"event": event(n), "withheld": n in WITHHELD} for n in range(500)])
    assert (len(attempts), {attempt["status"] for attempt in attempts}) == (493, {200})
    handle_all()
    stands = standing.standing(connection)
    assert (stands.webhook, stands.words, stands.is_complete) == (493, "Not compared yet", False)
    asked = len(muro.calls("GET", "/messages"))
    run = batches.start(actor=Connected(connection).actor, connection=connection)
    while not run.is_walked:
        assert batches.step(run)
        run.refresh_from_db()
    stands = standing.standing(connection)
    assert (stands.words, stands.missing, stands.is_complete) == ("7 missing", 7, False)
    fetched = [call["path"] for call in muro.calls("GET", "/messages")[asked:]]
    assert sorted(fetched) == sorted(f"/conversations/cnv_{n}/messages" for n in WITHHELD)
    batches.finish(run)
    stands = standing.standing(connection)
    assert (stands.words, stands.missing, stands.is_complete) == ("Complete", 0, True)
    assert (stands.webhook, stands.batch, Message.objects.count()) == (493, 7, 500)
    brought = Message.objects.order_by("-id").values_list("external_id", flat=True)[:7]
    assert list(brought)[::-1] == [f"msg_{n}" for n in WITHHELD]


def test_doubled_forged_late_and_reordered_events_make_one_of_everything(
    muro: StandIn, connection: Connection, site: LiveSite
) -> None:
    come(muro, 20)
    events = [{"event": event(n), "copies": 3, "wait": 0.1 if n % 3 else 0} for n in range(20)]
    bad = [{"event": event(n), "forged": True} for n in range(2)] + [{"event": event(2), "aged": 400}]
    attempts = deliver(muro, site, connection, [*reversed(events), *bad])
    handle_all()
    assert [attempt["status"] for attempt in attempts].count(200) == 60
    assert [attempt["status"] for attempt in attempts].count(401) == 3 * 7  # muro tries each seven times
    assert (Contact.objects.count(), Message.objects.count()) == (20, 20)
    connection.refresh_from_db()
    assert connection.refused_count == 21


def test_what_met_a_closed_door_comes_with_muros_next_try(
    muro: StandIn, connection: Connection, site: LiveSite
) -> None:
    come(muro, 3)
    site.stop(for_good=False)
    path = connecting.hook_url(connection).partition("/hooks/")[2]
    events = [{"event": event(n)} for n in range(3)]
    muro.tell("deliver", url=f"{site.url}/hooks/{path}", secret=SECRET, events=events, pace=0.01)
    while not muro.tell("deliveries")["attempts"]:
        pass
    site.start()
    attempts = muro.tell("deliveries", within=180)["attempts"]
    assert {attempt["status"] for attempt in attempts} == {0, 200}
    handle_all()
    assert Message.objects.count() == 3
