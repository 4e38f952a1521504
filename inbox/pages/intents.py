"""Settings → Intents: how sure a label must be, and how right the labels were."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clients.pages import PageRequest, page
from crm.errors import Invalid, Refusal
from crm.pages.answers import see, status_of, told
from inbox.channels import Channel
from inbox.corrections import Corrections, Score, corrections
from inbox.intents.labels import Intent
from inbox.models import INTENTS
from inbox.pages import learning_form, llm_form
from inbox.reactions import ACTS_AT
from inbox.thresholds import LEAST, MOST, move, thresholds


@require_GET
@page
def shown(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    request.actor.must_see_all()
    return answer(request, llm_form.section(request.actor.workspace))


def answer(request: PageRequest, section: dict[str, Any], refusal: Refusal | None = None) -> HttpResponse:
    """The whole page; `section`: that of the language model, with what was refused in it."""
    found, least = corrections(request.actor), thresholds(request.actor.workspace)
    rows = [_row(Intent(intent), name, least[Intent(intent)], found) for intent, name in INTENTS]
    about = {
        "rows": rows, "channels": _channels(found), "found": found,
        "least": _percent(LEAST), "most": _percent(MOST), "llm": section,
        "learning": learning_form.section(request.actor.workspace),
    }  # fmt: skip
    return render(request, "inbox/intents.html", about, status=status_of(refusal) if refusal else 200)


@require_POST
@page
def change(request: PageRequest) -> HttpResponse:
    values = {intent: _share(intent, request.POST[intent]) for intent in Intent if intent in request.POST}
    moved = move(actor=request.actor, values=values)
    words = "Saved." if moved else "Nothing changed."
    return told(request, see(reverse("inbox:intents")), words)


def _row(intent: Intent, name: str, least: float, found: Corrections) -> dict[str, Any]:
    acts_at = _percent(ACTS_AT[intent]) if ACTS_AT.get(intent) else None
    return {
        "intent": intent, "name": name, "percent": _percent(least), "score": found.by_label[intent], "acts_at": acts_at
    }  # fmt: skip


def _share(intent: Intent, typed: str) -> float:
    """A percentage as it is typed, as a share of 1. Raises Invalid."""
    try:
        value = Decimal(typed.strip().removesuffix("%").strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise Invalid(fields={str(intent): [f"“{typed[:20]}” is no percentage: write one such as 70."]})
    return float(value / 100)


def _percent(share: float) -> str:
    return f"{share * 100:.4g}"


def _channels(found: Corrections) -> list[tuple[str, list[tuple[str, Score]]]]:
    named: type[TextChoices] = Channel
    return [
        (named(channel).label, [(name, scores[Intent(intent)]) for intent, name in INTENTS])
        for channel, scores in found.by_channel.items()
    ]
