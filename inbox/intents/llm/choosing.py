"""Setting up the model that a workspace asks. Admins who see all of it, alone: its messages go there."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.models import Workspace
from activity.log import record
from activity.types import EventType
from crm import versions
from crm.errors import Conflict, Invalid
from crm.outward import is_address, why_not
from crm.sealing import CannotOpen
from crm.text import UNSTORABLE
from crm.transactions import insert_once
from inbox.intents.llm import asking
from inbox.intents.llm.models import LlmSettings
from inbox.intents.passes import PassFailed

Kind, Shape = LlmSettings.Kind, LlmSettings.Shape
ADDRESSES = {Kind.OPENAI: "https://api.openai.com/v1", Kind.ANTHROPIC: "https://api.anthropic.com"}
# The least and the most. `seconds`: a call must end well within the lease of its work (`activity.work.LEASE`).
BOUNDS = {"seconds": (2, 30), "calls_per_day": (1, 100_000), "tokens_per_day": (1000, 1_000_000_000)}
LONGEST_MODEL, LONGEST_KEY, LONGEST_ADDRESS = 100, 1000, 500


@dataclass(frozen=True)
class Choice:
    """What an admin sets. api_key: empty keeps the one that is stored, as long as the address is the same."""

    kind: str = Kind.OPENAI
    base_url: str = ""
    model: str = ""
    shape: str = Shape.SCHEMA
    api_key: str = ""
    seconds: int = 20
    calls_per_day: int = 200
    tokens_per_day: int = 200_000
    enabled: bool = False


def shown(workspace: Workspace) -> LlmSettings:
    """What is set, or what it begins with. Opens no secret. One query."""
    stored = LlmSettings.objects.filter(workspace=workspace).defer("secrets").first()
    return stored or LlmSettings(workspace=workspace)


def is_on(workspace: Workspace) -> bool:
    return LlmSettings.objects.filter(workspace=workspace, enabled=True).exists()


def to_ask(workspace: Workspace) -> LlmSettings | None:
    """What is set, key and all; None where it is off, or the key cannot be opened any more (the page says so)."""
    try:
        return _opened(workspace).filter(enabled=True).first()
    except CannotOpen:
        return None


def _opened(workspace: Workspace) -> QuerySet[LlmSettings]:
    return LlmSettings.objects.filter(workspace=workspace).select_related("workspace")


@transaction.atomic
def choose(*, actor: Actor, choice: Choice, version: int | None = None) -> LlmSettings:
    """Set it up, or change it. The key is stored sealed and goes to no other address than the one it was typed for.
    Raises Invalid with a sentence for each field that cannot be used, Stale where somebody else changed it."""
    actor.must_administer()
    actor.must_see_all()
    insert_once(LlmSettings(workspace=actor.workspace))
    row = LlmSettings.objects.select_for_update().defer("secrets").get(workspace=actor.workspace)
    versions.expect(row, version)
    address = _address(choice)
    same_place = (row.kind, row.base_url) == (choice.kind, address)
    has_key = bool(choice.api_key) or (row.has_key and same_place)
    _check(choice, address, has_key=has_key, is_new=address != row.base_url)
    values: dict[str, Any] = {
        "kind": choice.kind, "base_url": address, "model": choice.model, "shape": choice.shape,
        "seconds": choice.seconds, "calls_per_day": choice.calls_per_day, "tokens_per_day": choice.tokens_per_day,
        "enabled": choice.enabled,
    }  # fmt: skip
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    values |= {"failures": 0, "paused_until": None}
    if choice.api_key or not same_place:
        LlmSettings.objects.filter(pk=row.pk).update(secrets={"api_key": choice.api_key} if choice.api_key else {})
        values["has_key"] = bool(choice.api_key)
        changed.append("key")
    versions.write(row, **values)
    if changed:
        record(
            actor, EventType.LLM_UPDATED, row,
            enabled=row.enabled, kind=row.kind, model=row.model, changed_fields=changed,
        )  # fmt: skip
    return row


def try_it(*, actor: Actor) -> str:
    """Ask about a harmless sample, and say in a sentence what came back. Raises Conflict with what is wrong. Speaks
    over the network: no transaction may be open. Counts in the day's budget."""
    actor.must_administer()
    actor.must_see_all()
    try:
        settings = _opened(actor.workspace).first()
    except CannotOpen as error:
        raise Conflict(str(error), code="llm_failed") from None
    if settings is None or not settings.model:
        raise Conflict("Save which model is to be asked first.", code="llm_failed")
    try:
        asked = asking.ask(settings, asking.SAMPLE)
    except PassFailed as failure:
        raise Conflict(str(failure), code="llm_failed") from None
    quote = asking.SAMPLE.text[asked.answer.start : asked.answer.end]
    label = asked.answer.intent.value.replace("_", " ")
    return (
        f"It works: a request for a quote was labelled “{label}”, resting on “{quote}”, "
        f"in {asked.seconds:.1f} seconds with {asked.tokens:,} tokens."
    )


def _address(choice: Choice) -> str:
    """As the vendor's library wants it: Anthropic's adds the version by itself."""
    given = choice.base_url.strip().rstrip("/")
    if not given and choice.kind in Kind:
        given = ADDRESSES[Kind(choice.kind)]
    return given.removesuffix("/v1") if choice.kind == Kind.ANTHROPIC else given


def _check(choice: Choice, address: str, *, has_key: bool, is_new: bool) -> None:
    wrong: dict[str, str] = {}
    if choice.kind not in Kind:
        wrong["kind"] = "Choose OpenAI-compatible or Anthropic."
    if choice.shape not in Shape:
        wrong["shape"] = "Choose JSON schema or tool call."
    if words := _wrong_with(address, is_new=is_new):
        wrong["base_url"] = words
    if not choice.model or not _fits(choice.model, LONGEST_MODEL):
        wrong["model"] = f"Enter the model’s name as its vendor writes it, at most {LONGEST_MODEL} characters."
    if not _fits(choice.api_key, LONGEST_KEY) or not choice.api_key.isascii():
        wrong["api_key"] = "This is no key: paste it as its vendor shows it."
    elif not has_key and address in ADDRESSES.values():
        wrong["api_key"] = "A key is needed for this address. One that was typed for another is not sent here."
    wrong |= {name: f"Choose from {least:,} to {most:,}." for name, (least, most) in BOUNDS.items()
              if not least <= getattr(choice, name) <= most}  # fmt: skip
    if wrong:
        raise Invalid(fields={name: [words] for name, words in wrong.items()})


def _wrong_with(address: str, *, is_new: bool) -> str:
    """One that stands already is not judged again: what is allowed within the network may have changed since."""
    if not is_address(address, longest=LONGEST_ADDRESS):
        return "Enter an address such as https://api.example.com/v1."
    return why_not(address) if is_new else ""


def _fits(text: str, most: int) -> bool:
    return len(text) <= most and not UNSTORABLE.search(text) and not any(one.isspace() for one in text)
