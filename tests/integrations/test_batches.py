"""Batches: each page committed with its cursor, what was missing filled in their order, green only when proven."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from crm.errors import Conflict
from integrations import batches, processing
from integrations.base import Failed, Item, Later, Page
from integrations.connecting import Opened
from integrations.doors import store
from integrations.models import InboundEvent, SyncRun, Watermark
from integrations.schedule import begin_due
from integrations.standing import lines, standing
from tests.cast import acting
from tests.integrations.plain import Plain, nothing

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def item(number: int) -> Item:
    return Item(f"e{number}", "said", {"id": number}, NOON + timedelta(minutes=number))


def page(*numbers: int, next_page: int | None, total: int | None = None) -> Page:
    cursor = None if next_page is None else {"page": next_page}
    return Page("messages", [item(one) for one in numbers], cursor, total, {"until": max(numbers)})


@pytest.fixture
def listed(plain: Plain) -> Plain:
    """Newest first, as many systems list."""
    plain.pages = [page(5, 4, next_page=1, total=5), page(3, 2, next_page=2), page(1, next_page=None)]
    return plain


def cut(run: SyncRun) -> None:
    raise RuntimeError("cut")


def begun(opened: Opened, owner: Any, **options: Any) -> SyncRun:
    return batches.start(actor=acting(owner), connection=opened.connection, **options)


def test_what_webhooks_did_not_bring_is_filled_in_their_order_and_only_that(
    opened: Opened, listed: Plain, owner: Any
) -> None:
    for number in (4, 2):
        store(opened.connection, [item(number)], b"")
    processing.work_off()
    run = begun(opened, owner)
    for _ in range(3):
        batches.step(run)
    assert standing(opened.connection).words == "3 missing"
    assert processing.work_off() == 0, "what is held waits for the end of the walk"
    run.refresh_from_db()
    batches.finish(run)
    assert listed.handled == ["e4", "e2", "e1", "e3", "e5"]
    now = standing(opened.connection)
    assert (now.is_complete, now.words, now.webhook, now.batch, now.missing) == (True, "Complete", 2, 3, 0)
    assert lines(run) == ["messages: 5 seen of 5, 5 new, 3 missing"]


def test_a_batch_that_is_interrupted_goes_on_at_the_page_it_was_at(opened: Opened, listed: Plain, owner: Any) -> None:
    run = begun(opened, owner)
    batches.step(run)
    listed.in_fetch = cut
    batches.step(run)
    run.refresh_from_db()
    assert (run.cursor, run.state, run.counts["messages"]["seen"]) == ({"page": 1}, "waiting", 2)
    listed.in_fetch = nothing
    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        run = batches.finish(run)
    assert (run.state, run.counts["messages"]["seen"]) == ("done", 5)
    assert listed.handled == ["e1", "e2", "e3", "e4", "e5"]


def test_watermarks_are_kept_only_when_the_whole_batch_is_over(opened: Opened, listed: Plain, owner: Any) -> None:
    run = begun(opened, owner)
    batches.step(run)
    assert not Watermark.objects.exists()
    run.refresh_from_db()
    run = batches.finish(run)
    assert Watermark.objects.get().value == {"until": 1}
    assert batches.watermark(run, "messages") == {"until": 1}
    assert batches.watermark(begun(opened, owner, full=True), "messages") == {}


def test_their_limit_only_makes_it_wait(opened: Opened, listed: Plain, owner: Any) -> None:
    def limited(run: SyncRun) -> None:
        raise Later(30, "Their limit is reached.")

    listed.in_fetch = limited
    run = begun(opened, owner)
    for _ in range(20):
        batches.step(run)
        SyncRun.objects.update(due_at=timezone.now())
    run.refresh_from_db()
    assert (run.state, run.attempts, run.last_error) == ("waiting", 0, "Their limit is reached.")


def test_one_that_cannot_be_filled_holds_up_nobody_and_keeps_it_from_green(
    opened: Opened, listed: Plain, owner: Any
) -> None:
    def refuse(event: InboundEvent) -> None:
        if event.key == "e3":
            raise Failed("Nobody can read this.")

    listed.in_handle = refuse
    run = batches.finish(begun(opened, owner))
    assert (run.state, listed.handled) == ("done", ["e1", "e2", "e4", "e5"])
    now = standing(opened.connection)
    assert (now.is_complete, now.words, now.dead) == (False, "1 missing", 1)
    listed.in_handle = nothing
    processing.replay(actor=acting(owner), event=InboundEvent.objects.get(key="e3"))
    processing.work_off()
    assert standing(opened.connection).words == "Complete"


def test_there_is_one_batch_at_a_time(opened: Opened, listed: Plain, owner: Any) -> None:
    begun(opened, owner)
    with pytest.raises(Conflict, match="at work already"):
        begun(opened, owner)
    assert SyncRun.objects.count() == 1


def test_a_batch_that_is_stopped_lets_go_of_what_it_found(opened: Opened, listed: Plain, owner: Any) -> None:
    run = begun(opened, owner)
    batches.step(run)
    batches.stop(actor=acting(owner), run=run)
    run.refresh_from_db()
    assert (run.state, run.last_error, batches.step(run)) == ("dead", "Stopped by hand.", False)
    processing.work_off()
    assert sorted(listed.handled) == ["e4", "e5"]
    assert standing(opened.connection).is_complete is False


def test_each_connection_is_compared_once_a_night_where_its_people_are(
    opened: Opened, listed: Plain, workspace: Any
) -> None:
    workspace.time_zone = "Asia/Kolkata"  # 02:00 there is 20:30 UTC the day before
    workspace.save()
    with time_machine.travel(datetime(2030, 3, 1, 20, 29, tzinfo=UTC), tick=False):
        begin_due()
        SyncRun.objects.all().delete()
    with time_machine.travel(datetime(2030, 3, 1, 20, 31, tzinfo=UTC), tick=False):
        assert (begin_due(), begin_due()) == (1, 0)
        assert SyncRun.objects.get().kind == "nightly"


def test_the_command_runs_one_with_progress(opened: Opened, listed: Plain, capsys: Any) -> None:
    call_command("sync", str(opened.connection.pk), "--full")
    told = capsys.readouterr()
    assert told.out == "messages: 5 seen of 5, 5 new, 5 missing\n"
    assert told.err.splitlines()[0] == "messages: 2 seen of 5, 2 new, 2 missing"
    assert listed.handled == ["e1", "e2", "e3", "e4", "e5"]
