"""A workspace with weeks of random work behind it, written row by row: what reports are counted over, and what SQL by
hand counts over too."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import Membership, Role, Workspace
from activity.models import Event
from clients.models import Campaign, Client
from contacts.models import Contact
from deals.models import Deal, Stage
from deals.stages import lay_out
from inbox.intents.labels import Intent
from inbox.models import Conversation, FollowUp, IntentTag, Message
from tests import cast

# Over the night in which clocks are put back, and up to a Friday noon.
BEGINS, ENDS = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
CHANNELS = ("email", "whatsapp", "chat")
CURRENCIES = ("EUR", "USD", "JPY")
TALKS, MOST_SAID, DEALS, PROMISES = 50, 8, 90, 30


@dataclass
class World:
    workspace: Workspace
    dice: random.Random
    clients: list[Client | None] = field(default_factory=list)
    members: list[Membership] = field(default_factory=list)
    campaigns: dict[Client | None, list[Campaign]] = field(default_factory=dict)
    talks: list[Conversation] = field(default_factory=list)

    def moment(self, after: datetime = BEGINS) -> datetime:
        """To the whole second."""
        return after + timedelta(seconds=self.dice.randrange(int((ENDS - after).total_seconds())))


def a_world(seed: int) -> World:
    world = World(cast.a_workspace(time_zone="Europe/Berlin"), random.Random(seed))  # noqa: S311 - not a secret
    harbour, meadow = (cast.a_client(world.workspace, name) for name in (f"Harbour {seed}", f"Meadow {seed}"))
    world.clients = [harbour, meadow, None]
    world.campaigns = {one: [cast.a_campaign(world.workspace, client=one) for _ in range(2)] for one in world.clients}
    world.members = [
        cast.member(world.workspace, f"Olga {seed}", Role.OWNER),
        cast.member(world.workspace, f"Anna {seed}"),
        cast.member(world.workspace, f"Hera {seed}", clients=[harbour]),
        cast.member(world.workspace, f"Mina {seed}", clients=[meadow]),
        cast.member(world.workspace, f"Hal {seed}", Role.VIEWER, clients=[harbour]),
    ]
    _talk(world)
    _promise(world)
    _deal(world)
    return world


def _talk(world: World) -> None:
    dice = world.dice
    for number in range(TALKS):
        client = dice.choice(world.clients)
        contact = Contact.objects.create(
            workspace=world.workspace, client=client, name=f"Person {number}", last_activity_at=ENDS
        )
        Contact.objects.filter(pk=contact.pk).update(created_at=world.moment())
        status = dice.choice([Conversation.Status.ACTIVE, Conversation.Status.ACTIVE, Conversation.Status.CLOSED])
        talk = Conversation.objects.create(
            workspace=world.workspace, client=client, contact=contact, channel=dice.choice(CHANNELS), status=status,
            campaign=dice.choice([None, *world.campaigns[client]]), turn=dice.choice(Conversation.Turn.values),
            assignee=dice.choice([None, *world.members[:3]]), sorted_at=ENDS,
        )  # fmt: skip
        world.talks.append(talk)
        _say(world, talk)
        Event.objects.bulk_create(_closed(world, talk) for _ in range(dice.choice([0, 0, 1, 2])))


def _say(world: World, talk: Conversation) -> None:
    dice = world.dice
    moments = sorted({world.moment() for _ in range(dice.randint(0, MOST_SAID))})
    said = [_message(world, talk, position, at) for position, at in enumerate(moments, 1)]
    Message.objects.bulk_create(said)
    tags = [tag for message in said if message.direction == "inbound" for tag in _tags(world, message)]
    IntentTag.objects.bulk_create(tags)


def _message(world: World, talk: Conversation, position: int, at: datetime) -> Message:
    dice = world.dice
    inbound = dice.random() < 0.6
    by = None if inbound else dice.choice([None, *world.members[:4]])
    kind = "contact" if inbound else "person" if by else dice.choice(["person", "system", "key"])
    return Message(
        workspace=world.workspace, client_id=talk.client_id, conversation=talk, position=position,
        direction="inbound" if inbound else "outbound", body="Hello", author_kind=kind, author_id=by.pk if by else None,
        occurred_at=at, arrived_at=at, content_digest="", digest="",
    )  # fmt: skip


def _tags(world: World, message: Message) -> list[IntentTag]:
    versions = world.dice.choice([[], ["one"], ["one"], ["one", "two"]])
    made = [_tag(world, message, made_by="model", version=version) for version in versions]
    said = [_tag(world, message, made_by="person")] if world.dice.random() < 0.25 else []
    return made + said


def _tag(world: World, message: Message, **how: str) -> IntentTag:
    intent = world.dice.choice(list(Intent))
    return IntentTag(workspace=world.workspace, message=message, intent=intent, confidence=0.9, **how)


def _closed(world: World, talk: Conversation) -> Event:
    return Event(
        workspace=world.workspace, client_id=talk.client_id, type="conversation.closed", subject_type="conversation",
        subject_id=talk.pk, actor_kind="person", actor_name="Olga", occurred_at=world.moment(),
    )  # fmt: skip


def _promise(world: World) -> None:
    dice = world.dice
    for _ in range(PROMISES):
        talk = dice.choice(world.talks)
        done = dice.choice([None, world.moment()])
        FollowUp.objects.create(
            workspace=world.workspace, client_id=talk.client_id, contact_id=talk.contact_id, conversation=talk,
            owner=dice.choice([None, *world.members[:3]]), due_at=world.moment() + timedelta(days=5), done_at=done,
        )  # fmt: skip


def _deal(world: World) -> None:
    dice, stages = world.dice, lay_out(world.workspace)
    won = [stage for stage in stages if stage.kind == Stage.Kind.WON]
    for place in range(DEALS):
        talk, stage = dice.choice(world.talks), dice.choice([*stages, *won * 3])
        opened = world.moment()
        closed = None if stage.kind == Stage.Kind.OPEN else world.moment(opened)
        deal = Deal.objects.create(
            workspace=world.workspace, client_id=talk.client_id, contact_id=talk.contact_id, title=f"Deal {place}",
            conversation=dice.choice([talk, talk, None]), stage=stage, place=place, value=dice.randrange(10**7),
            currency=dice.choice(CURRENCIES), owner=dice.choice([None, *world.members[:3]]), closed_at=closed,
            stage_since=opened, deleted_at=dice.choice([None, None, None, None, ENDS]),
        )  # fmt: skip
        Deal.objects.filter(pk=deal.pk).update(created_at=opened)


def by_hand(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
