"""Long work that a person starts: it can be left and come back to, and ends with counts that are true.

A run goes in steps. Each step handles some rows, and commits them together with what became of them and the cursor:
a worker that is killed loses nothing and does nothing twice.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.actors import Actor, person
from activity.models import Run, RunRow
from activity.work import run_due
from crm.errors import Conflict, NotAllowed
from crm.nudge import nudge

STEP = 100

Step = Callable[[Run, Actor], bool]
Back = Callable[[RunRow, Actor], str]
RUNNERS: dict[str, Step] = {}
BACK: dict[str, Back] = {}
# Kinds of which nobody may leave half: they are not stopped, and go on when who started them is gone.
TO_THEIR_END: set[str] = set()
Outcome = RunRow.Outcome


def runner(kind: str, *, to_its_end: bool = False) -> Callable[[Step], Step]:
    """Register the step of a kind of run: handles the next rows from `run.cursor`, tells each with `note`, moves the
    cursor, and returns whether there is more. One transaction; about a hundred rows. to_its_end: half of it would be
    worse than none, so that it cannot be stopped."""

    def register(step: Step) -> Step:
        RUNNERS[kind] = step
        if to_its_end:
            TO_THEIR_END.add(kind)
        return step

    return register


def undoes_run(kind: str) -> Callable[[Back], Back]:
    """Register how one row of such a run is taken back, from its `before`. Returns an empty text, or the sentence why
    it was left as it is."""

    def register(back: Back) -> Back:
        BACK[kind] = back
        return back

    return register


def start(actor: Actor, *, kind: str, title: str, params: dict[str, Any], total: int | None = None) -> Run:
    """Begin a run, in the caller's transaction; a worker takes it up after the commit. For people: a program calls as
    often as it has rows."""
    actor.must_write()
    if actor.membership is None:
        raise NotAllowed("Long work is started by a person.")
    run = Run.objects.create(
        workspace=actor.workspace, member=actor.membership, kind=kind, title=title[:200], params=params, total=total,
        due_at=timezone.now(),
    )  # fmt: skip
    nudge("activity.tasks.run")
    return run


def note(
    run: Run,
    *,
    number: int,
    outcome: str,
    words: str = "",
    subject_id: UUID | None = None,
    before: dict[str, Any] | None = None,
) -> RunRow:
    """Say what became of a row, within a step."""
    count = f"{outcome}_count"
    setattr(run, count, getattr(run, count) + 1)
    return RunRow.objects.create(
        workspace_id=run.workspace_id, run=run, number=number, outcome=outcome, words=words[:2000],
        subject_id=subject_id, before=before or {},
    )  # fmt: skip


def note_all(run: Run, rows: list[RunRow]) -> None:
    """The same for many at once: unsaved rows with number, outcome and the rest."""
    for row in rows:
        row.run, row.workspace_id = run, run.workspace_id
        setattr(run, f"{row.outcome}_count", getattr(run, f"{row.outcome}_count") + 1)
    RunRow.objects.bulk_create(rows, batch_size=1000)


def work_off(*, most: int = 50) -> int:
    """Do up to `most` steps of waiting runs, in turn, and return how many were tried."""
    return run_due(Run, _step, most=most)


def finish(run: Run) -> Run:
    """Do all that is left of a run, here and now, and return it as it is then."""
    while not run.is_over and work_off(most=1):
        run.refresh_from_db()
    return run


@transaction.atomic
def stop(actor: Actor, run: Run) -> None:
    """No further step is begun; what was done stays. Raises Conflict for what must not be left half done."""
    actor.must_write()
    if run.kind in TO_THEIR_END:
        raise Conflict("This cannot be stopped half-way: it goes on until it is done.", code="not_stoppable")
    Run.objects.filter(pk=run.pk, state=Run.State.WAITING, stopped_at=None).update(stopped_at=timezone.now())
    nudge("activity.tasks.run")


@transaction.atomic
def take_back(actor: Actor, run: Run) -> Run:
    """Undo all that a run did, as a run of its own. Raises Conflict where it is still at work or was undone before."""
    actor.must_write()
    locked = Run.objects.select_for_update().get(pk=run.pk)
    if not locked.is_over:
        raise Conflict("It is still at work. Stop it first.", code="still_running")
    if locked.undone_by_id or locked.kind not in BACK:
        raise Conflict("This cannot be taken back, or was already.", code="already_undone")
    back = start(
        actor, kind=UNDO, title=f"Undo: {locked.title}", params={"run": locked.pk}, total=locked.done_count
    )  # fmt: skip
    Run.objects.filter(pk=locked.pk).update(undone_by=back)
    return back


UNDO = "activity.undo"


@runner(UNDO)
def _undo_step(run: Run, actor: Actor) -> bool:
    """The rows that were done, last first."""
    done = RunRow.objects.filter(run=run.params["run"], outcome=Outcome.DONE).select_related("run")
    below = run.cursor.get("below") or (done.aggregate(top=Max("number"))["top"] or 0) + 1
    rows = list(done.filter(number__lt=below).order_by("-number")[:STEP])
    for row in rows:
        left = BACK[row.run.kind](row, actor)
        outcome = Outcome.SKIPPED if left else Outcome.DONE
        note(run, number=run.handled + 1, outcome=outcome, words=left, subject_id=row.subject_id)
    run.cursor = {"below": rows[-1].number if rows else 0}
    return len(rows) == STEP


def _step(run: Run) -> bool:
    """One step, as whoever started the run and with what they may do by now."""
    run.refresh_from_db()
    if run.kind not in TO_THEIR_END and (run.stopped_at is not None or not run.member.is_active):
        return False
    more = RUNNERS[run.kind](run, person(run.member))
    run.save(update_fields=["cursor", "total", "done_count", "skipped_count", "failed_count"])
    return more
