"""Settings → Intents: the language model that is asked what the local one is unsure of."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.models import Workspace
from clients.pages import PageRequest, page
from crm.errors import Conflict, Invalid, Refusal, Stale
from crm.pages.answers import see, status_of, told, wants_part
from inbox.intents.llm import budget, choosing
from inbox.intents.llm.models import LlmSettings
from inbox.pages import intents

FIELDS = ("kind", "base_url", "model", "shape", "seconds", "calls_per_day", "tokens_per_day")


@dataclass(frozen=True)
class Form:
    """What stands in the form: what is stored, or what was typed and refused. Never a key."""

    values: dict[str, Any]
    errors: dict[str, list[str]]
    refusal: str = ""


@require_POST
@page
def change(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    request.actor.must_see_all()
    try:
        row = choosing.choose(actor=request.actor, choice=_choice(request.POST), version=_version(request.POST))
    except (Invalid, Stale) as refusal:
        return intents.answer(request, section(request.actor.workspace, _typed(request.POST, refusal)), refusal)
    words = "Saved. It is asked from now on." if row.enabled else "Saved. It is switched off: nothing is asked."
    return told(request, see(f"{reverse('inbox:intents')}#llm"), words)


@require_POST
@page
def try_it(request: PageRequest) -> HttpResponse:
    """Calls the other side here and now."""
    try:
        works, words, status = True, choosing.try_it(actor=request.actor), 200
    except Conflict as conflict:
        works, words, status = False, conflict.message, status_of(conflict)
    if not wants_part(request):
        return told(request, see(f"{reverse('inbox:intents')}#llm"), words if works else f"It does not work. {words}")
    response = render(request, "inbox/_llm_tried.html", {"works": works, "words": words}, status=status)
    response.headers["HX-Retarget"] = "#llm-tried"
    return response


def section(workspace: Workspace, form: Form | None = None) -> dict[str, Any]:
    """What the section shows. Two queries; opens no secret."""
    stored = choosing.shown(workspace)
    return {
        "form": form or Form({name: getattr(stored, name) for name in (*FIELDS, "enabled")}, {}),
        "stored": stored, "is_stored": bool(stored.model), "paused": budget.is_paused(stored),
        "today": budget.standing(workspace), "kinds": LlmSettings.Kind.choices, "shapes": LlmSettings.Shape.choices,
        "bounds": {name: {"least": least, "most": most} for name, (least, most) in choosing.BOUNDS.items()},
        "addresses": [(kind.label, address) for kind, address in choosing.ADDRESSES.items()],
    }  # fmt: skip


def _choice(given: QueryDict) -> choosing.Choice:
    wrong: dict[str, list[str]] = {}
    numbers: dict[str, int] = {}
    for name in choosing.BOUNDS:
        text = given.get(name, "").strip()
        if text.isascii() and text.isdigit() and len(text) < 12:
            numbers[name] = int(text)
        else:
            wrong[name] = [f"Enter a whole number: “{text[:20]}” is none."]
    if wrong:
        raise Invalid(fields=wrong)
    words = {name: given.get(name, "").strip() for name in ("kind", "base_url", "model", "shape", "api_key")}
    return choosing.Choice(**words, **numbers, enabled="enabled" in given)


def _typed(given: QueryDict, refusal: Refusal) -> Form:
    values = {name: given.get(name, "") for name in FIELDS} | {"enabled": "enabled" in given}
    errors = refusal.fields if isinstance(refusal, Invalid) else {}
    return Form(values, errors, "" if errors else refusal.message)


def _version(given: QueryDict) -> int | None:
    text = given.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
