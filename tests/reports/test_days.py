"""Many days at random: the board of each is what it was that evening, and what moved is the difference, to the cent."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import combinations
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from clients.models import Client
from contacts.actions import create as create_contact
from contacts.models import Contact
from crm.errors import Refusal
from deals import actions, many, retiring, stages, taking_back
from deals.board import heads
from deals.many import Chosen as OfMany
from deals.models import Deal, Stage
from deals.stages import lay_out
from reports.base import Chosen
from reports.choosing import choose
from reports.pipeline.board import columns
from reports.pipeline.movements import WITHIN, Move, between
from reports.pipeline.then import open_totals, stages_at, standing, sums
from reports.pipeline.titles import NOT_HERE
from reports.registry import REPORTS
from reports.spans import begin_of, end_of
from tests.cast import acting

DAYS = 12
FIRST = date(2026, 3, 24)  # the clocks of Berlin change within these days
BERLIN = ZoneInfo("Europe/Berlin")
CURRENCIES = ("EUR", "EUR", "EUR", "JPY", "KWD")

# Of each column: its name, and by currency how many deals, their value and their weighted value.
Snapshot = list[tuple[str, dict[str, tuple[int, int, int]]]]


class Life:
    """What happens to the deals of a workspace, one thing after another."""

    def __init__(self, team: Actor, contacts: list[Contact], owners: list[Membership], chance: random.Random) -> None:
        self.team, self.contacts, self.owners, self.chance = team, contacts, owners, chance
        self.undoable: list[Any] = []

    def go_on(self) -> None:
        things: list[tuple[Callable[[], object], int]] = [
            (self.open, 5), (self.move, 6), (self.edit, 5), (self.delete, 2), (self.restore, 2), (self.move_many, 1),
            (self.take_back, 2), (self.weigh, 1), (self.retire, 1), (self.to_another_client, 1), (self.told_late, 1),
        ]  # fmt: skip
        thing = self.chance.choices([one for one, _ in things], [weight for _, weight in things])[0]
        with suppress(Refusal):
            thing()

    def deal(self, *, gone: bool = False) -> Deal | None:
        rows = Deal.objects.filter(workspace=self.team.workspace, deleted_at__isnull=not gone)
        found = list(rows.select_related("stage").order_by("pk"))
        return self.chance.choice(found) if found else None

    def stage(self) -> str:
        return self.chance.choice([one.key for one in lay_out(self.team.workspace)])

    def money(self) -> dict[str, Any]:
        return {"value": self.chance.randrange(0, 5_000_00), "currency": self.chance.choice(CURRENCIES)}

    def later(self) -> date:
        return FIRST + timedelta(days=self.chance.randrange(-10, 120))

    def open(self) -> None:
        actions.create(
            actor=self.team, contact_id=self.chance.choice(self.contacts).pk, stage=self.stage(), **self.money(),
            owner_id=self.chance.choice([None, *(one.pk for one in self.owners)]),
            expected_close_on=self.chance.choice([None, self.later()]),
        )  # fmt: skip

    def move(self) -> None:
        if deal := self.deal():
            before = taking_back.standing(self.team, [deal.pk])
            actions.move(actor=self.team, deal=deal, stage=self.stage())
            self.undoable.append(taking_back.changes(self.team, before))

    def edit(self) -> None:
        if deal := self.deal():
            fields = self.chance.choice([
                {"value": self.money()["value"]}, self.money(), {"title": "Other"}, {"expected_close_on": self.later()},
                {"owner_id": self.chance.choice(self.owners).pk}, {"value": 7, "stage": self.stage()},
            ])  # fmt: skip
            before = taking_back.standing(self.team, [deal.pk])
            actions.change(actor=self.team, deal=deal, **fields)
            self.undoable.append(taking_back.changes(self.team, before))

    def delete(self) -> None:
        if deal := self.deal():
            before = taking_back.standing(self.team, [deal.pk])
            actions.delete(actor=self.team, deal=deal)
            self.undoable.append(taking_back.changes(self.team, before))

    def restore(self) -> None:
        if deal := self.deal(gone=True):
            actions.restore(actor=self.team, deal=deal)

    def move_many(self) -> None:
        rows = Deal.objects.filter(workspace=self.team.workspace, deleted_at=None).select_related("stage")
        some = self.chance.sample(list(rows.order_by("pk")), min(3, rows.count()))
        many.move(actor=self.team, chosen=[OfMany(deal) for deal in some], stage=self.stage())

    def take_back(self) -> None:
        if self.undoable:
            taking_back.put_back(self.team, {"deals": self.undoable.pop()})

    def weigh(self) -> None:
        stage = Stage.objects.get(workspace=self.team.workspace, key=self.stage())
        if stage.kind == Stage.Kind.OPEN:
            position = self.chance.randrange(1, 4)
            name = f"Stage {self.chance.randrange(99)}"
            stages.change(
                actor=self.team, stage=stage, probability=self.chance.randrange(101), name=name, position=position
            )

    def retire(self) -> None:
        stage = Stage.objects.get(workspace=self.team.workspace, key=self.stage())
        into = Stage.objects.get(workspace=self.team.workspace, key=self.stage())
        retiring.delete(actor=self.team, stage=stage, into=into)
        stages.create(actor=self.team, key=f"stage-{self.chance.randrange(10**6)}", name="New one", kind=stage.kind)

    def to_another_client(self) -> None:
        """As when what a client has goes over to another one."""
        if deal := self.deal():
            other = self.chance.choice([one for one in self.contacts if one.client_id != deal.client_id])
            now = timezone.now()
            Deal.objects.filter(pk=deal.pk).update(
                client=other.client_id, contact=other, version=deal.version + 1, updated_at=now
            )

    def told_late(self) -> None:
        """As when an outside system tells of a move after it, and of another one came first."""
        if deal := self.deal():
            late = self.team.back_at(timezone.now() - timedelta(seconds=50))
            actions.change(actor=late, deal=deal, stage=self.stage(), **self.money())


@pytest.fixture(autouse=True)
def _in_berlin() -> Iterator[None]:
    with timezone.override(BERLIN):
        yield


@pytest.fixture(params=[1, 2])
def lived(
    request: pytest.FixtureRequest, workspace: Workspace, owner: Membership, agent: Membership, harbour: Client,
    meadow: Client, viewer: Membership,
) -> dict[str, list[Snapshot]]:  # fmt: skip
    """What the boards of the team and of a client's viewer showed, each evening."""
    people = {"team": acting(owner), "viewer": acting(viewer)}
    evenings: dict[str, list[Snapshot]] = {name: [] for name in people}
    chance = random.Random(request.param)  # noqa: S311  (no secret)
    for number in range(DAYS):
        dawn = datetime.combine(FIRST + timedelta(days=number), time(0), tzinfo=BERLIN).astimezone(UTC)
        with time_machine.travel(dawn, tick=False) as clock:
            if number == 0:
                contacts = [
                    create_contact(actor=acting(owner), name="P", client_id=one.pk) for one in (harbour, meadow)
                ]
                life = Life(acting(owner), contacts, [owner, agent], chance)
                lay_out(workspace)
            for _ in range(12):
                clock.shift(timedelta(seconds=chance.randrange(60, 6000)))
                life.go_on()
            for name, actor in people.items():
                evenings[name].append(snapshot(actor))
    return evenings


