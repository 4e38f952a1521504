"""What the section of the language model shows, and reading what was typed there."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from accounts.models import Workspace
from crm.errors import Invalid, Refusal
from inbox.intents.llm import budget, choosing
from inbox.intents.llm.models import LlmSettings

FIELDS = ("kind", "base_url", "model", "shape", "seconds", "calls_per_day", "tokens_per_day")


@dataclass(frozen=True)
class Form:
    """What stands in the form: what is stored, or what was typed and refused. Never a key."""

    values: dict[str, Any]
    errors: dict[str, list[str]]
    refusal: str = ""


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


def choice(given: QueryDict) -> choosing.Choice:
    """What was typed. Raises Invalid for a number that is none."""
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
    texts = {name: given.get(name, "").strip() for name in ("kind", "base_url", "model", "shape", "api_key")}
    whole: dict[str, Any] = {**texts, **numbers}
    return choosing.Choice(**whole, enabled="enabled" in given)


def typed(given: QueryDict, refusal: Refusal) -> Form:
    values = {name: given.get(name, "") for name in FIELDS} | {"enabled": "enabled" in given}
    errors = refusal.fields if isinstance(refusal, Invalid) else {}
    return Form(values, errors, "" if errors else refusal.message)


def version(given: QueryDict) -> int | None:
    text = given.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
