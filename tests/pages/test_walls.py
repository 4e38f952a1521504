"""What a page shows to whom, and what each verb lets whom do. Without scripts: the walls do not rest on them. That what
is hidden is not there, on any page, is for tests/walls."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership, Workspace
from activity.models import Run, Undo
from activity.runs import finish
from clients.access import restrict
from clients.models import Client
from contacts.models import Contact, Merge
from deals.models import Deal
from desk.models import SavedView
from inbox.models import Conversation, Message
from tests import cast

Browse = Callable[[Membership], Browser]


@pytest.fixture
def harbour_agent(workspace: Workspace, harbour: Client) -> Membership:
    """An agent who sees only Harbour Bakery."""
    return cast.member(workspace, "Hera Harbour", clients=[harbour])


def reads(priya: Conversation, bread: Deal) -> list[str]:
    return [
        f"/inbox/{priya.pk}",
        f"/board/deals/{bread.pk}",
        f"/board/mentions/{priya.contact_id}",
        f"/contacts/{priya.contact_id}",
        f"/contacts/{priya.contact_id}/timeline",
        f"/contacts/{priya.contact_id}/merges",
    ]


def writes(priya: Conversation, bread: Deal) -> list[tuple[str, dict[str, str]]]:
    return [
        (f"/inbox/{priya.pk}/reply", {"body": "Hello"}),
        (f"/inbox/{priya.pk}/close", {}),
        (f"/inbox/{priya.pk}/reopen", {}),
        (f"/inbox/{priya.pk}/snooze", {"until": (timezone.now() + timedelta(days=3)).isoformat()}),
        (f"/inbox/{priya.pk}/assign", {"to": ""}),
        (f"/inbox/{priya.pk}/intent", {"intent": "booking"}),
        (f"/inbox/{priya.pk}/read", {}),
        (f"/inbox/{priya.pk}/unread", {}),
        (f"/inbox/{priya.pk}/settle", {}),
        ("/board/move", {"deal": str(bread.pk), "stage": "won"}),
        (f"/board/deals/{bread.pk}/change", {"title": "Other"}),
        (f"/board/deals/{bread.pk}/delete", {}),
        (f"/contacts/{priya.contact_id}/change", {"name": "Other"}),
        (f"/contacts/{priya.contact_id}/labels", {"name": "VIP"}),
        (f"/contacts/{priya.contact_id}/fields", {"name": "size", "value": "3"}),
        (f"/contacts/{priya.contact_id}/addresses", {"kind": "email", "address": "p2@example.com"}),
        (f"/contacts/{priya.contact_id}/lift", {}),
        (f"/contacts/{priya.contact_id}/delete", {}),
    ]


def state(priya: Conversation, bread: Deal) -> tuple[object, ...]:
    conversation, deal = Conversation.objects.get(pk=priya.pk), Deal.objects.get(pk=bread.pk)
    contact = Contact.objects.get(pk=priya.contact_id)
    messages = Message.objects.filter(conversation=priya).count()
    return conversation.version, deal.version, contact.version, messages, contact.labels.count()


def test_a_client_viewer_reads_everything_of_the_client_and_is_refused_each_verb_with_a_sentence(
    browse: Browse, viewer: Membership, priya: Conversation, bread: Deal
) -> None:
    browser, before = browse(viewer), state(priya, bread)
    for path in reads(priya, bread):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert 'method="post" action="/inbox' not in page.content.decode(), path
        assert 'method="post" action="/board' not in page.content.decode(), path
        assert 'method="post" action="/contacts' not in page.content.decode(), path
    for path, typed in writes(priya, bread):
        answer = browser.post(path, typed)
        assert answer.status_code == 403, path
        assert "You may read here, but not change anything." in answer.content.decode(), path
    assert browser.get("/board/deals/new").status_code == 403
    assert state(priya, bread) == before


def test_htmx_gets_the_same_sentence_as_a_toast(browse: Browse, viewer: Membership, priya: Conversation) -> None:
    answer = browse(viewer).post(f"/inbox/{priya.pk}/close", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (403, "#toasts", "beforeend")
    assert "<html" not in answer.content.decode()


def test_another_clients_person_cannot_choose_this_client(
    browse: Browse, other_client_agent: Membership, priya: Conversation
) -> None:
    browser = browse(other_client_agent)
    assert browser.get(f"/inbox?client={priya.client_id}").status_code == 404
    assert browser.get("/inbox?client=nonsense").status_code == 404


@pytest.mark.parametrize("who", ["viewer", "harbour_agent"])
def test_no_choice_names_who_works_for_other_clients_alone(
    browse: Browse, request: pytest.FixtureRequest, priya: Conversation, bread: Deal, who: str,
    agent: Membership, other_client_agent: Membership,
) -> None:  # fmt: skip
    browser = browse(request.getfixturevalue(who))
    for path in ("/inbox?split=all", f"/inbox/{priya.pk}", "/board", f"/board/deals/{bread.pk}", "/contacts",
                 f"/contacts/{priya.contact_id}"):  # fmt: skip
        assert "Mina Meadow" not in browser.get(path).content.decode(), path
    assert "Anna Agent" in browser.get("/contacts").content.decode()


def test_nobody_gives_anything_to_a_colleague_whom_they_do_not_meet_nor_hears_their_name(
    browse: Browse, harbour_agent: Membership, other_client_agent: Membership, priya: Conversation, bread: Deal
) -> None:
    browser, hidden, before = browse(harbour_agent), str(other_client_agent.pk), state(priya, bread)
    for path, given in (
        ("/contacts/bulk", {"id": str(priya.contact_id), "owner": hidden}),
        (f"/contacts/{priya.contact_id}/change", {"name": "Priya Patel", "owner": hidden}),
        (f"/inbox/{priya.pk}/assign", {"to": hidden}),
        (f"/board/deals/{bread.pk}/change", {"owner": hidden}),
    ):
        answer = browser.post(path, given)
        assert (answer.status_code, "Mina" in answer.content.decode()) == (422, False), path
    assert state(priya, bread) == before


def test_an_owner_whom_one_does_not_meet_stays_when_the_contact_is_edited(
    browse: Browse, harbour_agent: Membership, other_client_agent: Membership, priya: Conversation
) -> None:
    Contact.objects.filter(pk=priya.contact_id).update(owner=other_client_agent)
    page = browse(harbour_agent).get(f"/contacts/{priya.contact_id}").content.decode()
    assert f'<option value="{other_client_agent.pk}" selected>' in page


def test_a_merge_is_not_taken_back_by_whom_it_is_hidden_from_by_now(
    browse: Browse, harbour_agent: Membership, meadow: Client, priya: Conversation, tom: Conversation
) -> None:
    browser = browse(harbour_agent)
    assert browser.post(f"/contacts/{priya.contact_id}/merge", {"other": tom.contact_id}).status_code == 303
    restrict(member=harbour_agent, clients=[meadow])
    answer = browser.post(f"/undo/{Undo.objects.get().pk}")
    assert (answer.status_code, "cannot be taken apart any more" in answer.content.decode()) == (409, True)
    assert Contact.objects.get(pk=tom.contact_id).merged_into_id == priya.contact_id


def test_a_merge_behind_the_wall_is_not_there_under_anybody_elses_address(
    browse: Browse, owner: Membership, other_client_agent: Membership, meadow: Client, priya: Conversation,
    tom: Conversation,
) -> None:  # fmt: skip
    browse(owner).post(f"/contacts/{priya.contact_id}/merge", {"other": tom.contact_id})
    theirs = Contact.objects.create(
        workspace=meadow.workspace, client=meadow, name="Mo", last_activity_at=timezone.now()
    )
    path = f"/contacts/{theirs.pk}/merges/{Merge.objects.get().pk}/apart"
    assert [ask(path).status_code for ask in (browse(other_client_agent).get, browse(other_client_agent).post)] == [
        404,
        404,
    ]


def test_a_shared_view_is_not_brought_back_behind_the_wall(
    browse: Browse, harbour_agent: Membership, harbour: Client, meadow: Client
) -> None:
    browser = browse(harbour_agent)
    browser.post("/views/new/inbox", {"name": "Ours", "query": f"client={harbour.pk}", "shared": "on"})
    browser.post(f"/views/{SavedView.objects.get().pk}/delete")
    restrict(member=harbour_agent, clients=[meadow])
    assert browser.post(f"/undo/{Undo.objects.get().pk}").status_code == 422
    assert SavedView.objects.get().deleted_at is not None


def test_a_run_names_nobody_who_is_hidden_by_now(
    browse: Browse, harbour_agent: Membership, meadow: Client, priya: Conversation
) -> None:
    browser = browse(harbour_agent)
    browser.post("/contacts/bulk", {"scope": "matching", "owner": ""})  # nobody owns them: each is passed over, by name
    path = f"/runs/{finish(Run.objects.get()).pk}"
    assert "Priya Patel" in browser.get(path).content.decode()
    restrict(member=harbour_agent, clients=[meadow])
    assert "Priya Patel" not in browser.get(path).content.decode()


def test_who_is_not_signed_in_is_sent_to_sign_in_and_htmx_to_a_fresh_page(db: None) -> None:
    browser = Browser()
    answer = browser.get("/inbox?split=closed")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/inbox%3Fsplit%3Dclosed")
    assert browser.get("/inbox", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_get_changes_nothing(browse: Browse, agent: Membership, priya: Conversation, bread: Deal) -> None:
    browser = browse(agent)
    for path, _ in writes(priya, bread):
        assert browser.get(path).status_code == 405, path


def test_no_browser_shows_a_page_again_without_asking(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    for path in ("/inbox", "/board", "/contacts", f"/inbox/{priya.pk}"):
        assert {"private", "no-cache"} <= set(browser.get(path).headers.get("Cache-Control", "").split(", ")), path
