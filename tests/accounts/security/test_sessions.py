"""Where one is signed in, and ending it."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts import devices, sessions
from accounts.models import Membership
from tests.accounts.security.entrance import CHROME, FIREFOX, SECURITY, is_in, signs_in

SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def key_of(browser: Browser) -> str:
    return str(browser.session.session_key)


def row_of(browser: Browser) -> UserSession:
    return UserSession.objects.get(session_key=key_of(browser))


def signed_in_elsewhere(who: Membership, turn: int) -> None:
    """As by the page, without its cost."""
    Session.objects.create(session_key=f"elsewhere{turn}", session_data="x", expire_date="2099-01-01T00:00:00Z")
    UserSession.objects.create(user=who.user, session_key=f"elsewhere{turn}", ip="192.0.2.8", user_agent=FIREFOX)


def test_each_is_listed_with_its_device_and_its_address(agent: Membership, admin: Membership) -> None:
    here = signs_in(agent.user)
    signs_in(agent.user, agent=CHROME, ip="203.0.113.5")
    signs_in(admin.user, agent=SAFARI)
    page = here.get(SECURITY).content.decode()
    told = re.findall(r"<span>((?:\w+ )+on [\w ]+)(?: <span class=\"chip\">(This one)</span>)?</span>", page)
    assert sorted(told) == [("Chrome on Linux", ""), ("Firefox on Windows", "This one")]
    assert "203.0.113.5" in page
    assert "iPhone" not in page


def test_one_that_is_ended_is_asked_to_sign_in_at_once(agent: Membership) -> None:
    here, there, third = (signs_in(agent.user) for _ in range(3))
    assert here.post(f"{SECURITY}/sessions/{row_of(there).pk}/end").status_code == 303
    assert (is_in(here), is_in(there), is_in(third)) == (True, False, True)


def test_all_others_are_ended_with_one_press(agent: Membership, admin: Membership) -> None:
    here, there, third, theirs = *(signs_in(agent.user) for _ in range(3)), signs_in(admin.user)
    assert here.post(f"{SECURITY}/sessions/others").status_code == 303
    assert [is_in(one) for one in (here, there, third, theirs)] == [True, False, False, True]


def test_nobody_ends_another_persons_session_nor_the_one_they_use(agent: Membership, admin: Membership) -> None:
    here, theirs = signs_in(agent.user), signs_in(admin.user)
    for other in (row_of(theirs).pk, row_of(here).pk, 10**9):
        assert here.post(f"{SECURITY}/sessions/{other}/end").status_code == 404
    assert (is_in(here), is_in(theirs)) == (True, True)


def test_a_request_under_way_does_not_bring_an_ended_session_back(agent: Membership) -> None:
    there = signs_in(agent.user)
    held = there.session
    assert held.get("_auth_user_id")  # as a request that has read it
    sessions.end_others(agent.user, None)
    held["workspace"] = "x"
    with pytest.raises(UpdateError):
        held.save()
    assert not is_in(there)


def test_when_and_from_where_it_was_last_used_is_noted_every_five_minutes(agent: Membership) -> None:
    browser = signs_in(agent.user)
    UserSession.objects.update(last_seen_at="2020-01-01T00:00:00Z", ip="192.0.2.1")
    noted = sessions.SessionsNoted(lambda _: HttpResponse())
    request = browser.get(SECURITY).wsgi_request
    with CaptureQueriesContext(connection) as asked:
        noted(request)
        noted(request)
    assert len(asked) == 1
    row = UserSession.objects.get()
    assert (row.ip, row.last_seen_at.year > 2020) == ("192.0.2.7", True)


def test_the_page_costs_the_same_for_one_session_and_for_thirty(agent: Membership) -> None:
    here = signs_in(agent.user)
    here.get(SECURITY)
    with CaptureQueriesContext(connection) as one:
        here.get(SECURITY)
    for turn in range(29):
        signed_in_elsewhere(agent, turn)
    with CaptureQueriesContext(connection) as many:
        page = here.get(SECURITY).content.decode()
    assert page.count("Firefox on Windows</span>") == 29
    assert len(one) == len(many)


def test_a_session_that_ran_out_is_not_listed(agent: Membership) -> None:
    here, there = signs_in(agent.user), signs_in(agent.user, agent=CHROME)
    Session.objects.filter(session_key=key_of(there)).update(expire_date="2020-01-01T00:00:00Z")
    assert "Chrome on Linux" not in here.get(SECURITY).content.decode()
    assert not sessions.is_open(key_of(there))


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (CHROME, "Chrome on Linux"),
        (SAFARI, "Safari on an iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on a Mac"),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5", "An unknown device"),
        ("", "An unknown device"),
    ],
    ids=["chrome", "iphone", "edge", "android", "curl", "nothing"],
)  # fmt: skip
def test_a_device_is_named_in_plain_words(agent: str, told: str) -> None:
    assert devices.device(agent) == told
