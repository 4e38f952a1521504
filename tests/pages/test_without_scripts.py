"""Every form works in a browser that runs no script: it goes to its own address and comes back to the page."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from clients.models import Client
from contacts.models import Contact
from deals.models import Deal
from inbox.models import Conversation

Browse = Callable[[Membership], Browser]


def test_a_reply_comes_back_to_the_thread_and_keeps_the_filter(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    answer = browse(agent).post(f"/inbox/{priya.pk}/reply?split=all&intent=interested", {"body": "Gladly."})
    assert (answer.status_code, answer["Location"]) == (303, f"/inbox/{priya.pk}?split=all&intent=interested")


def test_closing_goes_on_to_the_next(browse: Browse, agent: Membership, priya: Conversation, tom: Conversation) -> None:
    browser = browse(agent)
    assert browser.post(f"/inbox/{tom.pk}/close")["Location"] == f"/inbox/{priya.pk}"
    assert browser.post(f"/inbox/{priya.pk}/close")["Location"] == "/inbox"


def test_an_empty_reply_is_refused_on_a_page_that_leads_back(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    where = f"http://testserver/inbox/{priya.pk}"
    answer = browse(agent).post(f"/inbox/{priya.pk}/reply", {"body": "  "}, headers={"Referer": where})
    assert answer.status_code == 422
    assert "Write something first." in answer.content.decode()
    assert f'href="{where}"' in answer.content.decode()


def test_the_way_back_never_leads_to_another_site(browse: Browse, agent: Membership, priya: Conversation) -> None:
    answer = browse(agent).post(f"/inbox/{priya.pk}/reply", headers={"Referer": "https://elsewhere.example/"})
    assert (answer.status_code, "elsewhere" in answer.content.decode()) == (422, False)


@pytest.mark.parametrize("until", ["2001-01-01T09:00:00Z", "9999-12-31T23:59:59-12:00", "tomorrow", ""])
def test_a_snooze_until_no_usable_moment_changes_nothing(
    browse: Browse, agent: Membership, priya: Conversation, until: str
) -> None:
    assert browse(agent).post(f"/inbox/{priya.pk}/snooze", {"until": until}).status_code == 422
    assert Conversation.objects.get(pk=priya.pk).status == "active"


@pytest.mark.parametrize("path", ["/inbox?search=%00", "/board?search=a%00", "/contacts?search=%00"])
def test_null_bytes_are_refused_before_the_database_sees_them(browse: Browse, agent: Membership, path: str) -> None:
    assert browse(agent).get(path).status_code == 422


def test_a_deal_is_made_moved_and_changed(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    made = browser.post("/board/deals/new", {"contact": str(priya.contact_id), "title": "Bread", "value": "12.50"})
    deal = Deal.objects.get()
    assert (made.status_code, made["Location"], deal.value) == (303, f"/board/deals/{deal.pk}", 1250)
    assert "Negotiating" in browser.get(f"/board/deals/{deal.pk}/move").content.decode()
    moved = browser.post("/board/move", {"deal": str(deal.pk), "stage": "negotiating", "version": "1"})
    assert (moved.status_code, moved["Location"]) == (303, "/board")
    stale = browser.post("/board/move", {"deal": str(deal.pk), "stage": "won", "version": "1"})
    assert stale.status_code == 409
    assert "changed since you read it" in stale.content.decode()
    assert Deal.objects.get().stage.key == "negotiating"


def test_a_contact_is_changed(browse: Browse, agent: Membership, priya: Conversation) -> None:
    answer = browse(agent).post(f"/contacts/{priya.contact_id}/change", {"name": "Priya P.", "version": "1"})
    assert (answer.status_code, answer["Location"]) == (303, f"/contacts/{priya.contact_id}")
    assert Contact.objects.get(pk=priya.contact_id).name == "Priya P."


@pytest.mark.parametrize(
    ("typed", "status", "sentence"),
    [
        ({"name": "n" * 301}, 422, "At most 300 characters."),
        ({"company": "c" * 301}, 422, "At most 300 characters."),
        ({"name": "Priya P.", "version": "9" * 5000}, 409, "changed since you read it"),
    ],
)
def test_what_no_contact_can_hold_is_refused(
    browse: Browse, agent: Membership, priya: Conversation, typed: dict[str, str], status: int, sentence: str
) -> None:
    answer = browse(agent).post(f"/contacts/{priya.contact_id}/change", typed)
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert Contact.objects.get(pk=priya.contact_id).version == 1


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("/board/deals/new", {"contact": "nonsense"}, "This is not an id."),
        ("/board/deals/new", {"title": "Nobody’s"}, "Say whom the deal is with"),
        ("/board/deals/new", {"value": "1.234", "currency": "EUR"}, "EUR has 2 decimal places."),
        ("/board/deals/new", {"value": "1", "currency": "XQX"}, "is no currency code"),
        ("/board/deals/new", {"expected_close_on": "soon"}, "Write the day as 2026-12-31."),
        ("/board/move", {"stage": "won"}, "Say which deal."),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(
    browse: Browse, agent: Membership, path: str, typed: dict[str, str], sentence: str
) -> None:
    answer = browse(agent).post(path, typed)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Deal.objects.exists()


@pytest.mark.parametrize(
    ("path", "back"),
    [
        ("/inbox/new", "/inbox"),
        ("/contacts/new", "/contacts"),
        ("/clients/new", "/clients"),
        ("/board/deals/new", "/board"),
        ("/views/new/inbox?split=all", "/inbox?split=all"),
    ],
)
def test_a_form_that_is_opened_by_itself_can_be_left(browse: Browse, owner: Membership, path: str, back: str) -> None:
    assert f'<a href="{back}">Cancel</a>' in browse(owner).get(path).content.decode()


def test_a_client_that_is_edited_by_itself_is_gone_back_to(browse: Browse, owner: Membership, harbour: Client) -> None:
    page = browse(owner).get(f"/clients/{harbour.pk}/edit").content.decode()
    assert f'<a href="/clients/{harbour.pk}">Cancel</a>' in page
