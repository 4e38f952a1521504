"""What the section about learning from corrections shows, and the page of one model."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import Workspace
from inbox.intents import local
from inbox.intents.features import FORMAT
from inbox.intents.labels import Intent
from inbox.intents.learning import shadow
from inbox.intents.learning.corrected import number_corrected
from inbox.intents.learning.making import LEAST
from inbox.intents.learning.models import LearnedModel, ShadowTag
from inbox.models import INTENTS

SHOWN_MODELS = 10
SHOWN_CHANGES = 50


def section(workspace: Workspace) -> dict[str, Any]:
    models = list(_models(workspace).order_by("-created_at")[:SHOWN_MODELS])
    return {
        "corrected": number_corrected(workspace), "least": LEAST, "models": models, "format": FORMAT,
        "at_work": any(model.state == LearnedModel.State.WAITING for model in models),
        "present": next((model.version for model in models if model.is_on), local.shipped().version),
    }  # fmt: skip


def about(model: LearnedModel) -> dict[str, Any]:
    """The page of one model: how well it does, and what would change by it."""
    differs = model.judged - model.counts.get(shadow.ALIKE, 0)
    return {
        "model": model, "figures": model.figures, "is_outdated": model.features != FORMAT, "differs": differs,
        "moves": _moves(model.counts), "changes": _changes(model), "shown_changes": SHOWN_CHANGES,
        "look": (model.counts.get(shadow.LOOK_BEFORE, 0), model.counts.get(shadow.LOOK_AFTER, 0)),
        "acts": (model.counts.get(shadow.ACTS_BEFORE, 0), model.counts.get(shadow.ACTS_AFTER, 0)),
    }  # fmt: skip


def _models(workspace: Workspace) -> QuerySet[LearnedModel]:
    return LearnedModel.objects.filter(workspace=workspace).select_related("member__user").defer("content")


def _moves(counts: dict[str, int]) -> list[tuple[str, list[int]]]:
    """A row for each label that messages have now: how many would get which."""
    return [
        (name, [counts.get(f"{was}>{now}", 0) for now in Intent])
        for was, name in INTENTS
        if any(counts.get(f"{was}>{now}") for now in Intent)
    ]


def _changes(model: LearnedModel) -> list[ShadowTag]:
    """The newest messages first; the conversation is one click away."""
    rows = ShadowTag.objects.filter(model=model).select_related("message__conversation__contact")
    return list(rows.order_by("-message_id")[:SHOWN_CHANGES])
