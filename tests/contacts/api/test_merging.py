"""Joining two contacts, taking them apart again, and erasing one."""

from uuid import uuid4

import pytest

from activity.models import Event
from contacts.models import Contact, Merge
from inbox.models import Conversation, Message
from tests import cast
from tests.arrivals import events, write_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(api) -> tuple[str, str]:
    caller = api()
    bodies = [
        {"email": "priya@example.com", "name": "Priya", "tags": ["Hot"]},
        {"email": "p.sharma@work.example", "phone": "+4930901820", "company": "Sharma Ltd", "tags": ["Cold"]},
    ]
    one, other = (caller.post("/contacts", body).json()["contact"]["id"] for body in bodies)
    return one, other


def test_merged_and_taken_apart_again(api, actor, two):
    winner, loser = two
    thread = write_in(actor(), sender="p.sharma@work.example").conversation
    caller = api()
    was = caller.get(f"/contacts/{loser}").json()["contact"]
    answer = caller.post(f"/contacts/{winner}/merge", {"contact_id": loser})
    assert answer.status_code == 200
    shown = answer.json()["contact"]
    assert (shown["id"], shown["name"], shown["company"], shown["tags"]) == (
        winner,
        "Priya",
        "Sharma Ltd",
        ["Cold", "Hot"],
    )
    assert shown["emails"] == ["priya@example.com", "p.sharma@work.example"]
    assert caller.get(f"/contacts/{loser}").status_code == 404
    assert caller.get(f"/conversations/{thread.pk}").json()["conversation"]["contact_id"] == winner

    caller.patch(f"/contacts/{winner}", {"company": "Elsewhere"})
    apart = caller.post(f"/contacts/{winner}/unmerge", {}).json()
    assert apart["edited_fields"] == ["company"]
    assert apart["contact"]["emails"] == ["priya@example.com"]
    assert {name: apart["restored"][name] for name in ("id", "email", "phone", "company", "tags")} == {
        name: was[name] for name in ("id", "email", "phone", "company", "tags")
    }
    assert Conversation.objects.get().contact_id == Contact.objects.get(pk=loser).pk
    assert events("contact.merged", "contact.unmerged") == ["contact.merged", "contact.unmerged"]


def test_a_merge_is_named_or_is_the_newest(api, two):
    winner, loser = two
    caller = api()
    third = caller.post("/contacts", {"name": "Third"}).json()["contact"]["id"]
    first = caller.post(f"/contacts/{winner}/merge", {"contact_id": loser}).json()["merge_id"]
    caller.post(f"/contacts/{winner}/merge", {"contact_id": third})
    assert caller.post(f"/contacts/{winner}/unmerge", {"merge_id": first}).json()["restored"]["id"] == loser
    assert caller.post(f"/contacts/{winner}/unmerge", {}).json()["restored"]["id"] == third
    answer = caller.post(f"/contacts/{winner}/unmerge", {})
    assert (answer.status_code, answer.json()["error_type"]) == (409, "not_merged")


def test_what_is_refused_leaves_nothing(api, two, harbour, outsider):
    winner, loser = two
    theirs = api().post("/contacts", {"name": "Hal", "client_id": str(harbour.pk)}).json()["contact"]["id"]
    elsewhere = api(key=cast.key_of(outsider.workspace)).post("/contacts", {"name": "Else"}).json()["contact"]["id"]
    before = Event.objects.count()
    caller = api()
    for body, fields in [
        ({}, {"contact_id": ["This is required."]}),
        ({"contact_id": winner}, {"contact_id": ["A contact cannot be merged with itself."]}),
        ({"contact_id": theirs}, {"contact_id": ["Contacts of different clients stay apart."]}),
        ({"contact_id": elsewhere}, {"contact_id": ["There is no contact with this id."]}),
        ({"contact_id": str(uuid4())}, {"contact_id": ["There is no contact with this id."]}),
    ]:
        answer = caller.post(f"/contacts/{winner}/merge", body)
        assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, fields)
    assert caller.post(f"/contacts/{elsewhere}/merge", {"contact_id": loser}).status_code == 404
    unknown = caller.post(f"/contacts/{winner}/unmerge", {"merge_id": str(uuid4())})
    assert unknown.json()["details"]["fieldErrors"] == {"merge_id": ["There is no merge with this id."]}
    assert (Merge.objects.count(), Event.objects.count()) == (0, before)


def test_erasing_blanks_what_was_said_and_is_for_admins(api, actor, agent, admin):
    message = write_in(actor(), "My secret", sender="priya@example.com", name="Priya")
    path = f"/contacts/{message.conversation.contact_id}/erase"
    by_agent, by_admin = api(person=agent), api(person=admin)
    for caller in (by_agent, by_admin):
        caller.handler.enforce_csrf_checks = False
    refused = by_agent.post(path, {})
    assert (refused.status_code, refused.json()["error_type"]) == (403, "admin_required")
    assert Message.objects.get().body == "My secret"
    answer = by_admin.post(path)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    shown = by_admin.get(f"/conversations/{message.conversation_id}/messages").json()["messages"][0]
    assert (shown["body"], shown["author_name"]) == ("", None)
    conversation = by_admin.get(f"/conversations/{message.conversation_id}").json()["conversation"]
    assert (conversation["lead_name"], conversation["lead_email"], conversation["last_message"]) == (None, None, "")
    assert by_admin.post(path).status_code == 404
    assert events()[-1] == "contact.erased"
