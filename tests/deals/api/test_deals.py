"""Deals beyond MisarMail's calls: who they are with, what narrows their list, their moves and their history."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from activity.models import Event
from deals.models import Deal, StageChange
from tests import cast
from tests.arrivals import ago, events, write_in
from tests.cost import queries_of
from tests.crowd import at_once
from tests.priya import as_documented

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(actor):
    return write_in(actor(), name="Priya Sharma", at=ago(hours=1)).conversation.contact


@pytest.fixture
def make(api, contact):
    caller = api()

    def make(**body) -> Any:
        answer = caller.post("/deals", {"contact_id": str(contact.pk)} | body)
        assert answer.status_code == 201, answer.content
        return answer.json()["deal"]

    return make


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


class TestMove:
    def order(self, stage: str) -> list[str]:
        return list(Deal.objects.filter(stage__key=stage).order_by("place").values_list("title", flat=True))

    def test_to_the_top_before_and_after(self, api, make):
        caller = api()
        a, b, c = (make(title=title)["id"] for title in "ABC")
        for deal, place in [(a, {}), (b, {"after": a}), (c, {"before": b})]:
            answer = caller.post(f"/deals/{deal}/move", {"stage": "contacted", **place})
            assert (answer.status_code, answer.json()["deal"]["stage"]) == (200, "contacted")
        assert self.order("contacted") == ["A", "C", "B"]
        before = events()
        caller.post(f"/deals/{b}/move", {"stage": "contacted", "before": a})
        assert (self.order("contacted"), events()) == (["B", "A", "C"], [*before, "deal.updated"])

    def test_to_a_column_that_is_lost(self, api, make):
        deal = make()["id"]
        shown = api().post(f"/deals/{deal}/move", {"stage": "lost", "lost_reason": "Too dear"}).json()["deal"]
        assert (shown["stage"], shown["lost_reason"], shown["health"]) == ("lost", "Too dear", "closed")
        assert events()[-2:] == ["deal.stage_changed", "deal.lost"]

    def test_what_is_refused_leaves_nothing(self, api, make, actor, harbour):
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
    def test_moves_and_changes_at_once_all_happen_and_each_card_keeps_a_place_of_its_own(self, make, workspace):
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


class TestList:
    def found(self, api, query: str) -> list[str]:
        answer = api.get(f"/deals?{query}")
        assert answer.status_code == 200, answer.content
        return [one["title"] for one in answer.json()["deals"]]

    @pytest.fixture
    def three(self, api, actor, make, agent, harbour):
        with time_machine.travel(ago(days=30), tick=False):
            make(title="Old", value=100, currency="EUR", stage="contacted")
        theirs = write_in(actor(), sender="tom@example.com", name="Tom Clifton", client_id=harbour.pk).conversation
        make(
            title="Theirs", contact_id=str(theirs.contact_id), conversation_id=str(theirs.pk), value=300, currency="JPY"
        )
        make(title="Won", stage="won", owner=str(agent.pk), value=200, currency="EUR")
        return theirs

    def test_the_newest_comes_first(self, api, three):
        assert self.found(api(), "") == ["Won", "Theirs", "Old"]

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("stage=contacted", ["Old"]),
            ("health=stalled", ["Old"]),
            ("health=unanswered", ["Theirs"]),
            ("health=closed", ["Won"]),
            ("value_min=200", ["Won", "Theirs"]),
            ("value_min=200&value_max=200", ["Won"]),
            ("value_max=300&currency=EUR", ["Won", "Old"]),
            ("currency=JPY", ["Theirs"]),
            ("owner=none", ["Theirs", "Old"]),
            ("search=old", ["Old"]),
            ("search=clif", ["Theirs"]),
            ("search=tom%40example.com", ["Theirs"]),
            ("search=nobody", []),
            ("search='':*", []),
        ],
    )
    def test_each_filter_finds_its_own(self, api, three, query, titles):
        assert self.found(api(), query) == titles

    def test_filters_that_name_another_row(self, api, three, agent, harbour, contact):
        caller = api()
        assert self.found(caller, f"owner={agent.pk}") == ["Won"]
        assert self.found(caller, f"client_id={harbour.pk}") == self.found(api(client=harbour), "") == ["Theirs"]
        assert self.found(caller, f"conversation_id={three.pk}") == ["Theirs"]
        assert self.found(caller, f"contact_id={contact.pk}") == ["Won", "Old"]
        shown = caller.get("/deals?stage=won").json()["deals"][0]
        assert self.found(caller, f"updated_after={shown['updated_at']}") == ["Won"]

    @pytest.mark.parametrize(
        ("query", "field", "sentence"),
        [
            (
                "stage=nwe",
                "stage",
                "“nwe” is no stage. Use one of: new, contacted, interested, negotiating, won, lost.",
            ),
            ("health=ill", "health", "This must be one of: unanswered, stalled, healthy, closed."),
            ("value_min=1.5", "value_min", "Send a whole number."),
            ("currency=euro", "currency", "“euro” is no ISO 4217 currency code, such as EUR."),
            ("owner=me", "owner", "Send an id, as this API gave it."),
            ("stag=won", "stag", "There is no “stag” here. Did you mean “stage”?"),
        ],
    )
    def test_what_is_not_understood_is_refused(self, api, query, field, sentence):
        answer = api().get(f"/deals?{query}")
        assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, {field: [sentence]})

    def test_a_walk_by_cursor_meets_each_once_while_rows_are_added(self, api, make):
        titles = [make(title=f"Deal {n}")["title"] for n in range(5)]
        caller, cursor, walked = api(), "", []
        while cursor is not None:
            body = caller.get(f"/deals?per_page=2&cursor={cursor}").json()
            walked += [one["title"] for one in body["deals"]]
            make(title="Late")
            cursor = body["pagination"]["next_cursor"]
        assert walked == titles[::-1]

    def test_a_list_costs_the_same_however_long_it_is(self, api, make, actor):
        def fill(count: int) -> None:
            for n in range(count):
                thread = write_in(actor(), sender=f"lead{Deal.objects.count()}@example.com").conversation
                make(contact_id=str(thread.contact_id), conversation_id=str(thread.pk), title=f"Deal {n}")

        caller = api()
        fill(1)
        cost, narrowed = (
            queries_of(caller, "/deals"),
            queries_of(caller, "/deals?stage=new&health=unanswered&search=deal"),
        )
        fill(29)
        assert queries_of(caller, "/deals") == cost == 2
        assert queries_of(caller, "/deals?stage=new&health=unanswered&search=deal") == narrowed == 3

    def test_everybody_sees_their_own(self, api, three, viewer, other_client_agent, outsider):
        ids = {one["title"]: one["id"] for one in api().get("/deals").json()["deals"]}
        for caller, seen in [
            (api(person=viewer), {"Theirs"}),
            (api(person=other_client_agent), set()),
            (api(person=outsider), set()),
        ]:
            assert set(self.found(caller, "")) == seen
            for title in ids.keys() - seen:
                assert caller.get(f"/deals/{ids[title]}").status_code == 404
                assert caller.get(f"/deals/{ids[title]}/history").status_code == 404
