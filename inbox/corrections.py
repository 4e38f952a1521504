"""How right the intents were, as far as people looked: what they corrected against what was left as it stood."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.actors import Actor
from inbox.intents.labels import Intent
from inbox.models import IntentTag, Message

WITHIN = timedelta(days=90)
Maker = IntentTag.Maker


@dataclass(frozen=True)
class Score:
    """said: how often the label was given; away: how often a person took another; missed: how often a person said it
    where something else was given. A shown label that nobody corrected counts as right."""

    said: int
    away: int
    missed: int

    @property
    def precision(self) -> float | None:
        return (self.said - self.away) / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        right = self.said - self.away
        return right / (right + self.missed) if right + self.missed else None


@dataclass(frozen=True)
class Corrections:
    """By label, and by (channel, label) for the channels that messages came on."""

    by_label: dict[Intent, Score]
    by_channel: dict[str, dict[Intent, Score]]
    messages: int
    corrected: int


def corrections(actor: Actor) -> Corrections:
    """Of what came in the last 90 days and the actor may see. One query."""
    rows = list(_counted(_judged(actor)))
    pairs = Counter[tuple[str, str, str]]()
    for channel, said, person, count in rows:
        pairs[channel, said, person or said] += count
    channels = sorted({channel for channel, _, _ in pairs})
    return Corrections(
        by_label=_scores((said, true, count) for (_, said, true), count in pairs.items()),
        by_channel={one: _scores(_of_channel(pairs, one)) for one in channels},
        messages=sum(pairs.values()),
        corrected=sum(count for (_, said, true), count in pairs.items() if said != true),
    )  # fmt: skip


def _of_channel(pairs: Mapping[tuple[str, str, str], int], channel: str) -> Iterable[tuple[str, str, int]]:
    return ((said, true, count) for (one, said, true), count in pairs.items() if one == channel)


def _judged(actor: Actor) -> QuerySet[Any]:
    """The newest judgement of each message that a machine made, with what a person said of it last."""
    newest = IntentTag.objects.filter(message=OuterRef("pk")).order_by("-created_at", "-id")
    messages = Message.objects.visible_to(actor).filter(occurred_at__gt=timezone.now() - WITHIN)
    found: QuerySet[Any] = messages.filter(direction=Message.Direction.INBOUND).annotate(
        channel=F("conversation__channel"),
        said=Subquery(newest.exclude(made_by=Maker.PERSON).values("intent")[:1]),
        person=Subquery(newest.filter(made_by=Maker.PERSON).values("intent")[:1]),
    )
    return found


def _counted(messages: QuerySet[Any]) -> QuerySet[Any, Any]:
    judged = messages.filter(said__isnull=False).order_by().values_list("channel", "said", "person")
    counted: QuerySet[Any, Any] = judged.annotate(n=Count("pk"))
    return counted


def _scores(pairs: Iterable[tuple[str, str, int]]) -> dict[Intent, Score]:
    said, away, missed = Counter[str](), Counter[str](), Counter[str]()
    for given, true, count in pairs:
        said[given] += count
        away[given] += count * (given != true)
        missed[true] += count * (given != true)
    return {intent: Score(said[intent], away[intent], missed[intent]) for intent in Intent}
