"""Contacts: MisarMail's shape in each of its spellings, and people made, found, changed and gone."""

from typing import Any

import pytest
import time_machine

from activity.models import Event
from contacts.models import Contact, Identity, Suppression
from tests import cast
from tests.arrivals import events
from tests.priya import as_documented

pytestmark = pytest.mark.django_db
PRIYA = {
    "email": "Priya@Example.com",
    "firstName": "Priya",
    "lastName": "Sharma",
    "tags": ["Hot", "Pricing"],
    "customFields": {"city": "Pune", "seats": 12, "vip": True},
    "status": "active",
}


def counts() -> tuple[int, int, int]:
    return Contact.objects.count(), Identity.objects.count(), Event.objects.count()


def made(api, **body) -> Any:
    answer = api.post("/contacts", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["contact"]


@pytest.mark.parametrize("base", ["/api/v1/crm", "/mail/v1/crm"])
def test_the_documented_shape(api, base):
    with time_machine.travel("2026-04-10T08:00:00Z", tick=False):
        answer = api().post(f"{base}/contacts", PRIYA)
    assert answer.status_code == 201
    row = Contact.objects.get()
    documented = PRIYA | {"id": str(row.pk), "email": "priya@example.com", "created_at": "2026-04-10T08:00:00Z"}
    assert as_documented(answer.json()["contact"], documented)
    body = api().get(f"{base}/contacts?page=1&limit=50&status=active&search=priya").json()
    assert as_documented(body["contacts"][0], documented)
    assert body["pagination"] == {"page": 1, "limit": 50, "total": 1, "total_pages": 1}
    assert api().get(f"{base}/contacts/{row.pk}").json()["contact"] == body["contacts"][0]


def test_what_stands_beside_the_documented_fields(api, agent):
    shown = made(api(), **PRIYA, phone="+49 30 901820", company="Sharma Ltd", owner=str(agent.pk), source="fair")
    row = Contact.objects.get()
    assert as_documented(
        shown,
        {
            "first_name": "Priya",
            "last_name": "Sharma",
            "metadata": PRIYA["customFields"],
            "name": "Priya Sharma",
            "phone": "+4930901820",
            "emails": ["priya@example.com"],
            "phones": ["+4930901820"],
            "company": "Sharma Ltd",
            "owner": str(agent.pk),
            "source": "fair",
            "client_id": None,
            "version": row.version,
        },
    )


@pytest.mark.parametrize(
    "names",
    [
        {"name": "Mary Ann Smith"},
        {"first_name": "Mary", "last_name": "Ann Smith"},
        {"firstName": "Mary", "lastName": "Ann Smith"},
    ],
)
@pytest.mark.parametrize("field", ["customFields", "custom_fields", "metadata"])
def test_each_spelling_is_understood(api, names, field):
    shown = made(api(), email="m@example.com", **names, **{field: {"a": 1}})
    assert (shown["name"], shown["firstName"], shown["lastName"]) == ("Mary Ann Smith", "Mary", "Ann Smith")
    assert shown["customFields"] == shown["metadata"] == {"a": 1}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"firstName": "Maria"}, "Maria Sharma"),
        ({"last_name": "Rao"}, "Priya Rao"),
        ({"lastName": None}, "Priya"),
        ({"firstName": "", "lastName": ""}, ""),
        ({"name": "P. S."}, "P. S."),
    ],
)
def test_one_half_of_a_name_leaves_the_other(api, change, name):
    caller = api()
    shown = made(caller, **PRIYA)
    assert caller.patch(f"/contacts/{shown['id']}", change).json()["contact"]["name"] == name


def test_a_change_of_several_fields(api, agent):
    caller = api()
    path = f"/contacts/{made(caller, **PRIYA)['id']}"
    before = events()
    change = {
        "email": "p@example.com",
        "phone": "+4930901820",
        "metadata": {"a": None},
        "tags": ["Cold", "hot"],
        "company": "X",
    }
    shown = caller.patch(path, change).json()["contact"]
    assert (shown["email"], shown["emails"]) == ("p@example.com", ["p@example.com", "priya@example.com"])
    assert (shown["phone"], shown["metadata"], shown["tags"]) == ("+4930901820", {"a": None}, ["Cold", "Hot"])
    told = Event.objects.filter(type="contact.updated").order_by("sequence")[len(before) - 2 :]
    assert {name for event in told for name in event.payload["changed_fields"]} >= {"email", "custom_fields", "labels"}
    assert caller.get(path).json()["contact"] == shown


def test_a_change_that_changes_nothing(api):
    caller = api()
    shown = made(caller, **PRIYA)
    before = events()
    answer = caller.patch(f"/contacts/{shown['id']}", PRIYA)
    assert (answer.json()["contact"], events()) == (shown, before)


def test_if_match_refuses_what_changed_meanwhile(api):
    caller = api()
    path = f"/contacts/{made(caller, **PRIYA)['id']}"
    tag = caller.get(path).headers["ETag"]
    assert caller.patch(path, {"tags": []}, HTTP_IF_MATCH=tag).status_code == 200
    before = caller.get(path).json()
    for refused in (caller.patch(path, {"name": "x"}, HTTP_IF_MATCH=tag), caller.delete(path, HTTP_IF_MATCH=tag)):
        assert (refused.status_code, refused.json()["error_type"]) == (412, "stale")
    assert caller.get(path).json() == before


