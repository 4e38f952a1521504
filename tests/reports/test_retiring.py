"""A saved report that is deleted, its mails, and a link that is ended: each can be had back for a while."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership
from activity.models import Event, Undo
from activity.undoing import take_back
from clients.access import restrict
from clients.models import Client
from crm.errors import Conflict, NotAllowed, NotFound
from reports import failed, retiring, saved, scheduled, shared
from reports.models import Recipient, ReportMail, SavedReport, Schedule, SharedReport
from reports.registry import REPORTS
from reports.scheduled import When
from tests.cast import acting, member

Browse = Callable[[Membership], Browser]
FRIDAYS = When("week", 7, "Europe/Berlin", weekday=4)


@pytest.fixture
def weekly(agent: Membership, owner: Membership, harbour: Client) -> SavedReport:
    """Goes to two people on Fridays, of whom the owner has stopped it."""
    kept = saved.save(actor=acting(agent), report="speed", name="Weekly", query="span=30d", client_id=harbour.pk)
    scheduled.plan(actor=acting(agent), saved=kept, when=FRIDAYS, members={agent.pk, owner.pk})
    scheduled.stop(recipient=Recipient.objects.get(member=owner))
    return kept


def how_it_is_sent() -> list[list[tuple[object, ...]]]:
    """Also to whom, by links that were mailed before, and what is on its way or went wrong."""
    when = Schedule.objects.values_list("every", "hour", "time_zone", "weekday", "paused", "due_at")
    to = Recipient.objects.order_by("pk").values_list("pk", "member", "stopped_at__minute")
    mails = ReportMail.objects.exclude(state="done").order_by("for_time")
    how = mails.values_list("pk", "recipient", "for_time", "state", "attempts", "last_error")
    return [list(when), list(to), list(how)]


def mailed(to: Membership, days_ago: int, state: str, **more: object) -> None:
    at = timezone.now() - timedelta(days=days_ago)
    recipient = Recipient.objects.get(member=to)
    ReportMail.objects.create(
        workspace=to.workspace, recipient=recipient, for_time=at, due_at=at, state=state, **more
    )  # fmt: skip


@pytest.mark.parametrize("verb", [retiring.delete, retiring.cancel])
def test_what_was_deleted_or_cancelled_is_sent_again_as_before(
    weekly: SavedReport, agent: Membership, owner: Membership, verb: Callable[..., Undo | None]
) -> None:
    Schedule.objects.update(paused="who keeps it was away", due_at=timezone.now().replace(microsecond=0))
    mailed(owner, 14, "dead", attempts=8, last_error="No such mailbox")
    mailed(agent, 7, "done")
    mailed(agent, 0, "waiting", attempts=1, last_error="Busy")
    before = how_it_is_sent()
    undo = verb(actor=acting(agent), saved=weekly)
    assert undo is not None
    assert not Schedule.objects.exists()

    take_back(acting(agent), undo.pk)

    assert how_it_is_sent() == before
    assert list(SavedReport.objects.visible_to(acting(agent))) == [weekly]


def test_what_went_wrong_before_a_mail_that_arrived_stays_past(weekly: SavedReport, agent: Membership) -> None:
    mailed(agent, 14, "dead", last_error="No such mailbox")
    mailed(agent, 7, "done")
    undo = retiring.cancel(actor=acting(agent), saved=weekly)
    assert undo is not None
    take_back(acting(agent), undo.pk)
    assert not failed.mails(acting(agent)).exists()


def test_where_nobody_may_get_it_any_more_only_the_report_comes_back(
    agent: Membership, owner: Membership, harbour: Client, meadow: Client
) -> None:
    kept = saved.save(actor=acting(agent), report="speed", name="Weekly", query="", client_id=harbour.pk)
    reader = member(owner.workspace, "Rita Reader")
    scheduled.plan(actor=acting(agent), saved=kept, when=FRIDAYS, members={reader.pk})
    cancelled = retiring.cancel(actor=acting(agent), saved=kept)
    scheduled.plan(actor=acting(agent), saved=kept, when=FRIDAYS, members={reader.pk})
    deleted = retiring.delete(actor=acting(agent), saved=kept)
    assert cancelled is not None
    assert deleted is not None
    restrict(member=reader, clients=[meadow])
    take_back(acting(agent), deleted.pk)
    with pytest.raises(Conflict, match="None of those who got “Weekly” may see it any more"):
        take_back(acting(agent), cancelled.pk)
    assert (SavedReport.objects.get().deleted_at, Schedule.objects.exists()) == (None, False)


def test_one_whose_name_was_given_anew_stays_deleted(weekly: SavedReport, agent: Membership) -> None:
    undo = retiring.delete(actor=acting(agent), saved=weekly)
    assert undo is not None
    saved.save(actor=acting(agent), report="speed", name="weekly", query="")
    with pytest.raises(Conflict, match="You keep a report “Weekly” already"):
        take_back(acting(agent), undo.pk)
    assert (SavedReport.objects.get(pk=weekly.pk).deleted_at is None, Schedule.objects.exists()) == (False, False)


def test_mails_planned_anew_meanwhile_stay_as_they_are(weekly: SavedReport, agent: Membership) -> None:
    undo = retiring.cancel(actor=acting(agent), saved=weekly)
    assert undo is not None
    scheduled.plan(actor=acting(agent), saved=weekly, when=When("day", 9, "UTC"), members={agent.pk})
    with pytest.raises(Conflict, match="was changed since"):
        take_back(acting(agent), undo.pk)
    assert Schedule.objects.get().every == "day"


def test_who_lost_the_client_meanwhile_gets_nothing_back(
    weekly: SavedReport, agent: Membership, meadow: Client
) -> None:
    undo = retiring.delete(actor=acting(agent), saved=weekly)
    assert undo is not None
    restrict(member=agent, clients=[meadow])
    agent.refresh_from_db()
    with pytest.raises(NotFound):
        take_back(acting(agent), undo.pk)
    assert not Schedule.objects.exists()


def test_who_may_not_write_deletes_their_own_and_is_offered_no_undo(browse: Browse, viewer: Membership) -> None:
    kept = saved.save(actor=acting(viewer), report="speed", name="Mine", query="")
    answer = browse(viewer).post(f"/reports/saved/{kept.pk}/delete", follow=True)
    assert ("deleted." in answer.content.decode(), "Undo" in answer.content.decode()) == (True, False)
    assert not Undo.objects.exists()


def link_of(who: Membership, client: Client) -> SharedReport:
    return shared.share(actor=acting(who), client=client, report=REPORTS["speed"], query="")[0]


def test_a_link_that_was_ended_leads_to_its_report_again(agent: Membership, harbour: Client) -> None:
    link, token = shared.share(actor=acting(agent), client=harbour, report=REPORTS["speed"], query="")
    undo = retiring.end_link(actor=acting(agent), link=link)
    assert undo is not None
    with pytest.raises(NotFound):
        shared.opened(token)

    take_back(acting(agent), undo.pk)

    assert shared.opened(token).report.key == "speed"
    told = Event.objects.filter(type__startswith="report.").order_by("sequence").values_list("type", flat=True)
    assert list(told) == ["report.shared", "report.unshared", "report.shared"]


def expires(link: SharedReport, who: Membership) -> None:
    now = timezone.now()
    SharedReport.objects.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))


def loses_its_client(link: SharedReport, who: Membership) -> None:
    Client.objects.update(deleted_at=timezone.now())


@pytest.mark.parametrize("happens", [expires, loses_its_client])
def test_a_link_that_could_lead_nowhere_anyhow_stays_ended(
    agent: Membership, harbour: Client, happens: Callable[[SharedReport, Membership], None]
) -> None:
    link = link_of(agent, harbour)
    undo = retiring.end_link(actor=acting(agent), link=link)
    assert undo is not None
    happens(link, agent)
    with pytest.raises(Conflict, match="Make a new one"):
        take_back(acting(agent), undo.pk)
    assert not SharedReport.objects.get().is_live


def test_who_does_not_administer_ends_nobody_elses_link(agent: Membership, owner: Membership, harbour: Client) -> None:
    link = link_of(owner, harbour)
    with pytest.raises(NotAllowed):
        retiring.end_link(actor=acting(agent), link=link)
    assert (SharedReport.objects.get().is_live, Undo.objects.exists()) == (True, False)


def test_what_was_typed_wrong_stays_in_the_form(browse: Browse, owner: Membership) -> None:
    answer = browse(owner).post("/settings/hours", {"days": ["5"], "opens": "18:00", "closes": "09:00", "version": ""})
    page = answer.content.decode()
    assert (answer.status_code, "put the end later than the start" in page) == (422, True)
    assert 'value="5" checked' in page
    assert 'name="closes" value="09:00" required aria-invalid="true" aria-describedby="hours-error"' in page
