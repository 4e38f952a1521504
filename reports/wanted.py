"""What people wanted in a time, by channel and campaign, and what came of it: counted by the database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from accounts.actors import Actor
from deals.models import Deal
from inbox.models import Message
from reports.base import Chosen
from reports.last_word import LAST_WORD


@dataclass(frozen=True)
class Outcome:
    """Of the conversations with one intent: how many they are, with how many of these a deal goes, a won one. median:
    seconds from the first message with this intent to the first deal after it."""

    conversations: int = 0
    dealt: int = 0
    won: int = 0
    median: float | None = None


@dataclass(frozen=True)
class Group:
    """messages: with the intent. any: of the conversations that had it; first: of those that began with it."""

    messages: int = 0
    any: Outcome = Outcome()
    first: Outcome = Outcome()


class Worth(NamedTuple):
    """What the won deals are worth, in minor units: of the conversations that had an intent, that began with it."""

    any: int
    first: int


# A channel by its value; a campaign, None for none; with an intent.
OfChannel: TypeAlias = tuple[str, str]
OfCampaign: TypeAlias = tuple[UUID | None, str]


@dataclass
class Wanted:
    """intents, channels, campaigns: those that there is anything of. worth: by intent and currency. corrected: by
    intent, the share of those judged to be so that a person took for something else."""

    intents: dict[str, Group] = field(default_factory=dict)
    channels: dict[OfChannel, Group] = field(default_factory=dict)
    campaigns: dict[OfCampaign, Group] = field(default_factory=dict)
    worth: dict[str, dict[str, Worth]] = field(default_factory=lambda: defaultdict(dict))
    corrected: dict[str, float] = field(default_factory=dict)


# `said` are the messages that were judged; machine: what the newest judgement was that no person made, NULL where there
# is none. `met` is each intent that a conversation had in this time, from when, and whether it began with it: whether
# nothing that was judged came before.
SAID = """
said AS (
    SELECT message.id, message.conversation_id AS talk, message.client_id, message.occurred_at AS at, message.position,
        word.intent,
        CASE WHEN word.made_by <> 'person' THEN word.intent ELSE (
            SELECT tag.intent FROM inbox_intenttag tag WHERE tag.message_id = message.id AND tag.made_by <> 'person'
            ORDER BY tag.created_at DESC, tag.id DESC LIMIT 1
        ) END AS machine
    FROM ({messages}) message JOIN ({last_word}) word ON word.message_id = message.id
)
"""
WANTED = """
WITH {said},
met AS (
    SELECT talk, intent, count(*) AS messages, min(at) AS at, bool_or(earliest) AND NOT EXISTS (
        SELECT FROM inbox_message before
        WHERE before.conversation_id = talk AND before.occurred_at < %s AND before.direction = 'inbound'
            AND EXISTS (SELECT FROM inbox_intenttag tag WHERE tag.message_id = before.id)
    ) AS first
    FROM (SELECT *, row_number() OVER (PARTITION BY talk ORDER BY at, position) = 1 AS earliest FROM said) said
    GROUP BY talk, intent
),
deal AS ({deals}),
came AS (
    SELECT met.talk, met.intent, met.first, bool_or(deal.kind = 'won') AS won,
        extract(epoch FROM min(deal.created_at) FILTER (WHERE deal.created_at >= met.at) - met.at)::float8 AS took
    FROM met JOIN deal ON deal.conversation_id = met.talk GROUP BY met.talk, met.intent, met.first, met.at
)
SELECT 'met', GROUPING(channel, campaign_id), channel, campaign_id, met.intent, NULL AS currency,
    sum(messages)::bigint, count(*), count(*) FILTER (WHERE first), NULL::bigint, NULL::float8, NULL::float8
FROM met JOIN inbox_conversation conversation ON conversation.id = talk
GROUP BY GROUPING SETS ((met.intent), (channel, met.intent), (campaign_id, met.intent))
UNION ALL
SELECT 'came', GROUPING(channel, campaign_id), channel, campaign_id, came.intent, NULL,
    count(*), count(*) FILTER (WHERE won), count(*) FILTER (WHERE first), count(*) FILTER (WHERE first AND won),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY took),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE first)
