"""Reports by mail: when they are due, to whom, what stands in them, and that each goes out once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership
from accounts.plans import Plan
from clients.models import Client
from crm.errors import PlanLacks
from reports import posting, saved, scheduled
from reports.models import Recipient, ReportMail, SavedReport, Schedule
from reports.scheduled import When, next_time
from tests.cast import acting, member
from tests.crowd import times
from tests.reports.test_speed import asked

Browse = Callable[[Membership], Browser]
FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAILY = When("day", 8, "Europe/Berlin")


@pytest.mark.parametrize(
    ("when", "after", "due"),
    [
        (DAILY, "2026-11-20T06:59", "2026-11-20T07:00"),
        (DAILY, "2026-11-20T07:00", "2026-11-21T07:00"),
        (DAILY, "2026-03-28T08:00", "2026-03-29T06:00"),  # an hour less from one to the next
        (When("day", 2, "Europe/Berlin"), "2026-03-28T12:00", "2026-03-29T01:00"),  # two o'clock does not come
        (When("day", 2, "Europe/Berlin"), "2026-10-25T00:30", "2026-10-26T01:00"),  # it came once already
        (When("week", 8, "Europe/Berlin", weekday=0), "2026-11-20T12:00", "2026-11-23T07:00"),
        (When("month", 8, "UTC", monthday=28), "2026-01-28T08:00", "2026-02-28T08:00"),
        (When("day", 0, "Pacific/Auckland"), "2026-11-20T12:00", "2026-11-21T11:00"),
    ],
)  # fmt: skip
def test_the_next_time_is_on_the_clock_of_its_zone(when: When, after: str, due: str) -> None:
    aware = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_time(when, aware) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def kept(
    who: Membership, client: Client | None = None, *, report: str = "clients", name: str = "Weekly"
) -> SavedReport:
    return saved.save(
        actor=acting(who), report=report, name=name, query="", client_id=client.pk if client else None
    )  # fmt: skip


def planned(who: Membership, *to: Membership, client: Client | None = None, at: datetime = FRIDAY) -> Schedule:
    with time_machine.travel(at, tick=False):
        members = [one.pk for one in to]
        return scheduled.plan(actor=acting(who), saved=kept(who, client), when=DAILY, members=members)


def sent_at(moment: datetime) -> list[Any]:
    """What goes out when the sweep runs at `moment`."""
    before = len(mail.outbox)
    with time_machine.travel(moment, tick=False):
        posting.work_off()
    return mail.outbox[before:]


SATURDAY = datetime(2026, 11, 21, 7, tzinfo=UTC)


def words(letter: Any) -> str:
    """All that stands in it: text, page and files."""
    parts = message_from_string(letter.message().as_string(), policy=policy.default).walk()
    return "\n".join(str(part.get_content()) for part in parts if not part.is_multipart())


def test_everybody_gets_what_they_may_see_and_no_other(
    owner: Membership, viewer: Membership, harbour: Client, meadow: Client
) -> None:
    asked(owner.workspace, client_id=meadow.pk, sender="m@example.com")
    planned(owner, owner, viewer)
    assert sent_at(datetime(2026, 11, 21, 6, 59, tzinfo=UTC)) == []
    letters = {letter.to[0]: letter for letter in sent_at(SATURDAY)}
    assert sorted(letters) == ["hal.harbour@example.com", "olga.owner@example.com"]
    for_owner, for_viewer = words(letters["olga.owner@example.com"]), words(letters["hal.harbour@example.com"])
    assert ("Meadow Dairy" in for_owner, "Harbour Bakery" in for_owner) == (True, True)
    assert ("Meadow Dairy" in for_viewer, "Harbour Bakery" in for_viewer) == (False, True)
    letter = letters["olga.owner@example.com"]
    assert letter.subject == "Weekly: Clients"
    assert letter.attachments[0][0] == "clients-numbers-2026-11-21.csv"
    assert "<table" in letter.alternatives[0][0]
    assert "/reports/mails/" in letter.extra_headers["List-Unsubscribe"]


def test_it_goes_out_once_however_often_and_by_however_many_it_is_swept(owner: Membership) -> None:
    schedule = planned(owner, owner)
    assert [len(sent_at(SATURDAY)), len(sent_at(SATURDAY))] == [1, 0]
    schedule.refresh_from_db()
    assert schedule.due_at == datetime(2026, 11, 22, 7, tzinfo=UTC)
    later = datetime(2026, 11, 29, 9, tzinfo=UTC)  # a week in which nothing ran: one, not seven
    assert [len(sent_at(later)), len(sent_at(later))] == [1, 0]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_mail_once(owner: Membership, agent: Membership, admin: Membership) -> None:
    planned(owner, owner, agent, admin)
    Schedule.objects.update(due_at=timezone.now())
    times(4, posting.work_off)
    assert sorted(letter.to[0] for letter in mail.outbox) == [
        "adam.admin@example.com", "anna.agent@example.com", "olga.owner@example.com",
    ]  # fmt: skip
    assert set(ReportMail.objects.values_list("state", flat=True)) == {"done"}


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_nothing_is_lost_and_the_second_bears_the_same_id(
    owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(owner, owner)

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with time_machine.travel(SATURDAY, tick=False):
        with monkeypatch.context() as patched:
            patched.setattr(posting, "next_time", dies)  # while the mails are being made
            with pytest.raises(Killed):
                posting.work_off()
        assert (ReportMail.objects.count(), mail.outbox) == (0, [])
        with monkeypatch.context() as patched:
            patched.setattr(EmailMultiAlternatives, "send", dies)  # before it was taken
            with pytest.raises(Killed):
                posting.work_off()
        assert posting.work_off() == 0  # the lease still runs
    later = SATURDAY.replace(minute=5)
    with monkeypatch.context() as patched:
        patched.setattr(posting, "_done", dies)  # after it was taken
        with time_machine.travel(later, tick=False), pytest.raises(Killed):
            posting.work_off()
    assert len(sent_at(SATURDAY.replace(minute=10))) == 1
    assert len(sent_at(SATURDAY.replace(minute=20))) == 0
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 1


def test_a_mail_server_that_refuses_is_asked_again(owner: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    planned(owner, owner)

    def refuses(*_: object) -> None:
        raise OSError("no route")

    with monkeypatch.context() as patched:
        patched.setattr(EmailMultiAlternatives, "send", refuses)
        assert sent_at(SATURDAY) == []
    row = ReportMail.objects.get()
    assert (row.state, row.attempts, row.last_error) == ("waiting", 1, "OSError: no route")
    assert len(sent_at(SATURDAY.replace(minute=1))) == 1


def given_up(schedule: Schedule, to: Membership, words: str, at: datetime = FRIDAY) -> ReportMail:
    recipient = schedule.recipients.get(member=to)
    return ReportMail.objects.create(
        workspace=schedule.workspace, recipient=recipient, for_time=at, due_at=at, state="dead", attempts=8,
        last_error=words,
    )  # fmt: skip


def test_what_could_not_be_delivered_is_told_to_who_can_do_something_until_it_was(
    browse: Browse, owner: Membership, admin: Membership, agent: Membership, viewer: Membership, harbour: Client
) -> None:
    schedule = planned(agent, agent, viewer, admin, client=harbour)
    dead = given_up(schedule, agent, "550 <No such> user")
    given_up(schedule, viewer, "421 busy")
    Recipient.objects.filter(member=viewer).update(stopped_at=timezone.now())  # nobody misses it
    for path in ("/reports", "/reports/saved"):
        pages = {who: browse(who).get(path).content.decode() for who in (agent, owner, viewer)}
        assert ["Not delivered" in page for page in pages.values()] == [True, True, False]
        assert ["550 &lt;No such&gt; user" in page for page in pages.values()] == [True, True, False]
        assert ["“Weekly” to Anna Agent" in page for page in pages.values()] == [True, False, False]
        assert "A report of Anna Agent to Anna Agent" in pages[owner]
        assert "421 busy" not in "".join(pages.values())
    today = {who: browse(who).get("/today").content.decode() for who in (agent, owner, viewer)}
    assert ["did not reach Anna Agent by mail: 550 &lt;No such&gt; user" in page for page in today.values()] == [
        True, True, False,
    ]  # fmt: skip
    assert ["“Weekly”" in page for page in today.values()] == [True, False, False]
    assert sent_at(SATURDAY.replace(hour=8)) != []  # today's went out meanwhile
    assert "Not delivered" not in browse(owner).get("/reports").content.decode()
    assert "did not reach" not in browse(owner).get("/today").content.decode()
    ReportMail.objects.exclude(pk=dead.pk).delete()
    again = f"/reports/mails/{dead.pk}/again"
    beside = member(agent.workspace, "Ben Beside")
    assert [browse(who).post(again).status_code for who in (viewer, beside, owner, agent)] == [403, 404, 303, 404]
    assert agent.user.email in [letter.to[0] for letter in sent_at(timezone.now() + timedelta(minutes=1))]
    dead.refresh_from_db()
    assert dead.state == "done"


def test_an_address_that_the_server_refuses_for_good_is_given_up_with_its_words(
    owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(owner, owner)

    def refuses(*_: object) -> None:
        raise SMTPRecipientsRefused({"olga.owner@example.com": (550, b"No such user here")})

    with monkeypatch.context() as patched:
        patched.setattr(EmailMultiAlternatives, "send", refuses)
        assert sent_at(SATURDAY) == []
    row = ReportMail.objects.get()
    words = "The mail server does not take mail for this address: 550 No such user here"
    assert (row.state, row.attempts, row.last_error) == ("dead", 1, words)


def test_whoever_stops_it_gets_it_no_more_and_nobody_stops_it_for_them(
    browse: Browse, owner: Membership, viewer: Membership, outsider: Membership
) -> None:
    planned(owner, owner, viewer)
    mine = Recipient.objects.get(member=viewer)
    for who in (owner, outsider):
        assert browse(who).post(f"/reports/mails/{mine.pk}/stop").status_code == 404
    page = browse(viewer).get(f"/reports/mails/{mine.pk}/stop").content.decode()
    assert ("Stop it" in page, "You get this report by mail." in page) == (True, True)
    assert "any more" in browse(viewer).post(f"/reports/mails/{mine.pk}/stop").content.decode()
    assert [letter.to[0] for letter in sent_at(SATURDAY)] == ["olga.owner@example.com"]


def test_it_pauses_when_its_owner_leaves_and_goes_on_when_it_is_set_up_anew(
    browse: Browse, agent: Membership, owner: Membership
) -> None:
    schedule = planned(agent, owner)
    SavedReport.objects.update(shared=True)
    Membership.objects.filter(pk=agent.pk).update(is_active=False)
    assert sent_at(SATURDAY) == []
    schedule.refresh_from_db()
    assert schedule.paused == "Anna Agent has left the workspace. Set it up anew to go on."
    Membership.objects.filter(pk=agent.pk).update(is_active=True)
    assert sent_at(SATURDAY) == []  # coming back does not set it off
    assert "Paused: Anna Agent has left" in browse(owner).get("/reports/saved").content.decode()


def test_who_lost_the_client_or_left_gets_nothing_of_it(owner: Membership, viewer: Membership, harbour: Client) -> None:
    planned(owner, owner, viewer, client=harbour)
    viewer.client_access.all().delete()
    assert [letter.to[0] for letter in sent_at(SATURDAY)] == ["olga.owner@example.com"]
    assert ReportMail.objects.get(recipient__member=viewer).last_error == "This client is not there any more."
    Membership.objects.filter(pk=viewer.pk).update(is_active=False)
    assert len(sent_at(SATURDAY.replace(day=22))) == 1


TYPED = {"every": "week", "weekday": "4", "monthday": "1", "hour": "7", "time_zone": "Europe/Berlin"}


def test_the_page_sets_it_up_changes_and_cancels_it(browse: Browse, agent: Membership, viewer: Membership) -> None:
    one = kept(agent)
    path = f"/reports/saved/{one.pk}/mails"
    assert "of 200 used" not in browse(agent).get(path).content.decode()
    answer = browse(agent).post(path, {**TYPED, "members": [str(agent.pk), str(viewer.pk)]})
    assert answer.status_code == 303
    assert "Every Friday at 07:00, Europe/Berlin, to 2 people" in browse(agent).get("/reports/saved").content.decode()
    browse(agent).post(path, {**TYPED, "every": "day", "members": [str(agent.pk)]})
    assert "Every day at 07:00, Europe/Berlin, to 1 person" in browse(agent).get("/reports/saved").content.decode()
    assert browse(agent).post(f"{path}/cancel").status_code == 303
    assert not Schedule.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"members": []}, "Choose at least one of the people who may see this report."),
        ({"every": "hour"}, "Choose every day, every week or every month."),
        ({"hour": "24"}, "Choose an hour from 0 to 23."),
        ({"hour": "x"}, "Choose one of the numbers that are offered."),
        ({"weekday": "7"}, "Choose a day of the week."),
        ({"monthday": "29"}, "Choose a day from 1 to 28"),
        ({"time_zone": "Mars/Base"}, "is no time zone"),
    ],
    ids=["nobody", "hourly", "no hour", "no number", "no weekday", "no monthday", "no zone"],
)
def test_what_is_no_schedule_is_refused(browse: Browse, agent: Membership, typed: dict[str, Any], words: str) -> None:
    answer = browse(agent).post(
        f"/reports/saved/{kept(agent).pk}/mails", {**TYPED, "members": [str(agent.pk)], **typed}
    )
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Schedule.objects.exists()


def test_it_is_sent_only_to_people_who_may_see_it(
    browse: Browse, agent: Membership, viewer: Membership, other_client_agent: Membership, outsider: Membership,
    harbour: Client,
) -> None:  # fmt: skip
    path = f"/reports/saved/{kept(agent, harbour).pk}/mails"
    page = browse(agent).get(path).content.decode()
    assert ("Hal Harbour" in page, "Mina Meadow" in page) == (True, False)
    for who in (other_client_agent, outsider):
        assert browse(agent).post(path, {**TYPED, "members": [str(who.pk)]}).status_code == 422
    assert not Schedule.objects.exists()


def test_a_viewer_may_not_send_and_the_plan_holds(browse: Browse, viewer: Membership, owner: Membership) -> None:
    path = f"/reports/saved/{kept(viewer).pk}/mails"
    assert [browse(viewer).get(path).status_code, browse(viewer).post(path, TYPED).status_code] == [403, 403]
    owner.workspace.plan = Plan.FREE
    owner.workspace.save()
    scheduled.plan(actor=acting(owner), saved=kept(owner), when=DAILY, members=[owner.pk])
    with pytest.raises(PlanLacks, match="allows 1 scheduled report"):
        scheduled.plan(actor=acting(owner), saved=kept(owner, name="More"), when=DAILY, members=[owner.pk])
    assert Schedule.objects.count() == 1
