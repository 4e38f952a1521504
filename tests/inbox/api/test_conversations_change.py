"""PATCH of a conversation: several fields, one transaction, exactly one event for each thing that changed."""

from functools import partial

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Role
from activity.models import Event
from inbox.intents.labels import Intent
from inbox.models import Conversation, IntentTag
from tests import cast
from tests.arrivals import events, wants, write_in
from tests.crowd import at_once

pytestmark = pytest.mark.django_db
IN_TWO_YEARS = timezone.now().year + 2


@pytest.fixture
def conversation(actor) -> Conversation:
    row = wants(actor(), Intent.QUESTION, "How much is it?")
    row.refresh_from_db()
    return row


def state(conversation: Conversation) -> dict[str, object]:
    return Conversation.objects.filter(pk=conversation.pk).values().get()


def patch(api, conversation, change, **headers):
    return api.patch(f"/conversations/{conversation.pk}", change, **headers)


@pytest.mark.parametrize(
    ("change", "shown", "recorded"),
    [
        ({"status": "closed"}, {"status": "closed"}, ["conversation.closed"]),
        ({"intent": "objection"}, {"intent": "objection", "intent_confidence": 1.0}, ["intent.overridden"]),
        ({"unread": False}, {"unread": False, "unread_count": 0}, ["conversation.updated"]),
        ({"unread": True}, {"unread": True, "unread_count": 1}, []),
        ({"turn": "nobody"}, {"turn": "nobody"}, ["conversation.updated"]),
        ({"status": "active"}, {"status": "active"}, []),
        ({"snoozed_until": None}, {"status": "active", "snoozed_until": None}, []),
        (
            {"snoozed_until": f"{IN_TWO_YEARS}-01-02T03:04:05+01:00"},
            {"status": "snoozed", "snoozed_until": f"{IN_TWO_YEARS}-01-02T02:04:05Z"},
            ["conversation.snoozed"],
        ),
        ({}, {"status": "active"}, []),
    ],
)
def test_each_change(api, conversation, change, shown, recorded):
    before = events()
    answer = patch(api(), conversation, change)
    assert answer.status_code == 200
    assert {name: answer.json()["conversation"][name] for name in shown} == shown
    assert events()[len(before) :] == recorded


def test_several_fields_happen_together(api, conversation, agent):
    before = events()
    change = {
        "status": "closed",
        "intent": "not_interested",
        "assigned_to": str(agent.pk),
        "unread": False,
        "turn": "nobody",
    }
    shown = patch(api(), conversation, change).json()["conversation"]
    assert {name: shown[name] for name in change} == change
    assert sorted(events()[len(before) :]) == [
        "conversation.assigned",
        "conversation.closed",
        "conversation.updated",
        "conversation.updated",
        "intent.overridden",
    ]


def test_several_fields_or_none(api, conversation, agent):
    before, told = state(conversation), events()
    change = {"assigned_to": str(agent.pk), "intent": "booking", "snoozed_until": "2020-01-01T00:00:00Z"}
    answer = patch(api(), conversation, change)
    assert answer.status_code == 400
    assert answer.json()["details"]["fieldErrors"] == {"snoozed_until": ["Choose a moment in the future."]}
    assert (state(conversation), events(), IntentTag.objects.count()) == (before, told, 1)


def test_snoozed_without_a_time_means_until_tomorrow_morning_where_the_workspace_is(api, conversation, workspace):
    workspace.time_zone = "Asia/Kolkata"
    workspace.save()
    with time_machine.travel("2026-04-13T20:00:00Z", tick=False):  # the 14th, half past one, in Kolkata
        answer = patch(api(), conversation, {"status": "snoozed"})
    assert answer.json()["conversation"]["snoozed_until"] == "2026-04-15T03:30:00Z"
    again = patch(api(), conversation, {"status": "snoozed"})
    assert again.json()["conversation"]["snoozed_until"] == "2026-04-15T03:30:00Z"


@pytest.mark.parametrize("change", [{"snoozed_until": None}, {"status": "active"}])
def test_waking_by_hand(api, conversation, change):
    caller = api()
    patch(caller, conversation, {"snoozed_until": f"{IN_TWO_YEARS}-01-01T00:00:00Z"})
    shown = patch(caller, conversation, change).json()["conversation"]
    assert (shown["status"], shown["snoozed_until"]) == ("active", None)


def test_closing_what_is_snoozed(api, conversation):
    caller = api()
    patch(caller, conversation, {"snoozed_until": f"{IN_TWO_YEARS}-01-01T00:00:00Z"})
    shown = patch(caller, conversation, {"status": "closed"}).json()["conversation"]
    assert (shown["status"], shown["snoozed_until"]) == ("closed", None)


