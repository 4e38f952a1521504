"""Long work: counted truly, stopped, resumed where it was, taken back."""

import pytest

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity import runs
from activity.models import Run, RunRow
from activity.runs import Outcome, finish, note, note_all, start, stop, take_back, work_off
from contacts.models import Label
from crm.errors import Conflict, NotAllowed
from tests.cast import acting

pytestmark = pytest.mark.django_db
KIND = "test.labels"
STEP = 10


def label_step(run: Run, actor: Actor) -> bool:
    """Makes the labels from 1 to `upto`; every tenth is there already, every seventh is refused."""
    at = run.cursor.get("at", 0)
    for number in range(at + 1, min(at + STEP, run.params["upto"]) + 1):
        if run.params.get("breaks_at") == number:
            raise ValueError("the worker stumbled")
        if number % 7 == 0:
            note(run, number=number, outcome=Outcome.FAILED, words="Sevens are not allowed.")
        elif number % 10 == 0:
            note(run, number=number, outcome=Outcome.SKIPPED, words="It is there already.")
        else:
            made = Label.objects.create(workspace=actor.workspace, name=f"{run.pk.hex[-12:]} {number:04}")
            note(run, number=number, outcome=Outcome.DONE, subject_id=made.pk)
    run.cursor = {"at": at + STEP}
    return bool(at + STEP < run.params["upto"])


def label_back(row: RunRow, actor: Actor) -> str:
    assert row.subject_id is not None
    gone, _ = Label.objects.filter(pk=row.subject_id).delete()
    return "" if gone else "It was deleted since."


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(runs.RUNNERS, KIND, label_step)
    monkeypatch.setitem(runs.BACK, KIND, label_back)


def begin(who: Membership, upto: int = 70, **params: object) -> Run:
    return start(acting(who), kind=KIND, title="Labels", params={"upto": upto, **params}, total=upto)


def counts(run: Run) -> tuple[int, int, int]:
    return run.done_count, run.skipped_count, run.failed_count


def test_it_ends_with_counts_that_are_those_of_its_rows(agent: Membership) -> None:
    run = finish(begin(agent))

    assert (run.state, run.handled, run.total) == ("done", 70, 70)
    assert counts(run) == (54, 6, 10)
    assert Label.objects.count() == 54
    assert [RunRow.objects.filter(run=run, outcome=one).count() for one in ("done", "skipped", "failed")] == [54, 6, 10]


def test_each_step_commits_its_counts_and_leaves_the_turn_to_others(agent: Membership) -> None:
    first, second = begin(agent), begin(agent, upto=10)

    assert work_off(most=2) == 2

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.handled, first.state, second.handled, second.state) == (10, "waiting", 10, "done")


def test_a_step_that_fails_leaves_nothing_of_itself_and_is_tried_again(agent: Membership) -> None:
    run = begin(agent, breaks_at=25)
    while work_off(most=1):
        pass
    run.refresh_from_db()
    assert (run.state, run.handled, run.cursor, run.attempts) == ("waiting", 20, {"at": 20}, 1)
    assert run.last_error == "ValueError: the worker stumbled"

    Run.objects.update(params={"upto": 70}, due_at=run.created_at)
    run = finish(run)

    assert (run.state, counts(run)) == ("done", (54, 6, 10))
    assert Label.objects.count() == 54


def test_stopped_it_begins_no_further_step_and_keeps_what_was_done(agent: Membership) -> None:
    run = begin(agent)
    work_off(most=1)
    stop(acting(agent), run)

    run = finish(run)

    assert run.state == "done"
    assert run.stopped_at is not None
    assert run.handled == 10


def test_who_left_the_workspace_leaves_the_rest_undone(agent: Membership) -> None:
    run = begin(agent)
    work_off(most=1)
    Membership.objects.filter(pk=agent.pk).update(is_active=False)
    assert finish(run).handled == 10


def test_it_works_with_what_the_person_may_do_by_now(agent: Membership, workspace: Workspace) -> None:
    run = begin(agent)
    seen: list[str] = []

    def look(run: Run, actor: Actor) -> bool:
        seen.append(str(actor.role))
        return False

    runs.RUNNERS[KIND] = look
    Membership.objects.filter(pk=agent.pk).update(role="admin")
    finish(run)
    assert seen == ["admin"]


def test_all_of_it_is_taken_back_as_a_run_of_its_own(agent: Membership) -> None:
    run = finish(begin(agent, upto=250))
    gone = Label.objects.order_by("name").first()
    assert gone is not None
    gone.delete()
    labels = Label.objects.count()

    back = finish(take_back(acting(agent), run))

    assert (back.title, back.total, counts(back)) == ("Undo: Labels", labels + 1, (labels, 1, 0))
    assert list(RunRow.objects.filter(run=back, outcome="skipped").values_list("words", flat=True)) == [
        "It was deleted since."
    ]
    assert not Label.objects.exists()
    run.refresh_from_db()
    assert run.undone_by == back


def test_it_is_taken_back_once_and_not_while_it_is_at_work(agent: Membership) -> None:
    run = begin(agent)
    with pytest.raises(Conflict, match="still at work"):
        take_back(acting(agent), run)
    run = finish(run)
    take_back(acting(agent), run)
    with pytest.raises(Conflict, match="was already"):
        take_back(acting(agent), run)


def test_many_rows_are_told_at_once(agent: Membership) -> None:
    run = begin(agent)
    note_all(run, [RunRow(number=n, outcome=Outcome.FAILED if n == 2 else Outcome.DONE) for n in range(1, 6)])
    assert counts(run) == (4, 0, 1)
    assert RunRow.objects.filter(run=run).count() == 5


def test_programs_and_viewers_start_none(workspace: Workspace, viewer: Membership) -> None:
    for actor in (system(workspace, "test"), acting(viewer)):
        with pytest.raises(NotAllowed):
            start(actor, kind=KIND, title="Labels", params={})


def test_one_sees_ones_own_and_who_administers_everything_sees_all(
    agent: Membership, admin: Membership, other_client_agent: Membership, outsider: Membership
) -> None:
    run = begin(agent)
    seen = [run in Run.objects.visible_to(acting(who)) for who in (agent, admin, other_client_agent, outsider)]
    assert seen == [True, True, False, False]
