"""Who was away hears what they missed, once and in order, or that it was too much."""

import pytest
from django.db import transaction

from accounts.actors import system
from accounts.models import Membership, Workspace
from activity import log
from activity.live import streaming
from activity.log import Position
from activity.types import EventType
from clients.models import Client
from tests.activity.conftest import Happen
from tests.activity.live.conftest import Follow, place
from tests.arrivals import wait_until_readable
from tests.crowd import InBackground

pytestmark = pytest.mark.django_db(transaction=True)


def many(workspace: Workspace, client: Client, count: int) -> None:
    with transaction.atomic():
        for _ in range(count):
            log.record(system(workspace, "test"), EventType.CLIENT_CREATED, client, client=client.pk)
    wait_until_readable()


def test_without_a_place_it_begins_now(follow: Follow, agent: Membership, happen: Happen) -> None:
    happen()
    wait_until_readable()
    stream = follow(agent)
    event = place(happen())
    assert [one.id for one in stream.take(1)] == [event]


@pytest.mark.parametrize("how", ["header", "query"])
def test_from_a_place_it_goes_on_with_what_was_missed(
    follow: Follow, agent: Membership, happen: Happen, how: str
) -> None:
    seen, *unseen = [place(happen()) for _ in range(4)]
    wait_until_readable()
    how_far = {"header": {"Last-Event-ID": seen}, "query": {"after": seen}}[how]
    stream = follow(agent, ready=False, **how_far)
    assert [one.id for one in stream.until("ready")] == unseen
    event = place(happen())
    assert [one.id for one in stream.take(1)] == [event]


def test_the_header_of_a_browser_that_comes_again_counts_more_than_the_address(
    follow: Follow, agent: Membership, happen: Happen
) -> None:
    first, second, third = [place(happen()) for _ in range(3)]
    wait_until_readable()
    stream = follow(agent, after=first, ready=False, **{"Last-Event-ID": second})
    assert [one.id for one in stream.until("ready")] == [third]


def test_the_place_of_a_page_that_was_shown_leads_on_to_what_happened_since(
    follow: Follow, agent: Membership, happen: Happen
) -> None:
    happen()
    wait_until_readable()
    shown = log.now()
    event = place(happen())
    wait_until_readable()
    assert [one.id for one in follow(agent, after=str(shown), ready=False).until("ready")] == [event]


def test_what_one_may_not_see_is_not_told_afterwards_either(
    follow: Follow, viewer: Membership, workspace: Workspace, harbour: Client, meadow: Client
) -> None:
    many(workspace, meadow, 3)
    many(workspace, harbour, 2)
    many(workspace, meadow, 1)
    told = follow(viewer, after="0-0", ready=False).until("ready")
    assert len(told) == 2
    assert {one.data["id"] for one in told} == {str(harbour.pk)}


def test_five_hundred_are_told_one_by_one_and_of_more_only_that_it_was_too_much(
    follow: Follow, agent: Membership, workspace: Workspace, harbour: Client, happen: Happen
) -> None:
    start = str(log.now())
    many(workspace, harbour, streaming.MOST_MISSED)
    assert len(follow(agent, after=start, ready=False).until("ready")) == 500
    many(workspace, harbour, 1)
    stream = follow(agent, after=start, ready=False)
    (reset,) = stream.until("ready")
    assert (reset.event, reset.data) == ("message", {"type": "reset"})
    assert Position.parse(str(reset.id)) > Position.parse(start)
    event = place(happen())
    assert [one.id for one in stream.take(1)] == [event]
    wait_until_readable()
    assert [one.id for one in follow(agent, after=str(reset.id), ready=False).until("ready")] == [event]


def test_nothing_is_missed_or_doubled_where_one_leaves_and_comes_again_amidst_writers(
    follow: Follow, agent: Membership, happen: Happen
) -> None:
    writer = InBackground(lambda: [place(happen()) for _ in range(150)])
    stream, told = follow(agent, after="0-0", ready=False), list[str | None]()
    while len(told) < 150:
        told += [one.id for one in stream.take(min(7, 150 - len(told)))]
        stream.close()
        stream = follow(agent, after=str(told[-1]), ready=False)
    assert told == writer.result()
