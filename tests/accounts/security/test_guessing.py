"""Guessing passwords is slow, whatever one tries, and tells nothing about who is here."""

import re
import threading
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client as Browser
from pytest_django import Settings

from accounts import guessing
from accounts.guessing import FROM_HERE, Limit
from accounts.models import Membership, RequestCount
from tests.accounts.security.entrance import LOGIN, is_in, signs_in
from tests.cast import PASSWORD

STOPPED = re.compile(r"Too many wrong passwords\. Wait (\d+) (seconds?|minutes), then try again\.")


WRONG = "not this one"


def tries(email: str, password: str = WRONG, ip: str = "192.0.2.7", forwarded: str = "") -> str:
    browser = Browser(REMOTE_ADDR=ip, headers={"X-Forwarded-For": forwarded} if forwarded else None)
    return browser.post(LOGIN, {"login": email, "password": password}).content.decode()


def test_the_sixth_wrong_password_is_not_looked_at_and_says_how_long_to_wait(agent: Membership) -> None:
    for _ in range(5):
        assert "The e-mail address or the password is not correct." in tries(agent.user.email)
    found = STOPPED.search(tries(agent.user.email, PASSWORD))
    assert found
    assert 1 <= int(found[1]) <= 90
    assert not is_in(signs_in(agent.user))


def test_an_address_that_nobody_has_is_answered_alike(agent: Membership) -> None:
    told = {
        email: [re.sub(r"\d+ (seconds?|minutes)", "a while", alert) for alert in alerts(email)]
        for email in (agent.user.email, "nobody@example.com")
    }
    assert told[agent.user.email] == told["nobody@example.com"]
    assert len(told[agent.user.email]) == 6


def alerts(email: str) -> list[str]:
    return [found for _ in range(6) for found in re.findall(r'role="alert">([^<]+)<', tries(email))]


def test_from_elsewhere_the_owner_still_signs_in(agent: Membership) -> None:
    for _ in range(6):
        tries(agent.user.email, ip="198.51.100.9")
    assert is_in(signs_in(agent.user, ip="192.0.2.7"))


def test_one_network_that_tries_many_accounts_is_stopped_and_an_ipv6_host_is_one_network(db: None) -> None:
    answers = [tries(f"person{turn}@example.com", ip=f"2001:db8::{turn:x}") for turn in range(31)]
    assert [bool(STOPPED.search(answer)) for answer in answers] == [False] * 30 + [True]
    assert not STOPPED.search(tries("person1@example.com", ip="2001:db8:0:1::1"))


def test_many_networks_that_try_one_account_are_stopped(agent: Membership) -> None:
    answers = [tries(agent.user.email, ip=f"198.51.100.{turn}") for turn in range(31)]
    assert [bool(STOPPED.search(answer)) for answer in answers] == [False] * 30 + [True]


def test_behind_the_trusted_proxy_the_address_that_the_proxy_added_counts(
    agent: Membership, settings: Settings
) -> None:
    settings.TRUSTED_PROXY = True
    for turn in range(5):
        tries(agent.user.email, ip="10.0.0.1", forwarded=f"203.0.113.{turn}, 192.0.2.50")
    assert STOPPED.search(tries(agent.user.email, ip="10.0.0.1", forwarded="8.8.8.8, 192.0.2.50"))
    assert not STOPPED.search(tries(agent.user.email, ip="10.0.0.1", forwarded="192.0.2.51"))


def test_without_a_proxy_nobody_chooses_their_own_address(agent: Membership) -> None:
    for turn in range(5):
        tries(agent.user.email, forwarded=f"203.0.113.{turn}")
    assert STOPPED.search(tries(agent.user.email, forwarded="203.0.113.99"))


def test_who_signs_in_uses_nothing_up(agent: Membership) -> None:
    for _ in range(8):
        assert is_in(signs_in(agent.user))
    assert set(RequestCount.objects.filter(subject__startswith="guess:").values_list("used", flat=True)) == {0}


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_no_more_than_five_are_looked_at(agent: Membership) -> None:
    start, answers, email = threading.Barrier(20), [], agent.user.email

    def one() -> None:
        try:
            start.wait(30)
            answers.append(tries(email))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wrong = [answer for answer in answers if "the password is not correct" in answer]
    stopped = [answer for answer in answers if STOPPED.search(answer)]
    assert (len(wrong), len(stopped)) == (5, 15)


def test_the_wait_is_told_in_words() -> None:
    told = [guessing.wait(seconds) for seconds in (1, 40, 90, 91, 299, 3600)]
    assert told == [
        "Wait 1 second", "Wait 40 seconds", "Wait 90 seconds", "Wait 2 minutes", "Wait 5 minutes", "Wait 60 minutes",
    ]  # fmt: skip


def test_what_is_used_up_comes_back_with_the_next_window(db: None) -> None:
    limit = Limit("short", 1, 3600)
    guessing.guess((limit, "anna"))
    with pytest.raises(guessing.TooMany) as refused:
        guessing.guess((limit, "anna"))
    assert 1 <= refused.value.seconds <= 3600
    RequestCount.objects.update(minute="2020-01-01T00:00:00Z")
    guessing.guess((limit, "anna"))


def test_no_address_stands_in_the_counts(agent: Membership) -> None:
    tries(agent.user.email)
    subjects = list(RequestCount.objects.values_list("subject", flat=True))
    assert len(subjects) == 3
    assert not any("anna" in subject or "192.0" in subject for subject in subjects)
    assert any(subject.startswith(f"guess:{FROM_HERE.name}:") for subject in subjects)


class Counting(MD5PasswordHasher):
    """Counts how often a password is hashed, which is what signing in takes its time for."""

    algorithm = "counting"
    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).hashed += 1
        return str(super().encode(password, salt))


@pytest.mark.parametrize("who", ["anna.agent@example.com", "nobody@example.com", "gone@example.com"])
def test_how_long_it_takes_does_not_tell_who_is_here(agent: Membership, settings: Settings, who: str) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    agent.user.set_password(PASSWORD)
    agent.user.save()
    gone = type(agent.user).objects.create_user("gone@example.com", PASSWORD, name="Gone", is_active=False)
    assert gone.password.startswith("counting$")
    Counting.hashed = 0
    tries(who)
    assert Counting.hashed == 1


def test_a_failed_try_is_logged_without_the_address(agent: Membership, caplog: Any) -> None:
    for _ in range(6):
        tries(agent.user.email)
    told = [record.msg for record in caplog.records if "sign_in" in str(record.msg)]
    assert [one["event"] for one in told] == ["sign_in_failed"] * 5 + ["sign_in_stopped"]
    assert {one["network"] for one in told} == {"192.0.2.7"}
    assert "anna" not in str(told)
