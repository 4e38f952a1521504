"""Private notes over the API: for the team alone."""

import pytest

from inbox.composing.models import Mention, Note
from tests import cast
from tests.arrivals import events, wait_until_readable, write_in
from tests.cost import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(actor, harbour):
    return write_in(actor(), client_id=harbour.pk).conversation


def test_a_note_is_written_listed_and_named_in_the_log(api, conversation, agent):
    path = f"/conversations/{conversation.pk}/notes"
    answer = api().post(path, {"body": "Careful here, @Anna Agent."})
    assert answer.status_code == 201
    shown = answer.json()["note"]
    row = Note.objects.get()
    assert shown == {
        "id": str(row.pk),
        "conversation_id": str(conversation.pk),
        "body": "Careful here, @Anna Agent.",
        "author_id": None,
        "author_name": "A program",
        "mentions": [str(agent.pk)],
        "created_at": shown["created_at"],
    }
    assert api().get(path).json()["notes"] == [shown]
    assert events()[-1] == "note.created"


@pytest.mark.parametrize("body", [{}, {"body": ""}, {"body": " \n"}, {"body": "x" * 20_001}, {"text": "Hi"}])
def test_what_is_no_note_is_refused(api, conversation, body):
    assert api().post(f"/conversations/{conversation.pk}/notes", body).status_code == 400
    assert (Note.objects.count(), Mention.objects.count()) == (0, 0)


def test_a_clients_viewer_and_a_clients_key_get_none(api, conversation, viewer, harbour):
    path = f"/conversations/{conversation.pk}/notes"
    api().post(path, {"body": "Between us"})
    for caller in (api(person=viewer), api(client=harbour)):
        assert caller.get(f"/conversations/{conversation.pk}").status_code == 200
        assert caller.get(path).status_code == 403
        assert "Between us" not in str(caller.get(f"/conversations/{conversation.pk}/messages").json())
    assert api(client=harbour).post(path, {"body": "From them"}).status_code == 403
    assert Note.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_feed_names_a_note_by_its_ids_to_the_team_alone(api, conversation, viewer, harbour, agent):
    api().post(f"/conversations/{conversation.pk}/notes", {"body": "Careful here, @Anna Agent."})
    wait_until_readable()
    (event,) = api().get("/events?types=note.created").json()["events"]
    assert event["subject"] == {"type": "note", "id": str(Note.objects.get().pk)}
    assert event["data"] == {
        "conversation_id": str(conversation.pk),
        "contact_id": str(conversation.contact_id),
        "mentions": [str(agent.pk)],
    }
    assert "Careful" not in str(event)
    for caller in (api(person=viewer), api(client=harbour)):
        types = [event["type"] for event in caller.get("/events").json()["events"]]
        assert types == ["contact.created", "conversation.created", "message.received"]


def test_another_clients_key_and_an_outsider_find_no_conversation(api, conversation, meadow, outsider):
    path = f"/conversations/{conversation.pk}/notes"
    for caller in (api(client=meadow), api(workspace=outsider.workspace)):
        assert caller.get(path).status_code == 404
        assert caller.post(path, {"body": "Hi"}).status_code == 404
    assert not Note.objects.exists()


def test_a_key_that_only_reads_reads(api, conversation):
    path = f"/conversations/{conversation.pk}/notes"
    api().post(path, {"body": "Between us"})
    reader = api(scopes=["crm:read"])
    assert len(reader.get(path).json()["notes"]) == 1
    assert reader.post(path, {"body": "Hi"}).status_code == 403


def test_many_notes_cost_as_much_as_one(api, conversation, agent):
    caller, path = api(), f"/conversations/{conversation.pk}/notes"
    caller.post(path, {"body": "@Anna Agent one"})
    few = queries_of(caller, path)
    for number in range(12):
        caller.post(path, {"body": f"@Anna Agent {number}"})
    assert queries_of(caller, path) == few


def test_a_note_of_another_workspaces_member_mentions_nobody(api, conversation, outsider, other_client_agent):
    cast.member(conversation.workspace, "Nadia New")
    shown = api().post(
        f"/conversations/{conversation.pk}/notes", {"body": "@Otto Outsider @Mina Meadow @Nadia New"}
    ).json()["note"]  # fmt: skip
    assert len(shown["mentions"]) == 1