def snapshot(actor: Actor) -> Snapshot:
    """As the live board shows it at this moment."""
    shown = heads(actor, Deal.objects.visible_to(actor))
    return [
        (
            one.stage.name,
            {each.currency: (one.sums.counts[each.currency], each.value, each.weighted) for each in one.sums.totals},
        )
        for one in shown
    ]


def rebuilt(actor: Actor, day: date) -> Snapshot:
    return [
        (one.stage.name, {sum_.currency: (sum_.deals, sum_.value, sum_.weighted) for sum_ in one.sums})
        for one in columns(actor, on(actor, day))
    ]


def on(who: Actor | Membership, day: date) -> Chosen:
    actor = who if isinstance(who, Actor) else acting(who)
    return choose(REPORTS["board"], actor, {"on": day.isoformat()})


def days() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range(DAYS)]


def test_the_board_of_every_day_is_what_it_was_that_evening(
    lived: dict[str, list[Snapshot]], owner: Membership, viewer: Membership
) -> None:
    for name, who in (("team", owner), ("viewer", viewer)):
        assert [rebuilt(acting(who), day) for day in days()] == lived[name]
        assert any(sums_ for _, sums_ in lived[name][-1])
    named = {row.cells[0] for day in days() for row in REPORTS["board"].sheets(acting(viewer), on(viewer, day))[1].rows}
    mine = set(Deal.objects.ever_visible_to(acting(viewer)).values_list("title", flat=True))
    assert named <= mine | {NOT_HERE}, "what went to another client is not named"


def test_what_moved_between_any_two_days_is_the_difference_of_their_pipelines(
    lived: dict[str, list[Snapshot]], owner: Membership, viewer: Membership
) -> None:
    seen: Counter[Move] = Counter()
    for actor in (acting(owner), acting(viewer)):
        chosen = choose(REPORTS["board"], actor, {})
        totals = {day: pipeline(actor, chosen, end_of(day)) for day in days()}
        for first, last in combinations(days(), 2):
            added: Counter[str] = Counter()
            for one in between(actor, chosen, end_of(first), end_of(last)):
                added[one.currency] += one.amount
                seen[one.move] += 1
                assert one.amount == 0 or one.move not in WITHIN
            assert nonzero(added) == nonzero(Counter(totals[last]), minus=totals[first])
    assert set(seen) >= {Move.CREATED, Move.WON, Move.LOST, Move.DELETED, Move.UP, Move.DOWN, Move.ADVANCED}


def pipeline(actor: Actor, chosen: Chosen, moment: datetime) -> dict[str, int]:
    return open_totals(sums(standing(actor, chosen, moment), stages_at(actor, moment)))


