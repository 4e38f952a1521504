"""Our turns: from the message that asks something of us to the answer.

A turn begins with the first message from the person that no person of ours has answered yet; more of the same wait does
not begin another. Automatic replies (out of office, bounces) begin none. What a program or an automation sent answers
nothing. Closing a conversation, or saying that no reply is needed, settles the turn; taking that back reopens it.

All of it is worked out by the database, in one reading of the conversations: a year of a large agency has more turns
than Python should hold. `tests.reports.slow.turns` says the same step by step.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from activity.models import Event
from activity.types import EventType
from inbox.intents.labels import Intent
from inbox.models import Conversation, Message
from reports.hours import Calendar, Hours
from reports.last_word import LAST_WORD

PERSON = "person"

# A step is what happens in a conversation that concerns turns. Its moves, at the same moment in this order: 1 somebody
# asks, 2 somebody answers, 3 an automatic message, 4 closed, 5 reopened, 6 said to be nobody's turn or that taken back.
#
# `spoke` numbers the asking and answering of a conversation, each with all that follows up to the next; `said` does so
# for every message. A conversation rests while it is closed or nobody's turn; any message ends that. What asks is
# settled where the conversation rested at last, and from when it did without a break.
#
# `edge` are the askings that a turn begins or ends with, `closes` where it is answered or settled, or the last of all:
# of each turn both, or one that is both. Conditions are kept in columns: of a comparison that it knows nothing about
# the database expects next to no rows, and would join them one by one.
TURNS = """
talk AS MATERIALIZED ({talks}),
step AS (
    SELECT message.conversation_id AS talk, message.occurred_at AS at, message.position, message.author_id AS by,
        CASE WHEN message.direction = 'outbound' THEN CASE message.author_kind WHEN 'person' THEN 2 ELSE 3 END
            WHEN automatic.message_id IS NOT NULL THEN 3 ELSE 1 END AS move
    FROM ({messages}) message
    LEFT JOIN (SELECT message_id FROM ({last_word}) word WHERE intent = %s) automatic
        ON automatic.message_id = message.id
    WHERE message.conversation_id IN (SELECT id FROM talk)
    UNION ALL
    SELECT subject_id, occurred_at, 0, NULL,
        CASE type WHEN 'conversation.closed' THEN 4 WHEN 'conversation.reopened' THEN 5 ELSE 6 END
    FROM ({doings}) doing WHERE subject_id IN (SELECT id FROM talk)
),
placed AS (
    SELECT *, row_number() OVER in_order AS place,
        count(*) FILTER (WHERE move <= 2) OVER in_order AS spoke,
        count(*) FILTER (WHERE move <= 3) OVER in_order AS said
    FROM step WINDOW in_order AS (PARTITION BY talk ORDER BY at, move, position ROWS UNBOUNDED PRECEDING)
),
rest AS (
    SELECT talk, spoke, place, at,
        coalesce(max(place) FILTER (WHERE move = 4) OVER so_far, 0)
            > coalesce(max(place) FILTER (WHERE move = 5) OVER so_far, 0)
            OR count(*) FILTER (WHERE move = 6) OVER so_far %% 2 = 1 AS rests
    FROM placed WHERE move > 3 WINDOW so_far AS (PARTITION BY talk, said ORDER BY place)
),
settled AS (
    SELECT talk, spoke, min(at) FILTER (WHERE place > awake) AS settled_at
    FROM (
        SELECT *, coalesce(max(place) FILTER (WHERE NOT rests) OVER (PARTITION BY talk, spoke), 0) AS awake FROM rest
    ) rest
    GROUP BY talk, spoke
),
spoken AS (
    SELECT talk, spoke, at, move = 1 AS asks, settled_at,
        coalesce(lag(move) OVER in_order, 2) = 2 OR lag(settled_at) OVER in_order IS NOT NULL AS opens,
        settled_at IS NOT NULL OR coalesce(lead(move) OVER in_order, 2) = 2 AS closes,
        lead(at) OVER in_order AS next_at, lead(by) OVER in_order AS next_by
    FROM placed LEFT JOIN settled USING (talk, spoke)
    WHERE move <= 2 WINDOW in_order AS (PARTITION BY talk ORDER BY spoke)
),
edge AS (
    SELECT talk, spoke, at, opens, closes, settled_at IS NOT NULL AS settled, coalesce(settled_at, next_at) AS ended,
        CASE WHEN settled_at IS NULL THEN next_by END AS by
    FROM spoken WHERE asks AND (opens OR closes)
),
bound AS (
    SELECT talk, at AS began, opens AND at >= %s AND at < %s AS counts,
        CASE WHEN closes THEN settled ELSE lead(settled) OVER in_order END AS settled,
        CASE WHEN closes THEN ended ELSE lead(ended) OVER in_order END AS ended,
        CASE WHEN closes THEN by ELSE lead(by) OVER in_order END AS by
    FROM edge WINDOW in_order AS (PARTITION BY talk ORDER BY spoke)
),
calendar AS (SELECT %s::timestamptz[] AS starts, %s::timestamptz[] AS ends, %s::interval[] AS before),
turn AS (
    SELECT talk, began, ended, settled, answered, CASE WHEN answered THEN by ELSE assignee_id END AS person,
        conversation.channel, conversation.client_id AS client, conversation.assignee_id AS assignee,
        extract(epoch FROM upto - began)::float8 AS clock,
        extract(epoch FROM greatest('0', {worked_at_end} - {worked_at_begin}))::float8 AS worked
    FROM bound JOIN inbox_conversation conversation ON conversation.id = talk CROSS JOIN calendar
    CROSS JOIN LATERAL (
        SELECT coalesce(ended, %s) AS upto, ended IS NOT NULL AND NOT settled AS answered
    ) fate
    WHERE counts
)
"""
# The working time from the calendar's first day up to a moment, as `hours.Calendar` counts it.
WORKED = """
    (before[1 + width_bucket({at}, starts)] - greatest('0', ends[width_bucket({at}, starts)] - {at}))
