"""Labels on a conversation."""

from uuid import uuid4

import pytest

from activity.models import Event
from contacts.labels import create
from contacts.models import Label
from inbox.models import Conversation, ConversationLabel
from tests import cast
from tests.arrivals import events, write_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(actor) -> Conversation:
    return write_in(actor()).conversation


@pytest.fixture
def path(conversation) -> str:
    return f"/conversations/{conversation.pk}/labels"


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [label["name"] for label in answer.json()["conversation"]["labels"]]


def test_by_name_a_label_is_made_once_in_whatever_case(api, path):
    caller = api()
    assert names(caller.post(path, {"label": "Hot"})) == ["Hot"]
    assert names(caller.post(path, {"label": "hot"})) == ["Hot"]
    assert names(caller.post(path, {"label": "Cold"})) == ["Cold", "Hot"]
    assert (Label.objects.count(), ConversationLabel.objects.count()) == (2, 2)
    told = Event.objects.filter(type="conversation.labelled").order_by("sequence").values_list("payload", flat=True)
    assert [(one["added"], one["removed"]) for one in told] == [(["Hot"], []), (["Cold"], [])]


def test_by_id_on_and_off(api, actor, conversation, path):
    label = create(actor=actor(), name="Hot")
    caller = api()
    assert names(caller.post(path, {"label_id": str(label.pk)})) == ["Hot"]
    assert names(caller.delete(f"{path}/{label.pk}")) == []
    assert names(caller.delete(f"{path}/{label.pk}")) == []
    assert events("conversation.labelled") == ["conversation.labelled"] * 2


@pytest.mark.parametrize("by", ["label", "label_id"])
def test_off_by_a_body(api, actor, conversation, path, by):
    label = create(actor=actor(), name="Hot")
    caller = api()
    caller.post(path, {"label": "Hot"})
    body = {"label": "HOT"} if by == "label" else {"label_id": str(label.pk)}
    assert names(caller.delete(path, body)) == []


def test_a_label_is_a_change_that_a_poll_sees(api, conversation, path):
    caller = api()
    before = caller.get(f"/conversations/{conversation.pk}")
    after = caller.post(path, {"label": "Hot"})
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.json()["conversation"]["updated_at"] > before.json()["conversation"]["updated_at"]


def test_what_is_refused_leaves_nothing(api, conversation, path, outsider):
    theirs = create(actor=cast.acting(outsider.workspace), name="Theirs")
    before = events()
    caller = api()
    for body, fields in [
        ({"label_id": str(theirs.pk)}, {"label_id": ["There is no label with this id."]}),
        ({"label_id": str(uuid4())}, {"label_id": ["There is no label with this id."]}),
        ({"label": " "}, {"label": ["This may not be empty."]}),
        ({"label": "x" * 61}, {"label": ["At most 60 characters are allowed."]}),
        ({}, {}),
        ({"label": "a", "label_id": str(theirs.pk)}, {}),
    ]:
        answer = caller.post(path, body)
        assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, fields)
    assert caller.delete(path, {"label": "nowhere"}).json()["details"]["fieldErrors"] == {
        "label": ["There is no label “nowhere”."]
    }
    assert caller.delete(f"{path}/{theirs.pk}").status_code == 404
    assert caller.delete(f"{path}/x").status_code == 404
    assert (events(), Label.objects.filter(workspace=conversation.workspace).count()) == (before, 0)
