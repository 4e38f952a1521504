"""Follow-ups: made about a person or a conversation, changed, done, and gone."""

from uuid import uuid4

import pytest

from activity.models import Event
from inbox.models import FollowUp
from tests import cast
from tests.arrivals import events, write_in
from tests.cost import queries_of

pytestmark = pytest.mark.django_db
DUE = "2031-01-02T09:00:00Z"


@pytest.fixture
def conversation(actor):
    return write_in(actor()).conversation


def test_one_about_a_conversation_is_about_its_person(api, conversation, agent):
    body = {"conversation_id": str(conversation.pk), "due_at": DUE, "note": "Call back", "owner": str(agent.pk)}
    answer = api().post("/follow_ups", body)
    assert answer.status_code == 201
    shown = answer.json()["follow_up"]
    row = FollowUp.objects.get()
    assert shown == {
        "id": str(row.pk),
        "contact_id": str(conversation.contact_id),
        "conversation_id": str(conversation.pk),
        "client_id": None,
        "owner": str(agent.pk),
        "source": "agent",
        "note": "Call back",
        "due_at": DUE,
        "done": False,
        "done_at": None,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
        "version": 1,
    }
    assert api().get(f"/follow_ups/{row.pk}").json()["follow_up"] == shown
    assert events()[-1] == "follow_up.created"


def test_changing_doing_and_deleting(api, conversation):
    caller = api()
    made = caller.post("/follow_ups", {"contact_id": str(conversation.contact_id), "due_at": DUE})
    path, before = f"/follow_ups/{made.json()['follow_up']['id']}", events()
    assert (
        caller.patch(path, {"note": "Sooner", "due_at": "2030-01-01T00:00:00Z"}).json()["follow_up"]["note"] == "Sooner"
    )
    assert caller.patch(path, {"note": "x"}, HTTP_IF_MATCH=made.headers["ETag"]).status_code == 412
    done = caller.patch(path, {"done": True}).json()["follow_up"]
    assert (done["done"], done["done_at"] is None) == (True, False)
    assert caller.patch(path, {"done": True}).json()["follow_up"] == done
    assert caller.patch(path, {"done": False}).json()["follow_up"]["done_at"] is None
    assert caller.delete(path).json() == {"success": True}
    assert caller.get(path).status_code == 404
    assert events()[len(before) :] == ["follow_up.updated", "follow_up.done", "follow_up.updated", "follow_up.deleted"]


def test_the_list_is_by_urgency_and_narrowed(api, actor, conversation, agent, harbour):
    caller = api()
    theirs = write_in(actor(), client_id=harbour.pk).conversation

    def made(day, **body):
        about = {"conversation_id": str(conversation.pk)} | body
        answer = caller.post("/follow_ups", {"due_at": f"2031-01-{day:02}T00:00:00Z", **about})
        return answer.json()["follow_up"]["id"]

    third, first, second = made(3, owner=str(agent.pk)), made(1), made(2, conversation_id=str(theirs.pk))
    caller.patch(f"/follow_ups/{first}", {"done": True})

    def found(query: str = "", by=caller) -> list[str]:
        return [one["id"] for one in by.get(f"/follow_ups?{query}").json()["follow_ups"]]

    assert found() == [first, second, third]
    assert found("done=false") == [second, third]
    assert found("done=true") == [first]
    assert found(f"owner={agent.pk}") == [third]
    assert found("owner=none") == [first, second]
    assert found(f"client_id={harbour.pk}") == found(by=api(client=harbour)) == [second]
    assert (
        found(f"conversation_id={conversation.pk}") == found(f"contact_id={conversation.contact_id}") == [first, third]
    )
    assert found("due_before=2031-01-02T00:00:00Z") == [first]
    assert found("due_after=2031-01-02T00:00:00Z") == [second, third]


@pytest.mark.parametrize(
    ("body", "fields", "form"),
    [
        ({}, {"due_at": ["This is required."]}, []),
        ({"due_at": DUE}, {}, ["Say whom it is about: contact_id or conversation_id."]),
        ({"due_at": DUE, "contact_id": str(uuid4())}, {"contact_id": ["There is no contact with this id."]}, []),
        ({"due_at": "soon"}, {"due_at": ["Send a time with its offset: 2026-04-13T09:00:00Z."]}, []),
        ({"due_at": DUE, "owner": "7"}, {"owner": ["Send an id, as this API gave it."]}, []),
        ({"due_at": DUE, "done": True}, {"done": ["There is no “done” here. Did you mean “owner”?"]}, []),
    ],
)
def test_what_is_refused_leaves_nothing(api, workspace, body, fields, form):
    answer = api().post("/follow_ups", body)
    assert (answer.status_code, answer.json()["details"]) == (400, {"fieldErrors": fields, "formErrors": form})
    assert (FollowUp.objects.count(), Event.objects.count()) == (0, 0)


def test_an_owner_must_be_able_to_do_it(api, conversation, viewer, outsider):
    caller = api()
    for member, sentence in [
        (viewer, "This person cannot work for this client."),
        (outsider, "There is no membership with this id."),
    ]:
        body = {"due_at": DUE, "conversation_id": str(conversation.pk), "owner": str(member.pk)}
        assert caller.post("/follow_ups", body).json()["details"]["fieldErrors"] == {"owner": [sentence]}
    assert not FollowUp.objects.exists()


def test_a_follow_up_elsewhere_is_not_there(api, outsider):
    theirs = write_in(cast.acting(outsider.workspace)).conversation
    caller = api()
    body = {"due_at": DUE, "conversation_id": str(theirs.pk)}
    assert caller.post("/follow_ups", body).json()["details"]["fieldErrors"] == {
        "conversation_id": ["There is no conversation with this id."]
    }


def test_a_list_costs_the_same_however_long_it_is(api, conversation):
    caller = api()
    body = {"conversation_id": str(conversation.pk), "due_at": DUE}
    caller.post("/follow_ups", body)
    cost = queries_of(caller, "/follow_ups")
    for _ in range(29):
        caller.post("/follow_ups", body)
    assert queries_of(caller, "/follow_ups") == cost == 2