"""


def turns(
    actor: Actor, within: Q, since: datetime, until: datetime, now: datetime, hours: Hours
) -> tuple[str, list[Any]]:
    """What follows `WITH` in a statement, with its parameters. It gives `turn`: those that began from `since` to before
    `until`, in the conversations that the actor sees and `within` lets through (a condition on conversations); what
    happened after `now` is not looked at.

    ended: when it was answered or settled; NULL while it waits. person: who answered, NULL where that is no member;
    whose conversation it is, where nobody did. clock, worked: seconds until it ended, or until now; `worked` counts
    working hours alone. channel, client, assignee: the conversation's."""
    talks, talking = _compiled(_talks(actor, within, since, until).order_by().values("id"))
    messages, saying = _compiled(_messages(actor, now))
    doings, doing = _compiled(_doings(actor, now))
    sql = TURNS.format(
        talks=talks, messages=messages, doings=doings, last_word=LAST_WORD,
        worked_at_end=WORKED.format(at="upto"), worked_at_begin=WORKED.format(at="began"),
    )  # fmt: skip
    calendar = Calendar(hours, since, max(now, since))
    automatic = (actor.workspace.pk, Intent.OUT_OF_OFFICE.value)
    told = (since.astimezone(UTC), until.astimezone(UTC), calendar.starts, calendar.ends, calendar.before, now)
    return sql, [*talking, *saying, *automatic, *doing, *told]


def _compiled(rows: "QuerySet[Any, Any]") -> tuple[str, tuple[Any, ...]]:
    sql, params = rows.query.sql_with_params()
    return sql, params


def _talks(actor: Actor, within: Q, since: datetime, until: datetime) -> "QuerySet[Conversation]":
    """Those in which somebody wrote to us in that time."""
    wrote = Message.objects.visible_to(actor).filter(
        direction=Message.Direction.INBOUND, occurred_at__gte=since, occurred_at__lt=until
    )
    rows: QuerySet[Conversation] = Conversation.objects.visible_to(actor).filter(
        within, pk__in=wrote.values("conversation")
    )
    return rows


def _messages(actor: Actor, now: datetime) -> "QuerySet[Any, Any]":
    rows: QuerySet[Any, Any] = Message.objects.visible_to(actor).filter(occurred_at__lte=now).order_by()
    return rows.values("id", "conversation_id", "occurred_at", "position", "direction", "author_kind", "author_id")


def _doings(actor: Actor, now: datetime) -> "QuerySet[Any, Any]":
    """That a conversation was closed or reopened, or was said to need no reply, or that this was taken back."""
    turned = Q(type=EventType.CONVERSATION_UPDATED, payload__changed_fields__contains="turn")
    # what a message reopens is told by the message
    reopened = Q(type=EventType.CONVERSATION_REOPENED) & ~Q(payload__reason="new message")
    rows = Event.objects.visible_to(actor).filter(
        turned | reopened | Q(type=EventType.CONVERSATION_CLOSED), occurred_at__lte=now
    )
    return rows.order_by().values("subject_id", "occurred_at", "type")