FROM came JOIN inbox_conversation conversation ON conversation.id = talk
GROUP BY GROUPING SETS ((came.intent), (channel, came.intent), (campaign_id, came.intent))
UNION ALL
SELECT 'worth', NULL, NULL, NULL, met.intent, currency,
    sum(value)::bigint, coalesce(sum(value) FILTER (WHERE first), 0)::bigint, NULL, NULL, NULL, NULL
FROM met JOIN deal ON deal.conversation_id = met.talk WHERE kind = 'won' GROUP BY met.intent, currency
UNION ALL
SELECT 'judged', NULL, NULL, NULL, machine, NULL,
    count(*), count(*) FILTER (WHERE machine <> intent), NULL, NULL, NULL, NULL
FROM said WHERE machine IS NOT NULL GROUP BY machine
"""
BY_CLIENT = "WITH {said} SELECT client_id, intent, count(*) FROM said GROUP BY client_id, intent"


def wanted(actor: Actor, chosen: Chosen) -> Wanted:
    """Of what was said in the chosen time. One query."""
    said, params = _said(actor, chosen)
    deals = Deal.objects.visible_to(actor).filter(conversation__isnull=False).order_by()
    dealt, dealing = _compiled(
        deals.values("conversation_id", "created_at", "value", "currency", kind=F("stage__kind"))
    )
    with connection.cursor() as cursor:
        cursor.execute(WANTED.format(said=said, deals=dealt), [*params, chosen.span.start, *dealing])
        return _gathered(cursor.fetchall())


def wanted_by_client(actor: Actor, chosen: Chosen) -> list[tuple[UUID | None, str, int]]:
    """How many messages of each client want what, of the client's own and None for the workspace's. One query."""
    said, params = _said(actor, chosen)
    with connection.cursor() as cursor:
        cursor.execute(BY_CLIENT.format(said=said), params)
        return list(cursor.fetchall())


def _said(actor: Actor, chosen: Chosen) -> tuple[str, list[Any]]:
    rows = Message.objects.visible_to(actor).filter(
        direction=Message.Direction.INBOUND, occurred_at__gte=chosen.span.start, occurred_at__lt=chosen.span.end
    )
    if chosen.channel:
        rows = rows.filter(conversation__channel=chosen.channel)
    if chosen.campaign:
        rows = rows.filter(conversation__campaign=chosen.campaign)
    columns = ("id", "conversation_id", "client_id", "occurred_at", "position")
    messages, params = _compiled(rows.order_by().values(*columns))
    return SAID.format(messages=messages, last_word=LAST_WORD), [*params, actor.workspace.pk]


def _compiled(rows: "QuerySet[Any, Any]") -> tuple[str, tuple[Any, ...]]:
    sql, params = rows.query.sql_with_params()
    return sql, params


# By which columns a row is grouped beside the intent: PostgreSQL's bits of those that it is not.
BY_CHANNEL, BY_CAMPAIGN = 1, 2


def _gathered(rows: Iterable[Sequence[Any]]) -> Wanted:
    found = Wanted()
    parts: dict[str, dict[tuple[Any, ...], Sequence[Any]]] = defaultdict(dict)
    for part, apart, channel, campaign, intent, currency, *figures in rows:
        parts[part][apart, channel, campaign, intent, currency] = figures
    for key, counted in parts["met"].items():
        _put(found, key, _group(counted, parts["came"].get(key, NOTHING_CAME)))
    for (_, _, _, intent, currency), (any_worth, first_worth, *_) in parts["worth"].items():
        found.worth[intent][currency] = Worth(any_worth, first_worth)
    for (_, _, _, intent, _), (judged, otherwise, *_) in parts["judged"].items():
        found.corrected[intent] = otherwise / judged
    return found


def _put(found: Wanted, key: tuple[Any, ...], group: Group) -> None:
    apart, channel, campaign, intent, _ = key
    if apart == BY_CHANNEL:
        found.channels[channel, intent] = group
    elif apart == BY_CAMPAIGN:
        found.campaigns[campaign, intent] = group
    else:
        found.intents[intent] = group


NOTHING_CAME = (0, 0, 0, 0, None, None)


def _group(met: Sequence[Any], came: Sequence[Any]) -> Group:
    messages, talks, begun, *_ = met
    dealt, won, first_dealt, first_won, took, first_took = came
    return Group(messages, Outcome(talks, dealt, won, took), Outcome(begun, first_dealt, first_won, first_took))
