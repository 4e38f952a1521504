"""Coming in and going out: only as oneself, only to our own pages."""

import pytest
from django.conf import settings
from django.test import Client as Browser

from accounts.models import Membership
from tests.accounts.security.entrance import LOGIN, SECURITY, is_in, signs_in
from tests.cast import PASSWORD


def test_signing_in_makes_a_new_session(agent: Membership) -> None:
    browser = Browser()
    browser.get("/accounts/login/passkey/", headers={"Accept": "application/json"})  # it keeps something in the session
    before = browser.cookies[settings.SESSION_COOKIE_NAME].value
    browser.post(LOGIN, {"login": agent.user.email, "password": PASSWORD})
    assert is_in(browser)
    assert browser.cookies[settings.SESSION_COOKIE_NAME].value != before
    planted = Browser()
    planted.cookies[settings.SESSION_COOKIE_NAME] = before
    assert not is_in(planted)


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "https:evil.example"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_nobody_is_sent_elsewhere(agent: Membership, elsewhere: str) -> None:
    given = {"login": agent.user.email, "password": PASSWORD, "next": elsewhere}
    assert Browser().post(f"{LOGIN}", given)["Location"] == "/"
    assert signs_in(agent.user).post("/accounts/logout/", {"next": elsewhere})["Location"] == "/"
    assert signs_in(agent.user).get(LOGIN, {"next": elsewhere})["Location"] == "/"
    again = signs_in(agent.user).post("/accounts/again/", {"password": PASSWORD, "next": elsewhere})
    assert again["Location"] == "/"


def test_a_link_signs_nobody_out(agent: Membership) -> None:
    browser = signs_in(agent.user)
    assert "Sign out?" in browser.get("/accounts/logout/").content.decode()
    assert is_in(browser)
    assert Browser(enforce_csrf_checks=True).post("/accounts/logout/").status_code == 403
    assert browser.post("/accounts/logout/").status_code == 302
    assert not is_in(browser)
    assert browser.get(SECURITY)["Location"] == f"{LOGIN}?next={SECURITY}"


def test_who_was_closed_out_is_told_so_only_with_the_right_password(agent: Membership) -> None:
    agent.user.is_active = False
    agent.user.save()
    answer = Browser().post(LOGIN, {"login": agent.user.email, "password": PASSWORD}, follow=True)
    assert "This account is closed" in answer.content.decode()
    wrong = Browser().post(LOGIN, {"login": agent.user.email, "password": "not this one"}).content.decode()
    assert "The e-mail address or the password is not correct." in wrong