def test_a_time_belongs_to_a_snooze(api, conversation):
    answer = patch(api(), conversation, {"status": "closed", "snoozed_until": f"{IN_TWO_YEARS}-01-01T00:00:00Z"})
    assert answer.json()["details"]["fieldErrors"] == {"snoozed_until": ["Only with the status snoozed."]}


def test_a_persons_intent_is_kept_as_theirs(api, conversation, agent):
    shown = patch(_signed_in(api, agent), conversation, {"intent": "booking"}).json()["conversation"]
    tag = IntentTag.objects.order_by("created_at").last()
    assert (shown["intent"], shown["needs_look"], shown["intent_evidence"]) == ("booking", False, None)
    assert (tag.made_by, tag.member, tag.reason) == ("person", agent, "said by Anna Agent")


def _signed_in(api, member):
    caller = api(person=member)
    caller.handler.enforce_csrf_checks = False
    return caller


def test_assigning_and_taking_back(api, conversation, agent):
    caller = api()
    assert patch(caller, conversation, {"assigned_to": str(agent.pk)}).json()["conversation"]["assigned_to"] == str(
        agent.pk
    )
    assert patch(caller, conversation, {"assigned_to": None}).json()["conversation"]["assigned_to"] is None
    payloads = Event.objects.filter(type="conversation.assigned").order_by("sequence").values_list("payload", flat=True)
    assert [(one["assigned_to"], one["previous"]) for one in payloads] == [(str(agent.pk), None), (None, str(agent.pk))]


def test_it_goes_only_to_who_may_answer(api, actor, conversation, viewer, outsider, meadow):
    stranger = cast.member(conversation.workspace, "Mo", Role.AGENT, clients=[meadow])
    before = state(conversation)
    caller = api()
    for member, sentence in [
        (viewer, "Hal Harbour cannot answer conversations of this client."),
        (stranger, "Mo cannot answer conversations of this client."),
        (outsider, "There is no membership with this id."),
    ]:
        answer = patch(caller, conversation, {"assigned_to": str(member.pk)})
        assert answer.status_code == 400
        assert answer.json()["details"]["fieldErrors"] == {"assigned_to": [sentence]}
    assert state(conversation) == before


def test_those_who_only_read_change_nothing(api, conversation, viewer, actor, harbour):
    theirs = write_in(actor(), client_id=harbour.pk).conversation
    before = state(conversation), state(theirs)
    for caller, row, status in [
        (api(scopes=["crm:read"]), conversation, 403),
        (api(client=harbour), conversation, 404),
        (_signed_in(api, viewer), theirs, 403),
        (_signed_in(api, viewer), conversation, 403),
        (api(key=None), conversation, 401),
    ]:
        assert patch(caller, row, {"status": "closed"}).status_code == status
    assert (state(conversation), state(theirs)) == before


def test_if_match_refuses_what_changed_meanwhile(api, conversation, actor):
    caller = api()
    tag = caller.get(f"/conversations/{conversation.pk}").headers["ETag"]
    assert patch(caller, conversation, {"unread": False}, HTTP_IF_MATCH=tag).status_code == 200
    before = state(conversation)
    answer = patch(caller, conversation, {"status": "closed"}, HTTP_IF_MATCH=tag)
    assert (answer.status_code, answer.json()["error_type"]) == (412, "stale")
    assert answer.json()["version"] == before["version"]
    assert state(conversation) == before
    assert patch(caller, conversation, {"status": "closed"}, HTTP_IF_MATCH=answer.headers["ETag"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_forty_changes_at_once_that_name_no_version_all_happen(api, conversation):
    caller = api()
    changes = [{"unread": n % 2 == 0} if n % 4 else {"intent": "booking"} for n in range(40)]
    works = [
        partial(patch, cast.caller(caller._credentials["HTTP_AUTHORIZATION"][7:]), conversation, c) for c in changes
    ]
    answers = [answer.status_code for answer in at_once(works[:20]) + at_once(works[20:])]
    assert answers == [200] * 40
    assert events("intent.overridden") == ["intent.overridden"] * 10


@pytest.mark.django_db(transaction=True)
def test_of_ten_changes_at_once_of_one_version_one_happens(api, conversation):
    secret = api()._credentials["HTTP_AUTHORIZATION"][7:]
    works = [
        partial(
            patch, cast.caller(secret), conversation, {"intent": "booking"}, HTTP_IF_MATCH=f'"{conversation.version}"'
        )
        for _ in range(10)
    ]
    assert sorted(answer.status_code for answer in at_once(works)) == [200] + [412] * 9
    assert events("intent.overridden") == ["intent.overridden"]
