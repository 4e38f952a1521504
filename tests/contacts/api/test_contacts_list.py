"""The list of contacts: what narrows it, its order, its pages and its cost."""

from typing import Any

import pytest

from contacts.models import Contact
from tests.arrivals import ago, write_in
from tests.cost import queries_of

pytestmark = pytest.mark.django_db


def made(api, **body) -> Any:
    answer = api.post("/contacts", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["contact"]


def found(api, query: str) -> list[str]:
    answer = api.get(f"/contacts?{query}")
    assert answer.status_code == 200, answer.content
    return [one["name"] for one in answer.json()["contacts"]]


@pytest.fixture
def people(api, actor, agent, harbour):
    write_in(actor(), sender="tom@example.com", name="Tom Clifton", at=ago(days=3))
    caller = api()
    made(caller, name="Ute Maier", phone="+49 30 901820", tags=["Hot"], owner=str(agent.pk), status="bounced")
    made(caller, name="Hal", email="hal@harbour.example", client_id=str(harbour.pk))
    ute = Contact.objects.get(name="Ute Maier")
    caller.patch(f"/contacts/{ute.pk}", {"email": "ute@example.com"})
    caller.patch(f"/contacts/{ute.pk}", {"email": "ute.maier@example.com"})
    Contact.objects.filter(name="Tom Clifton").update(last_activity_at=ago(days=3), updated_at=ago(days=3))
    return ute


def test_the_newest_activity_comes_first(api, people):
    assert found(api(), "") == ["Hal", "Ute Maier", "Tom Clifton"]


@pytest.mark.parametrize(
    "query",
    [
        "status=bounced",
        "search=mai",
        "search=ute+m",
        "search=UTE.MAIER%40example.com",
        "search=%2B49+30+901",
        "search=(030)+901820",
        "search=004930901820",
        "phone=%2B4930901820",
        "phone=+49-30-901820",
        "phone=030901820",
        "email=UTE%40example.com",
        "email=ute.maier%40example.com",
        "label=hot",
        "status=bounced&label=Hot&search=ute",
    ],
)
def test_each_filter_finds_its_own(api, people, workspace, query):
    workspace.region = "DE"
    workspace.save()
    assert found(api(), query) == ["Ute Maier"]


def test_filters_that_name_another_row(api, people, agent, harbour):
    caller = api()
    assert found(caller, f"owner={agent.pk}") == ["Ute Maier"]
    assert found(caller, "owner=none") == ["Hal", "Tom Clifton"]
    assert found(caller, f"client_id={harbour.pk}") == found(api(client=harbour), "") == ["Hal"]
    assert found(api(client=harbour), "phone=%2B4930901820") == []
    assert found(caller, f"label={people.labels.get().pk}") == ["Ute Maier"]
    shown = caller.get(f"/contacts/{people.pk}").json()["contact"]
    assert found(caller, f"updated_after={shown['updated_at']}") == ["Ute Maier"]


@pytest.mark.parametrize("text", ["'", "!!", "&|()", ":*", "🙂", "\\", "x' OR 1=1"])
def test_a_hostile_search_finds_nothing(api, people, text):
    assert api().get("/contacts", {"search": text}).json()["contacts"] == []


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("segment_id=01a1fb03-352f-7f79-b7e0-695d1097cdf5", "segment_id", "There is no segment with this id."),
        ("phone=x", "phone", "Enter a phone number with its country code, such as +49 30 901820."),
        ("email=x", "email", "Enter an e-mail address such as priya@example.com."),
        ("limit=101", "limit", "Send a whole number from 1 to 100."),
        ("per_page=5", "per_page", "There is no “per_page” here. Did you mean “page”?"),
        ("status=open", "status", "This must be one of: active, unsubscribed, bounced."),
    ],
)
def test_what_is_not_understood_is_refused(api, query, field, sentence):
    answer = api().get(f"/contacts?{query}")
    assert (answer.status_code, answer.json()["details"]["fieldErrors"]) == (400, {field: [sentence]})


def test_a_walk_by_cursor_meets_everybody_once(api, actor):
    for n in range(7):
        write_in(actor(), sender=f"lead{n}@example.com", name=f"Lead {n}")
    caller, cursor, walked = api(), "", []
    while cursor is not None:
        body = caller.get(f"/contacts?limit=3&cursor={cursor}").json()
        walked += [one["name"] for one in body["contacts"]]
        cursor = body["pagination"]["next_cursor"]
    assert walked == [f"Lead {n}" for n in reversed(range(7))]


def test_a_list_costs_the_same_however_long_it_is(api):
    caller = api()
    made(caller, name="First", email="first@example.com", tags=["Hot"])
    cost, searching = queries_of(caller, "/contacts"), queries_of(caller, "/contacts?phone=%2B4930901820&search=le")
    for n in range(29):
        made(
            caller,
            name=f"Lead {n}",
            email=f"lead{n}@example.com",
            phone=f"+4930901{n:03}",
            tags=["Hot", f"L{n % 4}"],
        )
    assert queries_of(caller, "/contacts") == cost == 4
    assert queries_of(caller, "/contacts?phone=%2B4930901001&search=le") == 5
    assert searching == 2
