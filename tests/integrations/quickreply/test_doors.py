"""Who may call, how, and how often; and how whatever else comes is answered."""

import json

import pytest
from django.conf import settings
from django.test import Client as Browser

from clients.models import Client
from contacts.actions import create
from contacts.models import Contact
from integrations.connecting import disconnect
from integrations.models import Connection
from tests.cast import Acting
from tests.integrations.quickreply.conftest import Connects, QuickReply

pytestmark = pytest.mark.django_db
PRIYA = {"phone": "+919876543210", "name": "Priya Sharma"}
WRONG = {"status": "Creation Failed", "reason": "The key is missing or wrong. Send it in the header Auth-Key."}


def test_the_key_goes_in_its_own_header_or_as_bearer(quickreply: QuickReply) -> None:
    for header in ({"Auth-Key": quickreply.key}, {"Authorization": f"Bearer {quickreply.key}"}):
        assert quickreply.call("POST", "/crm/create", PRIYA, headers=header).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{}, {"Auth-Key": "wrong"}, {"Auth-Key": ""}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}],
)
def test_without_the_key_nothing_is_done(quickreply: QuickReply, headers: dict[str, str]) -> None:
    answer = quickreply.call("POST", "/crm/create", PRIYA, headers=headers)
    assert (answer.status_code, answer.json()) == (401, WRONG)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("place", ["query", "json", "form"])
def test_the_key_in_body_or_query_counts_only_once_that_is_switched_on(connects: Connects, place: str) -> None:
    for switch, wanted in (("no", 401), ("yes", 200)):
        quickreply = connects(key_in_body=switch)
        given = {**PRIYA, "auth_key": quickreply.key}
        if place == "query":
            answer = quickreply.call("POST", f"/crm/create?auth_key={quickreply.key}", PRIYA, headers={})
        elif place == "json":
            answer = quickreply.call("POST", "/crm/create", given, headers={})
        else:
            form = f"phone=%2B919876543210&name=Priya&auth_key={quickreply.key}".encode()
            how = "application/x-www-form-urlencoded"
            answer = quickreply.call("POST", "/crm/create", form, headers={}, content_type=how)
        assert answer.status_code == wanted
        assert all(quickreply.key not in json.dumps(event.payload) for event in quickreply.sender.events)
    assert Contact.objects.get().custom_fields == {}


@pytest.mark.parametrize(
    "form",
    [
        "custom_fields[city]=Pune&custom_fields[plan]=gold",
        "custom_fields.city=Pune&custom_fields.plan=gold",
        "custom_fields=%7B%22city%22%3A%20%22Pune%22%2C%20%22plan%22%3A%20%22gold%22%7D",
        "city=Pune&plan=gold",
    ],
)
def test_a_form_is_as_good_as_json(quickreply: QuickReply, form: str) -> None:
    how = "application/x-www-form-urlencoded; charset=utf-8"
    raw = f"phone=%2B919876543210&name=Priya+Sharma&{form}".encode()
    assert quickreply.call("POST", "/crm/create", raw, content_type=how).status_code == 200
    priya = Contact.objects.get()
    assert (priya.name, priya.custom_fields) == ("Priya Sharma", {"city": "Pune", "plan": "gold"})


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'{"a": 1, "a": 2}', "application/json", 400),
        (b'{"name": "a\\u0000", "phone": "+919876543210"}', "application/json", 400),
        (b"[" * 5000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"name=%00&phone=1", "application/x-www-form-urlencoded", 400),
        (b"name=%ff&phone=1", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * 600), "application/x-www-form-urlencoded", 400),
        (b"custom_fields={", "application/x-www-form-urlencoded", 400),
        (b"<lead/>", "application/xml", 415),
        (b"x", "multipart/form-data; boundary=x", 415),
        (b"", "application/json", 400),
    ],
)
def test_a_body_that_cannot_be_read_is_answered_politely(
    quickreply: QuickReply, raw: bytes, content_type: str, status: int
) -> None:
    answer = quickreply.call("POST", "/crm/create", raw, content_type=content_type)
    assert answer.status_code == status
    assert answer.json()["status"] == "Creation Failed"
    assert answer.json()["reason"]
    assert not Contact.objects.exists()


def test_a_body_that_is_too_large_is_413(quickreply: QuickReply) -> None:
    answer = quickreply.call("POST", "/crm/create", b" " * (settings.API_LARGEST_BODY + 1))
    assert (answer.status_code, answer.json()["status"]) == (413, "Creation Failed")


def test_json_without_its_content_type_is_read(quickreply: QuickReply) -> None:
    answer = quickreply.call("POST", "/crm/create", json.dumps(PRIYA).encode(), content_type="text/plain")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/crm/create", "POST"),
        ("DELETE", "/crm/fetch", "GET, POST"),
        ("GET", "/crm/update/42", "POST, PUT"),
    ],
)
def test_another_method_is_405(quickreply: QuickReply, method: str, path: str, allowed: str) -> None:
    answer = quickreply.call(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.json()["reason"].startswith("Use ")


def test_a_key_reaches_only_its_own_clients_leads(
    connects: Connects, harbour: Client, meadow: Client, actor: Acting
) -> None:
    ours, theirs, everybodys = connects(harbour), connects(meadow), connects()
    lead_id = ours.create(email="priya@example.com")
    for other in (theirs, everybodys):
        assert other.fetch(lead_id=lead_id)["status"] == "Not Found"
        assert other.fetch(email="priya@example.com")["status"] == "Not Found"
        assert other.post(f"/crm/update/{lead_id}", **PRIYA)[0] == 404
        assert other.create(email="priya@example.com") != lead_id
    create(actor=actor(), name="Meadow's own", phone="+919000000001", client_id=meadow.pk)
    assert ours.post(f"/crm/update/{lead_id}", phone="+919000000001", name="Priya")[0] == 200
    assert Contact.objects.get(pk=lead_id).client == harbour


def test_a_key_that_was_given_up_opens_nothing(quickreply: QuickReply, actor: Acting) -> None:
    disconnect(actor=actor(), connection=Connection.objects.get())
    assert quickreply.post("/crm/create", **PRIYA) == (401, WRONG)


def test_while_paused_it_asks_to_come_again(quickreply: QuickReply) -> None:
    Connection.objects.update(is_active=False)
    answer = quickreply.post("/crm/create", **PRIYA)
    assert answer == (503, {"status": "Creation Failed", "reason": "This connection is paused."})
    assert not Contact.objects.exists()


def test_its_calls_are_counted_as_the_apis_are(quickreply: QuickReply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.rates.limit_of", lambda _: 2)
    answers = [quickreply.call("GET", "/crm/fetch?lead_id=42") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 429]
    assert answers[0].headers["X-RateLimit-Remaining"] == "1"
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert answers[2].json() == {"status": "Not Found", "reason": "Too many calls. Try again later."}


def test_guessing_keys_is_counted_by_address(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.rates.UNKNOWN_PER_MINUTE", 2)
    statuses = [
        Browser().post("/crm/create", PRIYA, "application/json", headers={"Auth-Key": f"guess {n}"}).status_code
        for n in range(3)
    ]
    assert statuses == [401, 401, 429]
