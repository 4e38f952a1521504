"""Deals beyond MisarMail's calls: who they are with, what narrows their list, their moves and their history."""

from uuid import uuid4

import pytest

from activity.models import Event
from deals.models import Deal, StageChange
from tests.arrivals import events, write_in
from tests.priya import as_documented

pytestmark = pytest.mark.django_db


def test_all_that_a_deal_may_say(make, agent, contact):
    shown = make(
        title="Annual plan",
        stage="negotiating",
        value=10**15,
        currency="JPY",
        notes="קבוע 🙂",
        owner=str(agent.pk),
        expected_close_on="2031-02-28",
    )
    assert as_documented(
        shown,
        {
            "title": "Annual plan",
            "stage": "negotiating",
            "value": 10**15,
            "currency": "JPY",
            "notes": "קבוע 🙂",
            "owner": str(agent.pk),
            "expected_close_on": "2031-02-28",
            "contact_id": str(contact.pk),
            "conversation_id": None,
            "lead_email": "priya@example.com",
            "version": 1,
        },
    )


def test_without_more_it_is_new_worth_nothing_and_bears_the_persons_name(make, workspace):
    shown = make()
    assert (shown["stage"], shown["value"], shown["currency"], shown["title"]) == (
        "new",
        0,
        workspace.currency,
        "Priya Sharma",
    )


def test_a_change_of_everything(api, make, agent, contact):
    caller = api()
    path = f"/deals/{make()['id']}"
    conversation = contact.conversations.get()
    change = {
        "title": "Bigger",
        "value": 7,
        "currency": "KWD",
        "notes": "",
        "owner": str(agent.pk),
        "expected_close_on": "2031-01-01",
        "conversation_id": str(conversation.pk),
        "stage": "lost",
        "lost_reason": "Too dear",
    }
    before = events()
    shown = caller.patch(path, change).json()["deal"]
    assert as_documented(shown, change)
    assert shown["closed_at"] == shown["stage_since"]
    assert shown["health"] == "closed"
    assert events()[len(before) :] == ["deal.updated", "deal.stage_changed", "deal.lost"]
    cleared = {"owner": None, "expected_close_on": None, "lost_reason": None}
    shown = caller.patch(path, cleared).json()["deal"]
    assert as_documented(shown, cleared)


@pytest.mark.parametrize(
    ("body", "fields", "form"),
    [
        ({"contact_id": None}, {}, ["Say whom the deal is with: conversation_id or contact_id."]),
        (
            {"stage": "nwe"},
            {"stage": ["“nwe” is no stage. Use one of: new, contacted, interested, negotiating, won, lost."]},
            [],
        ),
        ({"value": -1}, {"value": ["At least 0."]}, []),
        ({"value": 10**15 + 1}, {"value": ["At most 1000000000000000."]}, []),
        ({"value": 50000.5}, {"value": ["Send a whole number."]}, []),
        ({"value": True}, {"value": ["Send a whole number."]}, []),
        ({"value": None}, {"value": ["This may not be null."]}, []),
        ({"currency": "EURO"}, {"currency": ["At most 3 characters are allowed."]}, []),
        ({"currency": "eur"}, {"currency": ["“eur” is no ISO 4217 currency code, such as EUR."]}, []),
        ({"expected_close_on": "tomorrow"}, {"expected_close_on": ["Send a date: 2026-04-13."]}, []),
        ({"owner": str(uuid4())}, {"owner": ["There is no membership with this id."]}, []),
        ({"conversation_id": str(uuid4())}, {"conversation_id": ["There is no conversation with this id."]}, []),
        ({"stages": "new"}, {"stages": ["There is no “stages” here. Did you mean “stage”?"]}, []),
        ({"title": "a\x00"}, {"title": ["Contains a NUL character, which cannot be stored: leave it out."]}, []),
    ],
)
def test_what_is_refused_leaves_nothing(api, make, contact, body, fields, form):
    made = make()
    before = Deal.objects.values().get(), Event.objects.count(), StageChange.objects.count()
    caller = api()
    answers = [caller.post("/deals", {"contact_id": str(contact.pk)} | body)]
    if "contact_id" not in body:
        answers.append(caller.patch(f"/deals/{made['id']}", {"notes": "Changed"} | body))
    for answer in answers:
        assert answer.status_code == 400
        assert answer.json()["details"] == {"fieldErrors": fields, "formErrors": form}
    assert (Deal.objects.values().get(), Event.objects.count(), StageChange.objects.count()) == before


def test_a_deal_stays_with_its_client(api, actor, make, harbour, viewer):
    theirs = write_in(actor(), client_id=harbour.pk).conversation
    caller = api()
    path = f"/deals/{make()['id']}"
    for answer, field in [
        (caller.patch(path, {"contact_id": str(theirs.contact_id)}), "contact_id"),
        (caller.patch(path, {"conversation_id": str(theirs.pk)}), "contact_id"),
        (caller.post("/deals", {"contact_id": str(theirs.contact_id), "owner": str(viewer.pk)}), "owner"),
    ]:
        assert answer.status_code == 400
        assert list(answer.json()["details"]["fieldErrors"]) == [field]
    assert Deal.objects.count() == 1
    assert caller.post("/deals", {"conversation_id": str(theirs.pk)}).json()["deal"]["client_id"] == str(harbour.pk)


def test_if_match_refuses_what_changed_meanwhile(api, make):
    caller = api()
    path = f"/deals/{make()['id']}"
    tag = caller.get(path).headers["ETag"]
    assert caller.patch(path, {"value": 1}, HTTP_IF_MATCH=tag).status_code == 200
    refused = [
        caller.patch(path, {"value": 2}, HTTP_IF_MATCH=tag),
        caller.post(f"{path}/move", {"stage": "won"}, HTTP_IF_MATCH=tag),
        caller.post(f"{path}/move", {"stage": "won", "version": 1}),
        caller.delete(path, HTTP_IF_MATCH=tag),
    ]
    assert [(one.status_code, one.json()["version"]) for one in refused] == [(412, 2)] * 4
    assert caller.get(path).json()["deal"]["value"] == 1
    assert caller.post(f"{path}/move", {"stage": "won", "version": 2}).status_code == 200


def test_a_post_that_is_repeated_is_answered_again(api, contact):
    caller = api()
    body = {"contact_id": str(contact.pk)}
    first = caller.post("/deals", body, HTTP_IDEMPOTENCY_KEY="k")
    again = caller.post("/deals", body, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert Deal.objects.count() == 1
