"""One verb over many conversations: those that were chosen at once, all that match as a run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.actors import Actor
from activity.models import Run, RunRow, Undo
from activity.runs import STEP, note_all, runner, start, undoes_run
from crm.errors import Invalid, Refusal
from crm.pages.answers import sentence
from inbox.deeds import Deed, deed
from inbox.filters import MatchingFilters
from inbox.models import Conversation
from inbox.queries import SPLITS, Rows
from inbox.undoing import Change, as_json, offer_back, take_back

MOST = 100
KIND = "inbox.bulk"


@dataclass(frozen=True)
class Outcome:
    changed: list[UUID]
    left: int
    undo: Undo | None

    def told(self, deed: Deed) -> str:
        words = f"{deed.done}: {counted(len(self.changed))}."
        return f"{words} {self.left:,} left as they were." if self.left else words


def counted(number: int) -> str:
    return "1 conversation" if number == 1 else f"{number:,} conversations"


@transaction.atomic
def do_to_chosen(*, actor: Actor, ids: Iterable[UUID], deed: Deed) -> Outcome:
    """Do it to these, at most 100, with one undo for all. What refuses it (or was so already, or is out of sight) is
    left and counted; where all refuse, so does this."""
    wanted = set(ids)
    if not wanted:
        raise Invalid("Choose at least one conversation.")
    if len(wanted) > MOST:
        raise Invalid(f"At most {MOST} at a time. Choose all that match for more.")
    met = _do_to_each(actor, Conversation.objects.visible_to(actor).filter(pk__in=wanted), deed)
    refusals = [one.refusal for one in met if one.refusal]
    if refusals and len(refusals) == len(met):
        raise refusals[0]
    done = [one.pk for one in met if one.change]
    undo = offer_back(actor, f"{deed.done}: {counted(len(done))}.", [one.change for one in met])
    return Outcome(done, len(wanted) - len(done), undo)


@dataclass(frozen=True)
class Met:
    """One row that had its turn: how it changed (empty: it was so already), or why it refused."""

    pk: UUID
    change: Change
    refusal: Refusal | None = None


def _do_to_each(actor: Actor, rows: Rows, deed: Deed) -> list[Met]:
    """In one order for everybody: two that lock the same rows must not wait for each other in a circle."""
    met: list[Met] = []
    for conversation in rows.order_by("-sorted_at", "-pk").select_for_update(no_key=True, of=("self",)):
        try:
            with transaction.atomic():
                met.append(Met(conversation.pk, deed.do(actor, conversation)))
        except Refusal as refusal:
            met.append(Met(conversation.pk, {}, refusal))
    return met


def narrowed(actor: Actor, *, split: str, chosen: Mapping[str, str], client: str | None) -> Rows:
    """The rows of a list, as the params of a run keep it."""
    looking = replace(actor, clients=frozenset([UUID(client)])) if client and actor.sees(UUID(client)) else actor
    rows = Conversation.objects.visible_to(looking).filter(SPLITS[split][1])
    filters = MatchingFilters(dict(chosen), queryset=rows, request=SimpleNamespace(actor=actor))
    found: Rows = filters.applied()
    return found


@transaction.atomic
def do_to_matching(
    *, actor: Actor, given: Mapping[str, str], split: str, chosen: Mapping[str, str], client: str | None
) -> Run:
    """Begin to do it to all that match now. What comes to match later, and what somebody changes before its turn, is
    not touched."""
    asked = deed(actor, given)
    where: dict[str, Any] = {"split": split, "chosen": dict(chosen), "client": client}
    total = narrowed(actor, **where).count()
    if not total:
        raise Invalid("Nothing matches any more.")
    return start(
        actor, kind=KIND, title=f"{asked.to_do}: {counted(total)}", total=total,
        params={"deed": dict(given), "moment": timezone.now().isoformat(), **where},
    )  # fmt: skip


@runner(KIND)
def step(run: Run, actor: Actor) -> bool:
    """The next hundred, newest first. Those of the total that are never met were changed by somebody since."""
    try:
        asked = deed(actor, run.params["deed"])
    except Refusal as refusal:  # the label, or the colleague, is gone since
        note_all(run, [RunRow(number=run.handled + 1, outcome=RunRow.Outcome.FAILED, words=refusal.message)])
        return False
    found = list(_unchanged(run, actor).order_by("-sorted_at", "-pk").values_list("sorted_at", "pk")[:STEP])
    rows = Conversation.objects.filter(_untouched(run), pk__in=[pk for _, pk in found])
    _note(run, _do_to_each(actor, rows, asked))
    if len(found) == STEP:
        run.cursor = {"sorted_at": as_json(found[-1][0]), "pk": str(found[-1][1])}
        return True
    run.skipped_count = (run.total or 0) - run.done_count - run.failed_count
    return False


def _unchanged(run: Run, actor: Actor) -> "QuerySet[Conversation]":
    where = {name: run.params[name] for name in ("split", "chosen", "client")}
    rows = narrowed(actor, **where).filter(_untouched(run))
    if not run.cursor:
        return rows
    at, pk = parse_datetime(run.cursor["sorted_at"]), run.cursor["pk"]
    return rows.filter(Q(sorted_at__lt=at) | Q(sorted_at=at, pk__lt=pk), sorted_at__lte=at)


def _untouched(run: Run) -> Q:
    """By anybody since the run was asked for, itself included: what it has done already it does not meet again."""
    return Q(updated_at__lte=parse_datetime(run.params["moment"]))


def _note(run: Run, met: list[Met]) -> None:
    first = run.handled + 1
    note_all(run, [
        RunRow(number=number, subject_id=one.pk, before=one.change, outcome=_outcome(one), words=_words(one))
        for number, one in enumerate(met, start=first)
    ])  # fmt: skip


def _outcome(met: Met) -> str:
    if met.refusal:
        return RunRow.Outcome.FAILED
    return RunRow.Outcome.DONE if met.change else RunRow.Outcome.SKIPPED


def _words(met: Met) -> str:
    if met.refusal:
        return sentence(met.refusal)
    return "" if met.change else "It was so already."


@undoes_run(KIND)
def back(row: RunRow, actor: Actor) -> str:
    try:
        take_back(actor, row.before)
    except Refusal as refusal:
        return sentence(refusal)
    return ""
