"""What a request may say."""

from typing import Any

import pytest

from clients.models import Client
from tests.cast import Api


def refused(answer: Any) -> Any:
    assert (answer.status_code, answer.json()["error_type"]) == (400, "invalid"), answer.content
    return answer.json()["details"]["fieldErrors"]


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("pge=2", "pge", "There is no “pge” here. Did you mean “page”?"),
        ("perpage=2", "perpage", "There is no “perpage” here. Did you mean “per_page”?"),
        ("stat=sent", "stat", "There is no “stat” here. Did you mean “status”?"),
        ("xyz=1", "xyz", "There is no “xyz” here. There is: client_id, cursor, page, per_page, search, status."),
        ("page=1&page=2", "page", "Given twice: say it once."),
        ("search=%00", "search", "Contains a character that cannot be stored: leave it out."),
        ("page=0", "page", "Send a whole number from 1 to 1000000."),
        ("page=%2B1", "page", "Send a whole number from 1 to 1000000."),
        ("page=1e3", "page", "Send a whole number from 1 to 1000000."),
        ("page=99999999999999999999", "page", "Send a whole number from 1 to 1000000."),
        ("page=", "page", "Send a whole number from 1 to 1000000."),
        ("per_page=51", "per_page", "Send a whole number from 1 to 50."),
        ("page=1&cursor=", "cursor", "Walk by page or by cursor, not both."),
        ("status=seen", "status", "This must be one of: draft, running, sent, archived."),
        ("client_id=seven", "client_id", "Send an id, as this API gave it."),
    ],
)
def test_a_query_that_is_not_understood(api: Api, query: str, field: str, sentence: str) -> None:
    assert refused(api().get(f"/campaigns?{query}")) == {field: [sentence]}


def test_one_row_takes_no_parameters(api: Api, harbour: Client) -> None:
    expected = {"page": ["There is no “page” here. Leave it out."]}
    assert refused(api().get(f"/clients/{harbour.pk}?page=1")) == expected
    assert refused(api().post("/clients?page=1", {"name": "New"})) == expected
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"nam": "x", "name": "x"}, {"nam": ["There is no “nam” here. Did you mean “name”?"]}),
        ({"zzz": 1, "name": "x"}, {"zzz": ["There is no “zzz” here. There is: domain, name, notes."]}),
        ({"nam": "x"}, {"nam": ["There is no “nam” here. Did you mean “name”?"], "name": ["This is required."]}),
        ({"name": 5}, {"name": ["Send a string."]}),
        ({"name": True}, {"name": ["Send a string."]}),
        ({"name": ["x"]}, {"name": ["Send a string."]}),
        ({"name": None}, {"name": ["This may not be null."]}),
        ({"name": ""}, {"name": ["This may not be empty."]}),
        ({"name": "   "}, {"name": ["This may not be empty."]}),
        ({"name": "x" * 201}, {"name": ["At most 200 characters are allowed."]}),
        (
            {"name": 5, "domain": "x" * 254, "notes": {}},
            {
                "name": ["Send a string."],
                "domain": ["At most 253 characters are allowed."],
                "notes": ["Send a string."],
            },
        ),
    ],
)
def test_a_body_that_is_not_understood(api: Api, body: Any, errors: dict[str, list[str]]) -> None:
    assert refused(api().post("/clients", body)) == errors
    assert not Client.objects.exists()


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"status": "seen"}, {"status": ["This must be one of: draft, running, sent, archived."]}),
        ({"status": 1}, {"status": ["This must be one of: draft, running, sent, archived."]}),
        ({"client_id": 7}, {"client_id": ["Send an id, as this API gave it."]}),
        ({"client_id": "{01980000-0000-7000-8000-000000000000}"}, {"client_id": ["Send an id, as this API gave it."]}),
        ({"client_id": "01980000-0000-7000-8000-000000000000"}, {"client_id": ["There is no client with this id."]}),
        ({"sent_at": "2026-04-13"}, {"sent_at": ["Send a time with its offset: 2026-04-13T09:00:00Z."]}),
        ({"sent_at": "2026-04-13T09:00:00"}, {"sent_at": ["Send a time with its offset: 2026-04-13T09:00:00Z."]}),
        ({"sent_at": 1776070800}, {"sent_at": ["Send a time with its offset: 2026-04-13T09:00:00Z."]}),
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, {"sent_at": ["This time is out of range."]}),
    ],
)
def test_fields_of_other_types(api: Api, body: Any, errors: dict[str, list[str]]) -> None:
    assert refused(api().post("/campaigns", {"name": "Spring", **body})) == errors


def test_a_time_is_shown_in_utc(api: Api) -> None:
    answer = api().post("/campaigns", {"name": "Spring", "sent_at": "2026-04-13T11:00:00+02:00"})
    assert answer.json()["campaign"]["sent_at"] == "2026-04-13T09:00:00Z"


def test_null_empties_a_text_that_may_be_empty(api: Api) -> None:
    client = api().post("/clients", {"name": "Harbour", "domain": None, "notes": None}).json()["client"]
    assert (client["domain"], client["notes"]) == ("", "")


@pytest.mark.parametrize("name", ["status", "client_id"])
def test_a_filter_that_lost_its_value_is_told_rather_than_given_everything(api: Api, name: str) -> None:
    assert refused(api().get(f"/campaigns?{name}=")) == {name: ["Give it a value, or leave it out."]}


def test_an_empty_search_finds_everything(api: Api, harbour: Client) -> None:
    assert len(api().get("/clients?search=").json()["clients"]) == 1
    assert api().get("/clients?search=meadow").json()["clients"] == []
