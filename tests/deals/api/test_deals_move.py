"""Moving deals over the board, and the history of each."""

from functools import partial
from uuid import uuid4

import pytest

from activity.models import Event
from deals.models import Deal
from tests import cast
from tests.arrivals import events, write_in
from tests.crowd import at_once

pytestmark = pytest.mark.django_db


def order(stage: str) -> list[str]:
    return list(Deal.objects.filter(stage__key=stage).order_by("place").values_list("title", flat=True))


def test_to_the_top_before_and_after(api, make):
    caller = api()
    a, b, c = (make(title=title)["id"] for title in "ABC")
    for deal, place in [(a, {}), (b, {"after": a}), (c, {"before": b})]:
        answer = caller.post(f"/deals/{deal}/move", {"stage": "contacted", **place})
        assert (answer.status_code, answer.json()["deal"]["stage"]) == (200, "contacted")
    assert order("contacted") == ["A", "C", "B"]
    before = events()
    caller.post(f"/deals/{b}/move", {"stage": "contacted", "before": a})
    assert (order("contacted"), events()) == (["B", "A", "C"], [*before, "deal.updated"])


def test_to_a_column_that_is_lost(api, make):
    deal = make()["id"]
    shown = api().post(f"/deals/{deal}/move", {"stage": "lost", "lost_reason": "Too dear"}).json()["deal"]
    assert (shown["stage"], shown["lost_reason"], shown["health"]) == ("lost", "Too dear", "closed")
    assert events()[-2:] == ["deal.stage_changed", "deal.lost"]


def test_what_is_refused_leaves_nothing(api, make, actor, harbour):
    deal, other = make()["id"], make(stage="won")["id"]
    theirs = str(
        api()
        .post("/deals", {"contact_id": str(write_in(actor(), client_id=harbour.pk).conversation.contact_id)})
        .json()["deal"]["id"]
    )
    before = list(Deal.objects.order_by("pk").values()), Event.objects.count()
    caller = api()
    for body, fields in [
        ({}, {"stage": ["This is required."]}),
        ({"stage": "contacted", "before": other}, {"before": ["This deal is not in Contacted any more."]}),
        ({"stage": "new", "after": deal}, {"after": ["This deal is not in New any more."]}),
        ({"stage": "new", "after": str(uuid4())}, {"after": ["There is no deal with this id."]}),
        ({"stage": "won", "after": other, "before": theirs}, {}),
    ]:
        answer = caller.post(f"/deals/{deal}/move", body)
        assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, fields)
    assert api(client=harbour).post(f"/deals/{deal}/move", {"stage": "won"}).status_code == 404
    assert (list(Deal.objects.order_by("pk").values()), Event.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_moves_and_changes_at_once_all_happen_and_each_card_keeps_a_place_of_its_own(make, workspace):
    secret = cast.key_of(workspace)
    deals = [make(title=f"Deal {n}")["id"] for n in range(5)]

    def moved(n: int):
        path, stage = f"/deals/{deals[n % 5]}", ["contacted", "interested", "new"][n % 3]
        caller = cast.caller(secret)
        return caller.patch(path, {"stage": stage}) if n % 2 else caller.post(f"{path}/move", {"stage": stage})

    answers = at_once([partial(moved, n) for n in range(20)])
    assert [answer.status_code for answer in answers] == [200] * 20
    places = list(Deal.objects.values_list("stage", "place"))
    assert len(set(places)) == 5


def test_the_history_is_what_happened(api, make, agent):
    caller = api(person=agent)
    caller.handler.enforce_csrf_checks = False
    deal = make(value=100, currency="EUR")
    caller.patch(f"/deals/{deal['id']}", {"value": 200, "stage": "contacted"})
    caller.post(f"/deals/{deal['id']}/move", {"stage": "won"})
    body = caller.get(f"/deals/{deal['id']}/history").json()
    steps = [
        (one["from_stage"], one["to_stage"], one["value"], one["currency"], one["actor"]["name"])
        for one in body["history"]
    ]
    assert steps == [
        (None, "new", 100, "EUR", "A program"),
        ("new", "contacted", 200, "EUR", "Anna Agent"),
        ("contacted", "won", 200, "EUR", "Anna Agent"),
    ]
    assert body["history"][1]["actor"] == {"kind": "person", "id": str(agent.pk), "name": "Anna Agent"}
    assert body["pagination"]["total"] == 3
    assert caller.get(f"/deals/{uuid4()}/history").status_code == 404