def nonzero(totals: "Counter[str]", minus: Mapping[str, int] = MappingProxyType({})) -> dict[str, int]:
    totals.subtract(minus)
    return {code: total for code, total in totals.items() if total}


def test_every_figure_is_that_of_sql_written_by_hand(lived: dict[str, list[Snapshot]], owner: Membership) -> None:
    actor = acting(owner)
    with time_machine.travel(end_of(days()[-1]) - timedelta(seconds=1), tick=False):
        assert shown("pipeline", actor) == sql(PIPELINE)
        assert {row for row in shown("forecast", actor) if row[1]} == sql(FORECAST, [days()[-1], days()[-1]])
        span = {"from": days()[2].isoformat(), "to": days()[8].isoformat()}
        bounds = [begin_of(days()[2]), end_of(days()[8])]
        reached = {row[:2] for row in shown("conversion", actor, span)}
        assert reached == sql(CONVERSION, bounds)
        assert {row[:4] for row in shown("time-in-stage", actor, span) if row[1]} == sql(STAYS, bounds)
    totals, causes, _, every = REPORTS["moved"].sheets(actor, choose(REPORTS["moved"], actor, span))
    for row in totals.rows:
        before, after, difference = row.cells[1:]
        assert after - before == difference  # type: ignore[operator]
        assert sum(one.cells[2] for one in causes.rows if one.currency == row.currency) == difference  # type: ignore[misc]
        assert sum(one.cells[5] for one in every.rows if one.currency == row.currency) == difference  # type: ignore[misc]


def shown(key: str, actor: Actor, given: Mapping[str, str] = MappingProxyType({})) -> set[tuple[object, ...]]:
    rows = REPORTS[key].sheets(actor, choose(REPORTS[key], actor, given))[0].rows
    assert len(rows) > 1
    return {(*row.cells, row.currency) if row.currency else row.cells for row in rows}


def sql(statement: str, values: Sequence[date] = ()) -> set[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return {tuple(int(cell) if isinstance(cell, Decimal) else cell for cell in row) for row in cursor.fetchall()}


# There is one workspace with deals in these tests.
OPEN = """FROM deals_deal deal JOIN deals_stage stage ON stage.id = deal.stage_id
    WHERE stage.kind = 'open' AND deal.deleted_at IS NULL"""
PIPELINE = f"""
    SELECT stage.name, count(*), sum(value), trunc(sum(value * probability) / 100), currency {OPEN}
    GROUP BY stage.id, currency"""
FORECAST = f"""
    SELECT CASE WHEN expected_close_on IS NULL THEN 'No date' WHEN expected_close_on < %s THEN 'Overdue'
                ELSE to_char(expected_close_on, 'FMMon YYYY') END AS month,
           count(*), sum(value), trunc(sum(value * probability) / 100), currency {OPEN} AND %s IS NOT NULL
    GROUP BY month, currency"""
CONVERSION = """
    WITH opened AS (
        SELECT deal.id FROM deals_deal deal JOIN deals_stagechange change ON change.deal_id = deal.id
        WHERE deal.deleted_at IS NULL AND from_stage_id IS NULL AND changed_at >= %s AND changed_at < %s
    ),
    been AS (SELECT change.deal_id, stage.* FROM deals_stagechange change JOIN opened ON opened.id = change.deal_id
             JOIN deals_stage stage ON stage.id = change.to_stage_id)
    SELECT stage.name, (
        SELECT count(*) FROM opened WHERE stage.position = (
            SELECT min(position) FROM deals_stage WHERE kind = 'open' AND retired_at IS NULL
        ) OR EXISTS (SELECT FROM been WHERE deal_id = opened.id AND (
            been.kind = 'won' OR (been.kind = 'open' AND been.retired_at IS NULL AND been.position >= stage.position)
        ))
    )
    FROM deals_stage stage WHERE stage.kind = 'open' AND stage.retired_at IS NULL
    UNION ALL SELECT 'Won', count(DISTINCT deal_id) FROM been WHERE kind = 'won'"""
STAYS = """
    SELECT stage.name || CASE WHEN stage.retired_at IS NULL THEN '' ELSE ' (deleted)' END, count(*),
           round(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds))::bigint, round(avg(seconds))::bigint
    FROM (
        SELECT came.to_stage_id, extract(epoch FROM min(went.changed_at) - came.changed_at) AS seconds,
               min(went.changed_at) AS ended_at
        FROM deals_stagechange came
        JOIN deals_stagechange went ON went.deal_id = came.deal_id
             AND (went.changed_at, went.id) > (came.changed_at, came.id)
        JOIN deals_deal deal ON deal.id = came.deal_id
        WHERE deal.deleted_at IS NULL GROUP BY came.id
    ) stay JOIN deals_stage stage ON stage.id = stay.to_stage_id
    WHERE stage.kind = 'open' AND ended_at >= %s AND ended_at < %s GROUP BY stage.id"""
