"""A new model over real history: what it would have said, and what would have come of it. Nothing changes by it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Workspace
from inbox.intents import local
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.labels import Intent
from inbox.intents.learning.models import LearnedModel, ShadowTag
from inbox.models import IntentTag, Message
from inbox.reactions import ACTS_AT, acts_from
from inbox.thresholds import thresholds

WITHIN = timedelta(days=90)
MOST = 20_000
STEP = 200
ALIKE, LOOK_BEFORE, LOOK_AFTER = "alike", "look_before", "look_after"
ACTS_BEFORE, ACTS_AFTER = "acts_before", "acts_after"


@dataclass(frozen=True)
class Said:
    intent: Intent
    confidence: float

    def needs_look(self, least: Mapping[Intent, float]) -> bool:
        return self.confidence < least[self.intent]

    def acts(self, least: Mapping[Intent, float]) -> bool:
        """Whether something happens by itself, as far as this label and its confidence decide."""
        return self.intent in ACTS_AT and self.confidence >= acts_from(self.intent, least)


def number_of(workspace: Workspace) -> int:
    return min(_history(workspace).count(), MOST)


def step(model: LearnedModel) -> bool:
    """Judge the next messages, from the newest back; keep what differs. Returns whether there are more. In the
    transaction that commits how far it came."""
    rows = _history(model.workspace).order_by("-pk")
    if model.below:
        rows = rows.filter(pk__lt=model.below)
    messages = list(rows[: max(0, min(STEP, MOST - model.judged))])
    mind, least = local.read(bytes(model.content or b"")), thresholds(model.workspace)
    counts = Counter(model.counts)
    for message in messages:
        was, now = Said(Intent(message.said), message.sure), _said(mind.judge(_reply(message)))
        counts.update(_differences(was, now, least))
        if _tells(was, now, least):
            _keep(model, message, was, now, acts_now=was.acts(least) != now.acts(least))
    model.counts, model.judged = dict(counts), model.judged + len(messages)
    model.below = messages[-1].pk if messages else model.below
    model.save(update_fields=["counts", "judged", "below"])
    return len(messages) == STEP


def _history(workspace: Workspace) -> QuerySet[Any, Any]:
    """What the local model judged lately, with what it said last."""
    newest = IntentTag.objects.filter(message=OuterRef("pk"), made_by=IntentTag.Maker.MODEL)
    newest = newest.order_by("-created_at", "-id")
    rows: QuerySet[Any, Any] = Message.objects.filter(
        workspace=workspace, direction=Message.Direction.INBOUND, erased_at=None,
        occurred_at__gt=timezone.now() - WITHIN,
    ).annotate(
        channel=F("conversation__channel"), said=Subquery(newest.values("intent")[:1]),
        sure=Subquery(newest.values("confidence")[:1]),
    )  # fmt: skip
    return rows.filter(said__isnull=False)


def _reply(message: Any) -> Reply:
    return Reply(message.new_text, subject=message.subject, channel=message.channel)


def _said(judged: Judgement) -> Said:
    return Said(judged.intent, judged.confidence)


def _differences(was: Said, now: Said, least: Mapping[Intent, float]) -> list[str]:
    told = {
        ALIKE: was.intent == now.intent,
        f"{was.intent}>{now.intent}": was.intent != now.intent,
        LOOK_BEFORE: was.needs_look(least), LOOK_AFTER: now.needs_look(least),
        ACTS_BEFORE: was.acts(least), ACTS_AFTER: now.acts(least),
    }  # fmt: skip
    return [name for name, is_so in told.items() if is_so]


def _tells(was: Said, now: Said, least: Mapping[Intent, float]) -> bool:
    return was.intent != now.intent or was.acts(least) != now.acts(least)


def _keep(model: LearnedModel, message: Message, was: Said, now: Said, *, acts_now: bool) -> None:
    ShadowTag.objects.create(
        workspace_id=model.workspace_id, model=model, message=message, was=was.intent.value,
        was_confidence=was.confidence, intent=now.intent.value, confidence=now.confidence, acts_now=acts_now,
    )  # fmt: skip
