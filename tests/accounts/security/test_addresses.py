"""Another address to sign in with."""

import re

import pytest
import time_machine
from django.core import mail
from django.test import Client as Browser

from accounts import addresses, tasks
from accounts.models import Membership
from crm.errors import Conflict
from tests import cast
from tests.accounts.security.entrance import is_in, shows_again, signs_in
from tests.cast import PASSWORD

TO = "anna@new.example"


def link_for(who: Membership, to: str = TO) -> str:
    tasks.send_address_link(str(who.user.pk), to)
    found = re.search(r"http://127\.0\.0\.1:8000(/accounts/address/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def address_of(who: Membership) -> str:
    who.user.refresh_from_db()
    return who.user.email


def test_the_new_address_counts_once_its_mailbox_confirmed_it(agent: Membership) -> None:
    link = link_for(agent)
    assert mail.outbox[0].to == [TO]
    assert f"instead of {agent.user.email}" in Browser().get(link).content.decode()
    assert address_of(agent) == "anna.agent@example.com"  # a link that is only looked at changes nothing
    assert "You sign in with anna@new.example" in Browser().post(link).content.decode()
    assert address_of(agent) == TO
    assert is_in(signs_in(agent.user))
    again = Browser().post(link)
    assert (again.status_code, "This link was used already" in again.content.decode()) == (409, True)


def test_asking_takes_the_password_and_tells_where_the_link_went(agent: Membership) -> None:
    browser = signs_in(agent.user)
    assert browser.post("/settings/security/address", {"email": TO})["Location"].startswith("/accounts/again/")
    shows_again(browser)
    answer = browser.post("/settings/security/address", {"email": "Anna@New.example "}, follow=True)
    assert f"Open the link that is sent to {TO}." in answer.content.decode()
    assert address_of(agent) == "anna.agent@example.com"


@pytest.mark.parametrize(
    ("given", "told"),
    [("no address", "Give an e-mail address"), ("Anna.Agent@example.com", "This is your address already")],
)
def test_what_is_no_new_address_is_refused(agent: Membership, given: str, told: str) -> None:
    browser = signs_in(agent.user)
    shows_again(browser)
    answer = browser.post("/settings/security/address", {"email": given})
    assert (answer.status_code, told in answer.content.decode()) == (422, True)


def test_an_address_of_somebody_else_is_answered_like_any_other_and_gets_no_mail(
    agent: Membership, admin: Membership
) -> None:
    browser = signs_in(agent.user)
    shows_again(browser)
    assert browser.post("/settings/security/address", {"email": admin.user.email}).status_code == 303
    tasks.send_address_link(str(agent.user.pk), admin.user.email)
    assert mail.outbox == []


def test_an_address_that_somebody_took_meanwhile_is_refused(agent: Membership) -> None:
    link = link_for(agent)
    cast.a_user("Somebody Else", email=TO)
    answer = Browser().post(link)
    assert (answer.status_code, "belongs to somebody else" in answer.content.decode()) == (409, True)
    assert address_of(agent) == "anna.agent@example.com"


def test_a_link_dies_with_a_new_password_with_time_and_with_a_letter(agent: Membership) -> None:
    link = link_for(agent)
    with time_machine.travel("2099-01-01"):
        assert Browser().post(link).status_code == 409
    assert Browser().post(link[:-2] + "x/").status_code == 409
    agent.user.set_password("quite another long password")
    agent.user.save()
    assert Browser().post(link).status_code == 409
    assert address_of(agent) == "anna.agent@example.com"


def test_nobody_floods_strangers_with_links(agent: Membership) -> None:
    browser = signs_in(agent.user)
    shows_again(browser)
    statuses = [
        browser.post("/settings/security/address", {"email": f"p{turn}@example.com"}).status_code for turn in range(6)
    ]
    assert statuses == [303] * 5 + [422]


def test_the_links_are_no_oracle_for_other_tokens(agent: Membership) -> None:
    with pytest.raises(Conflict):
        addresses.opened("anything")
    assert agent.user.check_password(PASSWORD)
