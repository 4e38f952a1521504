"""What the database works out at once is what Python finds message by message: to the cent and to the second."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from activity.models import Event
from inbox.models import Conversation, IntentTag, Message
from reports import agents, clients, intents, speed
from reports.choosing import choose
from reports.hours_kept import hours_of
from reports.models import WorkingHours
from reports.sheets import Sheet
from tests.cast import acting
from tests.reports.reading import turns_told
from tests.reports.slow import answers as slow_answers
from tests.reports.slow import turns as slow_turns
from tests.reports.slow import wanted as slow_wanted
from tests.reports.world import BEGINS, ENDS, World, a_world

# Clocks that are put back in these weeks, one of them at midnight, one that goes half an hour forward, one that stays.
ZONES = ["Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu"]
EVENTS = [
    ("conversation.closed", {}),
    ("conversation.closed", {}),
    ("conversation.reopened", {"reason": "undone"}),
    ("conversation.reopened", {}),
    ("conversation.reopened", {"reason": "new message"}),
    ("conversation.updated", {"changed_fields": ["turn"]}),
    ("conversation.updated", {"changed_fields": ["subject"]}),
]
SPANS: list[dict[str, str]] = [{"span": "90d"}, {"from": "2026-10-19", "to": "2026-11-04"}]
REPORTS = [speed.SPEED, intents.INTENTS, agents.AGENTS, clients.CLIENTS]
# Where a report takes its figures from, and who finds them slowly.
SLOWLY: list[tuple[Any, str, Callable[..., Any]]] = [
    *((room, "answers", slow_answers.answers) for room in (speed, agents, clients)),
    (intents, "wanted", slow_wanted.wanted),
    (clients, "wanted_by_client", slow_wanted.wanted_by_client),
]


def a_restless_world(seed: int) -> World:
    """Where things happen in the same second and arrive out of order; conversations are closed, reopened and handed to
    nobody at random, messages judged and judged otherwise."""
    world = a_world(seed)
    dice = world.dice
    opens = dice.randrange(1400)
    WorkingHours.objects.create(
        workspace=world.workspace, days=sorted(dice.sample(range(7), dice.randint(1, 7))), opens=opens,
        closes=dice.randrange(opens + 1, 1441),
    )  # fmt: skip
    world.workspace.time_zone = ZONES[seed % len(ZONES)]
    world.workspace.save(update_fields=["time_zone"])
    for talk in dice.sample(world.talks, 25):
        _rush(world, talk, world.moment())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inbox_message, inbox_intenttag, inbox_conversation, activity_event, deals_deal")
    return world


def _rush(world: World, talk: Conversation, around: datetime) -> None:
    dice, known = world.dice, Message.objects.filter(conversation=talk).count()
    times = [around + timedelta(seconds=dice.choice([0, 0, 1, 2, 3, 60, 7200, 90_000])) for _ in range(14)]
    said = [_said(world, talk, known + number, at) for number, at in enumerate(times[: dice.randint(2, 9)], 1)]
    Message.objects.bulk_create(said)
    IntentTag.objects.bulk_create(
        tag for one in said if one.direction == "inbound" and dice.random() < 0.5 for tag in _judged(world, one)
    )
    Event.objects.bulk_create(_done(world, talk, at) for at in times[9 : 9 + dice.randint(0, 5)])


def _said(world: World, talk: Conversation, position: int, at: datetime) -> Message:
    inbound, by = world.dice.random() < 0.5, world.dice.choice([None, *world.members])
    return Message(
        workspace=world.workspace, client_id=talk.client_id, conversation=talk, position=position, body="Hello",
        direction="inbound" if inbound else "outbound", occurred_at=at, arrived_at=at, content_digest="", digest="",
        author_kind="contact" if inbound else world.dice.choice(["person", "person", "system"]),
        author_id=by.pk if by and not inbound else None,
    )  # fmt: skip


def _judged(world: World, message: Message) -> Iterator[IntentTag]:
    makers = world.dice.choice([["model"], ["person"], ["person", "person"], ["model", "person", "llm"]])
    for number, maker in enumerate(makers):
        intent = world.dice.choice(["out_of_office", "interested", "question"])
        yield IntentTag(
            workspace=world.workspace, message=message, intent=intent, confidence=0.5, made_by=maker, version=number
        )


def _done(world: World, talk: Conversation, at: datetime) -> Event:
    kind, payload = world.dice.choice(EVENTS)
    return Event(
        workspace=world.workspace, client_id=talk.client_id, type=kind, subject_type="conversation", payload=payload,
        subject_id=talk.pk, actor_kind="person", actor_name="Olga", occurred_at=at,
    )  # fmt: skip


def spans(dice: random.Random) -> Iterator[tuple[datetime, datetime]]:
    yield BEGINS, ENDS
    for _ in range(2):
        since = BEGINS + timedelta(hours=dice.randrange(1000))
        yield since, since + timedelta(hours=dice.randrange(1, 300))


@pytest.mark.parametrize("seed", [10, 13])
def test_turns_are_the_same_to_the_microsecond_whatever_happens_in_a_conversation(db: None, seed: int) -> None:
    world = a_restless_world(seed)
    hours, counted = hours_of(world.workspace), 0
    for who in (world.members[0], world.members[2]):
        for within in (Q(), Q(channel="email")):
            for since, until in spans(world.dice):
                asked = (acting(who), within, since, until, ENDS, hours)
                expected = slow_turns.turns(*asked)
                assert turns_told(*asked) == expected
                counted += len(expected)
    assert counted > 100


@pytest.mark.parametrize("seed", [23, 26])
def test_every_sheet_is_the_same_to_the_cent_and_the_second(
    db: None, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = a_restless_world(seed)
    owner, hera, viewer = (acting(world.members[number]) for number in (0, 2, 4))
    asked = [(owner, {}), (hera, {}), (viewer, {}), *((owner, narrowed) for narrowed in _narrowings(world))]
    with time_machine.travel(ENDS, tick=False), timezone.override(ZoneInfo(world.workspace.time_zone)):
        for actor, narrowed in asked:
            for span in SPANS[1:] if narrowed else SPANS:
                for report in REPORTS[:2] if narrowed else REPORTS:
                    chosen = choose(report, actor, {**span, **narrowed})
                    quickly = _plain(report.sheets(actor, chosen))
                    with monkeypatch.context() as slow:
                        for room, name, way in SLOWLY:
                            slow.setattr(room, name, way)
                        assert quickly == _plain(report.sheets(actor, chosen)), (report.key, narrowed)


def _narrowings(world: World) -> list[dict[str, str]]:
    """What a report does not take says nothing to it."""
    campaign = world.campaigns[world.clients[0]][0]
    owners = [{"owner": "none"}, {"owner": str(world.members[1].pk)}]
    return [*owners, {"channel": "chat"}, {"campaign": str(campaign.pk)}]


def _plain(sheets: Sequence[Sheet]) -> list[Any]:
    return [(one.key, one.columns, one.note, one.empty, one.chart, list(one.rows)) for one in sheets]
