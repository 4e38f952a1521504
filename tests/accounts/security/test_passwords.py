"""A forgotten password, and a new one."""

import re

import pytest
import time_machine
from django.core import mail
from django.test import Client as Browser
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import tasks
from accounts.models import Membership
from crm.celery import app
from tests.accounts.security.entrance import is_in, signs_in
from tests.cast import PASSWORD

NEW = "quite another long password"
RESET = "/accounts/password/reset/"


def link_for(who: Membership) -> str:
    """The path in the mail that is sent when they forgot their password."""
    tasks.send_reset(who.user.email)
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def chooses(browser: Browser, link: str, password: str = NEW) -> str:
    """What the page answers whose link is opened and filled in."""
    page = browser.get(link)
    if page.status_code == 200:
        return page.content.decode()
    return browser.post(page["Location"], {"password1": password, "password2": password}, follow=True).content.decode()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[str, ...]]]:
    """What was given to the workers."""
    given: list[tuple[str, tuple[str, ...]]] = []
    monkeypatch.setattr(app, "send_task", lambda task, args, **_: given.append((task, tuple(args))))
    return given


def test_the_mail_names_the_person_the_site_and_how_long_the_link_works(agent: Membership) -> None:
    link_for(agent)
    message = mail.outbox[0]
    assert (message.subject, message.to) == ("Choose a new password for Parley", ["anna.agent@example.com"])
    assert str(message.body).startswith("Hello Anna Agent,\n")
    assert "within an hour. The link works once" in str(message.body)
    assert "http://127.0.0.1:8000" in str(message.body)


def test_the_link_sets_a_new_password_once_and_ends_every_session(agent: Membership) -> None:
    elsewhere, link = signs_in(agent.user), link_for(agent)
    assert is_in(elsewhere)
    assert "Your password is changed" in chooses(Browser(), link)
    assert not is_in(elsewhere)
    agent.user.refresh_from_db()
    assert is_in(signs_in(agent.user, NEW))
    assert not is_in(signs_in(agent.user, PASSWORD))
    assert "This link does not open any more" in chooses(Browser(), link)


def test_an_old_link_says_what_to_do(agent: Membership) -> None:
    link = link_for(agent)
    with time_machine.travel("2099-01-01"):
        page = chooses(Browser(), link)
    assert "older than an hour" in page
    assert "Ask for a new link" in page
    assert "This link does not open any more" in chooses(Browser(), f"{RESET}key/1-nonsense/")
    agent.user.refresh_from_db()
    assert agent.user.check_password(PASSWORD)


def test_a_password_that_is_too_easy_is_refused_with_its_reason(agent: Membership) -> None:
    page = chooses(Browser(), link_for(agent), "1234567890")
    assert "This password is too common." in page
    agent.user.refresh_from_db()
    assert agent.user.check_password(PASSWORD)


def test_whether_somebody_has_the_address_is_told_to_nobody(
    agent: Membership, sent: list[tuple[str, tuple[str, ...]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    pages = {}
    for email in (agent.user.email, "nobody@example.com"):
        with django_capture_on_commit_callbacks(execute=True):
            pages[email] = Browser().post(RESET, {"email": email}, follow=True).content
    assert pages[agent.user.email] == pages["nobody@example.com"]
    assert sent == [("accounts.tasks.send_reset", (email,)) for email in pages]
    tasks.send_reset("nobody@example.com")
    assert mail.outbox == []


def test_nobody_floods_a_mailbox(agent: Membership) -> None:
    answers = [
        Browser(REMOTE_ADDR=f"192.0.2.{turn}").post(RESET, {"email": "Anna.Agent@example.com"}) for turn in range(4)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert re.search(r"Wait \d+ (seconds|minutes), then try again\.", answers[3].content.decode())


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(
    agent: Membership, sent: list[tuple[str, tuple[str, ...]]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    here, elsewhere = signs_in(agent.user), signs_in(agent.user)
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    with django_capture_on_commit_callbacks(execute=True):
        answer = here.post("/settings/security/password", given)
    assert answer["Location"] == "/settings/security"
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    [(task, (to, subject, body))] = [one for one in sent if one[0] == "accounts.tasks.send_mail"]
    assert (task, to, subject) == (
        "accounts.tasks.send_mail", "anna.agent@example.com", "Your password for Parley was changed",
    )  # fmt: skip
    assert "From: Firefox on Windows at 192.0.2.7" in body
    assert NEW not in body
    tasks.send_mail(to, subject, body)
    assert mail.outbox[0].body == body


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"oldpassword": "not this one", "password1": NEW, "password2": NEW}, "This is not your present password."),
        ({"oldpassword": PASSWORD, "password1": NEW, "password2": "another"}, "You must type the same password"),
        ({"oldpassword": PASSWORD, "password1": "short", "password2": "short"}, "at least 10 characters"),
    ],
    ids=["wrong present one", "two different", "too short"],
)
def test_a_bad_change_changes_nothing(agent: Membership, given: dict[str, str], told: str) -> None:
    browser = signs_in(agent.user)
    assert told in browser.post("/settings/security/password", given).content.decode()
    agent.user.refresh_from_db()
    assert agent.user.check_password(PASSWORD)
