"""The list of deals: what narrows it, its order, its cost, and who sees which."""

import pytest
import time_machine

from deals.models import Deal
from tests.arrivals import ago, write_in
from tests.cost import queries_of

pytestmark = pytest.mark.django_db


def found(api, query: str) -> list[str]:
    answer = api.get(f"/deals?{query}")
    assert answer.status_code == 200, answer.content
    return [one["title"] for one in answer.json()["deals"]]


@pytest.fixture
def three(api, actor, make, agent, harbour):
    with time_machine.travel(ago(days=30), tick=False):
        make(title="Old", value=100, currency="EUR", stage="contacted")
    theirs = write_in(actor(), sender="tom@example.com", name="Tom Clifton", client_id=harbour.pk).conversation
    make(title="Theirs", contact_id=str(theirs.contact_id), conversation_id=str(theirs.pk), value=300, currency="JPY")
    make(title="Won", stage="won", owner=str(agent.pk), value=200, currency="EUR")
    return theirs


def test_the_newest_comes_first(api, three):
    assert found(api(), "") == ["Won", "Theirs", "Old"]


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
def test_each_filter_finds_its_own(api, three, query, titles):
    assert found(api(), query) == titles


def test_filters_that_name_another_row(api, three, agent, harbour, contact):
    caller = api()
    assert found(caller, f"owner={agent.pk}") == ["Won"]
    assert found(caller, f"client_id={harbour.pk}") == found(api(client=harbour), "") == ["Theirs"]
    assert found(caller, f"conversation_id={three.pk}") == ["Theirs"]
    assert found(caller, f"contact_id={contact.pk}") == ["Won", "Old"]
    shown = caller.get("/deals?stage=won").json()["deals"][0]
    assert found(caller, f"updated_after={shown['updated_at']}") == ["Won"]


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
def test_what_is_not_understood_is_refused(api, query, field, sentence):
    answer = api().get(f"/deals?{query}")
    assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, {field: [sentence]})


def test_a_walk_by_cursor_meets_each_once_while_rows_are_added(api, make):
    titles = [make(title=f"Deal {n}")["title"] for n in range(5)]
    caller, cursor, walked = api(), "", []
    while cursor is not None:
        body = caller.get(f"/deals?per_page=2&cursor={cursor}").json()
        walked += [one["title"] for one in body["deals"]]
        make(title="Late")
        cursor = body["pagination"]["next_cursor"]
    assert walked == titles[::-1]


def test_a_list_costs_the_same_however_long_it_is(api, make, actor):
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


def test_everybody_sees_their_own(api, three, viewer, other_client_agent, outsider):
    ids = {one["title"]: one["id"] for one in api().get("/deals").json()["deals"]}
    for caller, seen in [
        (api(person=viewer), {"Theirs"}),
        (api(person=other_client_agent), set()),
        (api(person=outsider), set()),
    ]:
        assert set(found(caller, "")) == seen
        for title in ids.keys() - seen:
            assert caller.get(f"/deals/{ids[title]}").status_code == 404
            assert caller.get(f"/deals/{ids[title]}/history").status_code == 404
