"""What a person sees where no page of ours answers."""

import re
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.contrib.staticfiles import finders
from django.test import Client as Browser

from accounts.models import Membership
from inbox import queries


def test_what_nobody_foresaw_is_a_page_with_a_way_on_and_tells_nothing(
    browse: Callable[[Membership], Browser], agent: Membership
) -> None:
    browser = browse(agent)
    browser.raise_request_exception = False
    with patch.object(queries, "splits", side_effect=ZeroDivisionError("secret")):
        answer = browser.get("/inbox")
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "Something went wrong on our side" in page
    assert "secret" not in page
    files = re.findall(r'"/static/([^"]+)"', page)
    assert files == ["mark.svg", "css/parley.css"]
    assert all(finders.find(file) for file in files)


@pytest.mark.django_db
def test_a_form_of_another_session_says_that_it_is_too_old() -> None:
    answer = Browser(enforce_csrf_checks=True).post("/accounts/login/", {"login": "anna@example.com"})
    assert answer.status_code == 403
    assert "This page was too old" in answer.content.decode()


@pytest.mark.django_db
def test_a_malformed_request_is_told_that_nothing_was_changed() -> None:
    answer = Browser().get("/inbox", headers={"Host": "not a host"})
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.content.decode()


def test_an_address_that_only_a_button_leads_to_says_so_when_it_is_opened(
    browse: Callable[[Membership], Browser], owner: Membership
) -> None:
    answer = browse(owner).get("/settings/webhooks/new")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "Go back and press the button there. Nothing was changed." in page
    assert 'href="/">Go to Parley</a>' in page
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    posted = browse(owner).post("/reports")
    assert (posted.status_code, posted.content) == (405, b"")
