"""The feed of events: each once, in order, to those who may see it, and soon."""

import re
import threading
import time
from functools import partial
from typing import Any

import pytest
from django.db import connection

from activity import api as events_api
from activity.models import Event
from contacts.actions import change, create
from tests import cast
from tests.arrivals import wait_until_readable
from tests.crowd import InBackground, second_connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def happen(actor):
    """Makes `count` people, one event each."""

    def happen(count: int = 1, **whose) -> list[str]:
        before = Event.objects.order_by("sequence").last()
        for n in range(count):
            create(actor=actor(), name=f"Lead {n}", **whose)
        wait_until_readable()
        after = Event.objects.filter(sequence__gt=before.sequence if before else 0).order_by("sequence")
        return [str(sequence) for sequence in after.values_list("sequence", flat=True)]

    return happen


def read(api, **query) -> Any:
    answer = api.get("/events", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def ids(body: Any) -> list[str]:
    return [event["id"] for event in body["events"]]


def test_what_an_event_says(api, actor, agent, harbour):
    contact = create(actor=actor(agent), name="Priya", client_id=harbour.pk)
    change(actor=actor(agent), contact=contact, company="Sharma Ltd")
    wait_until_readable()
    body = read(api())
    event = Event.objects.get(type="contact.updated")
    assert (body["success"], body["has_more"]) == (True, False)
    assert body["events"][-1] == {
        "id": str(event.sequence),
        "type": "contact.updated",
        "created_at": event.occurred_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "client_id": str(harbour.pk),
        "subject": {"type": "contact", "id": str(contact.pk)},
        "actor": {"kind": "person", "id": str(agent.pk), "name": "Anna Agent"},
        "data": {"changed_fields": ["company"]},
    }


def test_a_walk_meets_each_event_once_in_order(api, happen):
    all_of_them = happen(7)
    caller, cursor, walked, more = api(), "", [], True
    while more:
        body = read(caller, cursor=cursor, limit=3)
        walked.append(ids(body))
        cursor, more = body["next_cursor"], body["has_more"]
    assert walked == [all_of_them[:3], all_of_them[3:6], all_of_them[6:]]
    assert ids(read(caller, cursor=cursor)) == []
    later = happen(2)
    assert ids(read(caller, cursor=cursor)) == later


def test_the_end_is_where_what_is_new_begins(api, happen):
    happen(3)
    caller = api()
    for end in ("end", "latest"):
        body = read(caller, cursor=end)
        assert (ids(body), body["has_more"]) == ([], False)
        new = happen(1)
        assert ids(read(caller, cursor=body["next_cursor"])) == new


def test_only_some_types(api, actor, happen):
    contact = create(actor=actor(), name="Priya")
    happen(3)
    change(actor=actor(), contact=contact, company="X")
    wait_until_readable()
    caller = api()
    body = read(caller, types="contact.updated, deal.won")
    assert [event["type"] for event in body["events"]] == ["contact.updated"]
    assert ids(read(caller, types="contact.updated", cursor=body["next_cursor"])) == []
    nothing = read(caller, types="deal.won")
    happen(1)
    assert len(ids(read(caller, cursor=nothing["next_cursor"]))) == 1


def test_everybody_reads_their_own(api, happen, harbour, viewer, other_client_agent, outsider):
    ours, theirs = happen(1), happen(1, client_id=harbour.pk)
    for caller, seen in [
        (api(), ours + theirs),
        (api(scopes=["crm:read"]), ours + theirs),
        (api(client=harbour), theirs),
        (api(person=viewer), theirs),
        (api(person=other_client_agent), []),
        (api(person=outsider), []),
    ]:
        assert ids(read(caller)) == seen
    assert api(key=None).get("/events").status_code == 401


def test_nothing_turns_up_behind_a_reader(api, happen):
    """While a transaction is open that began before others, the feed stops below it; then all comes in order."""
    first = happen(1)
    caller = api()
    with second_connection() as other:
        other.execute("SELECT pg_current_xact_id()")
        create(actor=cast.acting(Event.objects.get().workspace), name="Later")
        body = read(caller)
        assert ids(body) == first
        other.rollback()
    wait_until_readable()
    assert len(ids(read(caller, cursor=body["next_cursor"]))) == 1


def test_a_wait_ends_as_soon_as_something_happens(api, happen, monkeypatch):
    happen(1)
    caller = api()
    cursor = read(caller, cursor="end")["next_cursor"]
    started = time.monotonic()
    waiting = InBackground(partial(read, caller, cursor=cursor, wait=25))
    time.sleep(0.6)
    new = happen(1)
    assert ids(waiting.result()) == new
    assert 0.6 < time.monotonic() - started < 20


def test_a_wait_for_nothing_ends_when_it_is_over_and_goes_on_from_there(api, happen):
    happen(1)
    caller = api()
    cursor = read(caller, cursor="end")["next_cursor"]
    started = time.monotonic()
    body = read(caller, cursor=cursor, wait=1)
    assert 1 <= time.monotonic() - started < 20
    assert (ids(body), body["has_more"]) == ([], False)
    assert ids(read(caller, cursor=body["next_cursor"])) == []


def test_who_waits_keeps_no_connection(api, happen, monkeypatch):
    happen(1)
    caller = api()
    cursor = read(caller, cursor="end")["next_cursor"]
    resting, go_on = threading.Event(), threading.Event()
    kept: list[object] = []

    def sleep(seconds: float) -> None:
        kept.append(connection.connection)
        resting.set()
        go_on.wait(30)

    monkeypatch.setattr(events_api.time, "sleep", sleep)
    waiting = InBackground(partial(read, caller, cursor=cursor, wait=1))
    assert resting.wait(30)
    go_on.set()
    waiting.result()
    assert set(kept) == {None}


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("cursor=x", "cursor", "This is not a cursor of this feed: send next_cursor as you got it, or “end”."),
        (
            "cursor=1-99999999999999999999",
            "cursor",
            "This is not a cursor of this feed: send next_cursor as you got it, or “end”.",
        ),
        ("types=deal.one", "types", "There is no “deal.one” here. Did you mean “deal.won”?"),
        ("limit=0", "limit", "Send a whole number from 1 to 500."),
        ("limit=501", "limit", "Send a whole number from 1 to 500."),
        ("wait=26", "wait", "Send a whole number from 0 to 25."),
        ("wait=-1", "wait", "Send a whole number from 0 to 25."),
        ("wait=%C2%B2", "wait", "Send a whole number from 0 to 25."),
        ("type=deal.won", "type", "There is no “type” here. Did you mean “types”?"),
        ("page=1", "page", "There is no “page” here. There is: cursor, limit, types, wait."),
    ],
)
def test_what_is_not_understood_is_refused(api, query, field, sentence):
    answer = api().get(f"/events?{query}")
    assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, {field: [sentence]})


def test_a_cursor_is_always_there(api):
    body = read(api())
    assert body["events"] == []
    assert re.fullmatch(r"\d+-\d+", body["next_cursor"])
    assert ids(read(api(), cursor=body["next_cursor"])) == []


def test_the_feed_costs_the_same_however_long_it_is(api, happen, django_assert_max_num_queries):
    caller = api()
    happen(1)
    read(caller)
    with django_assert_max_num_queries(6) as few:
        read(caller)
    happen(29)
    with django_assert_max_num_queries(6) as many:
        assert len(ids(read(caller))) == 30
    assert len(few) == len(many)
