"""What came and what went: found, opened, done once more."""

import re
from uuid import uuid4

import pytest

from accounts.models import Membership
from integrations import processing, pushing
from integrations.models import Connection, InboundEvent, Push
from tests.integrations.pages.conftest import Browse, Every, a_push, an_event

PART = {"HX-Request": "true"}


def at(connection: Connection, path: str) -> str:
    return f"/settings/connections/{connection.pk}{path}"


def kinds(browse: Browse, who: Membership, connection: Connection, query: str) -> list[str]:
    shown = browse(who).get(at(connection, f"/events{query}"), headers=PART).content.decode()
    return [event.key for event in InboundEvent.objects.order_by("key") if f"event-{event.pk}" in shown]


@pytest.fixture
def several(bandung: Connection) -> Connection:
    an_event(bandung, "a", state="done", outcome="Priya saved")
    an_event(bandung, "b", state="dead", last_error="Nobody knows who.")
    an_event(bandung, "c", type="message.sent")
    an_event(bandung, "d", via="batch", type="message.sent", state="dead")
    return bandung


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["a", "b", "c", "d"]), ("?state=done", ["a"]), ("?state=dead", ["b", "d"]), ("?state=waiting", ["c"]),
        ("?via=batch", ["d"]), ("?type=message.sent", ["c", "d"]), ("?type=message.sent&state=dead", ["d"]),
        ("?type=nothing", []),
    ],
)  # fmt: skip
def test_events_are_found_by_what_became_of_them_how_they_came_and_type(
    browse: Browse, owner: Membership, several: Connection, query: str, expected: list[str]
) -> None:
    assert kinds(browse, owner, several, query) == expected


@pytest.mark.parametrize("query", ["?state=gone", "?via=pigeon"])
def test_a_filter_that_is_none_is_refused(browse: Browse, owner: Membership, several: Connection, query: str) -> None:
    answer = browse(owner).get(at(several, f"/events{query}"))
    assert (answer.status_code, "Choose one of:" in answer.content.decode()) == (422, True)


def test_the_list_goes_on_where_it_ended(browse: Browse, owner: Membership, bandung: Connection) -> None:
    for number in range(60):
        an_event(bandung, f"{number:02}")
    browser = browse(owner)
    first = browser.get(at(bandung, "/events")).content.decode()
    [more] = set(re.findall(r'"(/settings/connections/[^"]*/events\?more=[^"]*)"', first))
    second = browser.get(more, headers=PART).content.decode()
    assert (first.count('id="event-'), second.count('id="event-'), "Earlier ones" in second) == (50, 10, False)


def test_an_event_opens_to_all_that_is_known_of_it(browse: Browse, owner: Membership, several: Connection) -> None:
    event = InboundEvent.objects.get(key="b")
    shown = browse(owner).get(at(several, f"/events/{event.pk}")).content.decode()
    for words in ("Nobody knows who.", "Failed", "&quot;name&quot;: &quot;Priya&quot;", "no further one by itself"):
        assert words in shown


def test_an_event_that_failed_is_handled_once_more(
    browse: Browse, owner: Membership, every: Every, several: Connection
) -> None:
    event = InboundEvent.objects.get(key="b")
    answer = browse(owner).post(at(several, f"/events/{event.pk}/replay"), headers=PART)
    assert (answer.status_code, "It is handled once more." in answer.content.decode()) == (200, True)
    processing.work_off()
    event.refresh_from_db()
    assert (event.state, event.outcome) == ("done", "Handled b")


def test_all_that_failed_is_handled_once_more_and_nothing_else(
    browse: Browse, owner: Membership, every: Every, several: Connection
) -> None:
    InboundEvent.objects.filter(key="c").delete()
    answer = browse(owner).post(at(several, "/events/replay"), follow=True)
    assert "2 are handled once more." in answer.content.decode()
    processing.work_off()
    assert sorted(every.handled) == ["b", "d"]


def test_what_went_is_shown_in_words_and_opens(browse: Browse, owner: Membership, bandung: Connection) -> None:
    push = a_push(bandung, uuid4(), state="done", outcome="847 applied, 12 skipped", params={"label": "lbl_1"})
    browser = browse(owner)
    shown = browser.get(at(bandung, "/sent")).content.decode()
    assert ("Bulk label" in shown, "847 applied, 12 skipped" in shown) == (True, True)
    one = browser.get(at(bandung, f"/sent/{push.pk}")).content.decode()
    assert ("lbl_1" in one, push.idempotency_key in one, "Send again" in one) == (True, True, False)
    assert "Bulk label" not in browser.get(at(bandung, "/sent?state=dead")).content.decode()


def test_a_push_that_failed_is_sent_once_more(
    browse: Browse, owner: Membership, every: Every, bandung: Connection
) -> None:
    push = a_push(bandung, uuid4(), state="dead", params={"event": "contact.created"})
    assert browse(owner).post(at(bandung, f"/sent/{push.pk}/replay")).status_code == 303
    pushing.work_off()
    assert every.sent == [f"{push.pk}-2"]


@pytest.mark.parametrize("state", ["waiting", "done"])
def test_what_something_newer_made_needless_is_not_sent(
    browse: Browse, owner: Membership, bandung: Connection, state: str
) -> None:
    subject = uuid4()
    push = a_push(bandung, subject, state="dead")
    a_push(bandung, subject, state=state)
    answer = browse(owner).post(at(bandung, f"/sent/{push.pk}/replay"), headers=PART)
    push.refresh_from_db()
    assert (answer.status_code, push.state) == (409, "dead")


def test_all_that_failed_is_sent_once_more_the_newest_about_each_row(
    browse: Browse, owner: Membership, bandung: Connection
) -> None:
    one, other = uuid4(), uuid4()
    older, newer = a_push(bandung, one, state="dead"), a_push(bandung, one, state="dead")
    a_push(bandung, other, state="dead")
    answer = browse(owner).post(at(bandung, "/sent/replay"), follow=True)
    assert "2 are sent once more." in answer.content.decode()
    assert Push.objects.filter(state="waiting").count() == 2
    assert [Push.objects.get(pk=each.pk).state for each in (older, newer)] == ["dead", "waiting"]