def test_whoever_unsubscribed_is_not_written_to_any_more(api):
    caller = api()
    shown = made(caller, **PRIYA)
    assert (
        caller.patch(f"/contacts/{shown['id']}", {"status": "unsubscribed"}).json()["contact"]["status"]
        == "unsubscribed"
    )
    assert Suppression.objects.get().value == "priya@example.com"
    made(caller, email="tom@example.com", status="unsubscribed")
    assert Suppression.objects.filter(value="tom@example.com").exists()


def test_an_address_that_is_taken(api):
    caller = api()
    shown, other = made(caller, **PRIYA), made(caller, email="tom@example.com")
    before = counts()
    for answer in (
        caller.post("/contacts", {"email": "PRIYA@example.com"}),
        caller.patch(f"/contacts/{other['id']}", {"email": "priya@example.com"}),
    ):
        assert (answer.status_code, answer.json()["error_type"]) == (409, "already_exists")
        assert answer.json()["existing_id"] == shown["id"]
    assert counts() == before


def test_upsert_finds_by_address_and_makes_what_is_new(api):
    caller = api()
    first = caller.post("/contacts/upsert", PRIYA)
    again = caller.post(
        "/contacts/upsert",
        {"email": "priya@EXAMPLE.com", "phone": "+4930901820", "company": "Sharma Ltd", "tags": ["Won"]},
    )
    by_phone = caller.post("/contacts/upsert", {"phone": "+49 30 901820", "firstName": "P."})
    assert [one.status_code for one in (first, again, by_phone)] == [201, 200, 200]
    shown = by_phone.json()["contact"]
    assert shown["id"] == first.json()["contact"]["id"]
    assert (shown["name"], shown["company"], shown["tags"]) == ("P. Sharma", "Sharma Ltd", ["Won"])
    assert (shown["emails"], shown["phones"]) == (["priya@example.com"], ["+4930901820"])
    assert Contact.objects.count() == 1


def test_deleting_and_coming_back(api, actor):
    caller = api()
    shown = made(caller, **PRIYA)
    path = f"/contacts/{shown['id']}"
    assert caller.delete(path).json() == {"success": True}
    assert (caller.get(path).status_code, caller.get("/contacts").json()["contacts"]) == (404, [])
    assert events()[-1] == "contact.deleted"
    again = made(caller, email="priya@example.com", name="Priya S.")
    assert (again["id"], again["name"]) == (shown["id"], "Priya S.")


@pytest.mark.parametrize(
    ("body", "fields", "form"),
    [
        ({}, {}, ["Give a name, an e-mail address or a phone number."]),
        ({"email": "x"}, {"email": ["This is not an e-mail address."]}, []),
        ({"name": 7}, {"name": ["Send a string."]}, []),
        (
            {"name": "x", "phone": "abc"},
            {"phone": ["Enter a phone number with its country code, such as +49 30 901820."]},
            [],
        ),
        ({"name": "x", "tags": "hot"}, {"tags": ["Send a list."]}, []),
        ({"name": "x", "tags": ["a", 7]}, {"tags.1": ["Send a string."]}, []),
        ({"name": "x", "customFields": []}, {"customFields": ["Send a JSON object here: {…}."]}, []),
        (
            {"name": "x", "customFields": {}, "metadata": {}},
            {"metadata": ["This is the same as customFields: say it once."]},
            [],
        ),
        ({"name": "x", "firstName": "y"}, {"name": ["Send the name whole or in its two halves, not both."]}, []),
        ({"name": "x", "status": "gone"}, {"status": ["This must be one of: active, unsubscribed, bounced."]}, []),
        ({"name": "x", "owner": "7"}, {"owner": ["Send an id, as this API gave it."]}, []),
        (
            {"name": "x", "firstname": "y"},
            {"firstname": ["There is no “firstname” here. Did you mean “first_name”?"]},
            [],
        ),
        (
            {"name": "x", "customFields": {"a\x00": 1}},
            {"customFields": ["Contains a NUL character, which cannot be stored: leave it out."]},
            [],
        ),
    ],
)
def test_what_is_refused_leaves_nothing(api, workspace, body, fields, form):
    answer = api().post("/contacts", body)
    assert answer.status_code == 400
    assert answer.json()["details"] == {"fieldErrors": fields, "formErrors": form}
    assert counts() == (0, 0, 0)


@pytest.mark.parametrize("name", ["שרה כהן", "أحمد", "🙂 Smile", 'O\'Neil "Bob"', "e\u0301"])
def test_names_and_fields_are_kept_to_the_letter(api, name):
    shown = made(api(), name=name, customFields={name: name})
    assert (shown["name"], shown["customFields"]) == (name, {name: name})


def test_everybody_sees_their_own(api, harbour, meadow, viewer, other_client_agent, outsider):
    caller = api()
    of_harbour = made(caller, name="Hal", client_id=str(harbour.pk))["id"]
    ours = made(caller, name="Ours")["id"]
    elsewhere = made(api(key=cast.key_of(outsider.workspace)), name="Else")["id"]
    for by, seen in [
        (caller, {of_harbour, ours}),
        (api(client=harbour), {of_harbour}),
        (api(person=viewer), {of_harbour}),
        (api(client=meadow), set()),
        (api(person=other_client_agent), set()),
        (api(person=outsider), {elsewhere}),
    ]:
        assert {one["id"] for one in by.get("/contacts").json()["contacts"]} == seen
        for hidden in {of_harbour, ours, elsewhere} - seen:
            assert by.get(f"/contacts/{hidden}").status_code == 404


def test_a_post_that_is_repeated_is_answered_again(api):
    caller = api()
    first = caller.post("/contacts", PRIYA, HTTP_IDEMPOTENCY_KEY="k")
    again = caller.post("/contacts", PRIYA, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
