"""What no page of ours sends: marks, moments, addresses and charsets that somebody made up. Never a fault of ours."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.core.signing import b64_encode
from django.test import Client as Browser

from accounts.models import Membership
from contacts.models import Label
from deals.models import Deal
from desk.models import SavedView
from inbox.models import Conversation, FollowUp

Browse = Callable[[Membership], Browser]

ID = "0199f8ae-7a2d-7c5e-8d3f-0a1b2c3d4e5f"
# PostgreSQL takes no offset of sixteen hours; Python knows no year before the first.
MOMENTS = ["2026-12-01T00:00:00+23:59", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
MARKS = [
    "[" * 5000,
    f'["\\ud800", "{ID}"]',
    f'[Infinity, "{ID}"]',
    f'[{10**30}, "{ID}"]',
    f'[true, "{ID}"]',
    f'[{{}}, "{ID}"]',
    *(f'["{moment}", "{ID}"]' for moment in MOMENTS),
]
LISTS = [
    "/inbox?split=all&more=",
    "/contacts?more=",
    "/contacts?sort=name&more=",
    "/contacts/duplicates?more=",
    "/today/follow-ups?more=",
    "/search?q=priya&kind=people&more=",
    *(f"/board/columns/new?sort={sort}&below=" for sort in ("", "value", "close", "contact", "newest")),
]
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("mark", MARKS)
def test_a_list_asked_for_from_a_mark_of_nobodys_starts_at_the_top(
    browse: Browse, agent: Membership, priya: Conversation, bread: Deal, mark: str
) -> None:
    browser, sent = browse(agent), b64_encode(mark.encode()).decode()
    for path in (*LISTS, f"/inbox/{priya.pk}?earlier="):
        assert browser.get(path + sent, headers=HTMX).status_code == 200, path


@pytest.mark.parametrize("moment", MOMENTS)
@time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC))  # the first of them lies ahead
def test_any_moment_is_either_understood_or_refused(
    browse: Browse, agent: Membership, priya: Conversation, bread: Deal, moment: str
) -> None:
    browser = browse(agent)
    assert browser.get("/inbox/fresh", {"top": moment}, headers=HTMX).status_code == 200
    assert browser.get(f"/inbox/{priya.pk}/since", {"position": "0", "at": moment}, headers=HTMX).status_code == 200
    given = {"due_at": moment, "contact": priya.contact_id, "deal": bread.pk}
    expected = 303 if moment.startswith("2026") else 422
    for path in (f"/inbox/{priya.pk}/snooze", "/inbox/follow-ups/new", "/board/several/follow-up"):
        assert browser.post(path, {**given, "until": moment}).status_code == expected, path
    if expected == 303:
        assert {one.due_at.isoformat() for one in FollowUp.objects.all()} == {"2026-11-30T00:01:00+00:00"}


@pytest.mark.parametrize("address", ["http://[", "http://\u2100/board", "//"])
def test_a_page_that_names_no_address_of_ours_is_none_of_ours(
    browse: Browse, agent: Membership, bread: Deal, address: str
) -> None:
    browser, headers = browse(agent), {**HTMX, "HX-Current-URL": address}
    for path in ("/palette/found?q=bread", "/keys"):
        assert browser.get(path, headers=headers).status_code == 200, path
    answer = browser.post("/board/move", {"deal": bread.pk, "stage": "contacted"}, headers=headers)
    assert answer.status_code == 200


@pytest.mark.parametrize("charset", ["rot13", "hex", "idna", "undefined", "unicode_escape", "utf-16"])
def test_a_form_is_read_as_utf_8_whatever_is_said_of_it(agent: Membership, charset: str) -> None:
    browser = Browser(enforce_csrf_checks=True)  # which reads the form before any page does
    browser.force_login(agent.user, "allauth.account.auth_backends.AuthenticationBackend")
    form: Any = b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\n\\ud800\r\n--b--\r\n'
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    assert browser.generic("POST", "/settings", form, content_type=kind).status_code == 403


@pytest.mark.parametrize("charset", ["unicode_escape", "utf-16"])
def test_an_address_is_read_as_utf_8_whatever_is_said_of_it(browse: Browse, agent: Membership, charset: str) -> None:
    found = browse(agent).get("/contacts?search=%5Cud800", CONTENT_TYPE=f"text/plain; charset={charset}")
    assert (found.status_code, found.wsgi_request.GET["search"]) == (200, "\\ud800")


def test_a_filter_that_is_too_long_is_not_kept_as_a_view(browse: Browse, agent: Membership) -> None:
    long = "漢" * 200
    answer = browse(agent).post("/views/new/contacts", {"name": "Long", "query": f"search={long}&label={long}"})
    assert answer.status_code == 422
    assert "This filter is too long to be kept." in answer.content.decode()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(("there", "typed"), [("\u00e5", "\u212b"), ("k", "\u212a"), ("\u00df", "\u1e9e")])
def test_a_label_in_other_letters_that_are_the_same_is_the_same_label(
    browse: Browse, agent: Membership, priya: Conversation, there: str, typed: str
) -> None:
    browser = browse(agent)
    for name in (there, typed):
        assert browser.post(f"/contacts/{priya.contact_id}/labels", {"name": name}).status_code == 303
    assert [label.name for label in Label.objects.all()] == [there]


def test_a_new_label_for_nobody_is_not_made(browse: Browse, agent: Membership) -> None:
    assert browse(agent).post("/contacts/bulk", {"new": "Fresh"}).status_code == 422
    assert not Label.objects.exists()
