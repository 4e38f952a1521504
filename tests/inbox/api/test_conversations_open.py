"""POST of a conversation: whoever it is with becomes one contact, and an outside id one conversation."""

from uuid import uuid4

import pytest

from activity.models import Event
from contacts.models import Contact, Identity
from inbox.models import Conversation
from tests import cast
from tests.arrivals import events, write_in

pytestmark = pytest.mark.django_db
PRIYA = {"channel": "email", "lead_email": "priya@example.com", "lead_name": "Priya Sharma"}


def counts() -> tuple[int, int, int]:
    return Contact.objects.count(), Conversation.objects.count(), Event.objects.count()


def test_a_new_person_and_a_new_thread(api):
    answer = api().post("/conversations", PRIYA | {"subject": "Pricing", "external_id": "thread-7"})
    assert answer.status_code == 201
    shown = answer.json()["conversation"]
    assert shown["lead_email"] == "priya@example.com"
    assert (shown["lead_name"], shown["status"], shown["turn"]) == ("Priya Sharma", "active", "nobody")
    assert (shown["subject"], shown["external_id"], shown["last_message"]) == ("Pricing", "thread-7", None)
    assert answer.headers["ETag"].startswith('"1.')
    assert events() == ["contact.created", "conversation.created"]


def test_the_same_outside_id_answers_with_the_first(api):
    caller = api()
    first = caller.post("/conversations", PRIYA | {"external_id": "thread-7"})
    before = counts()
    again = caller.post("/conversations", PRIYA | {"external_id": "thread-7"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert counts() == before


def test_without_an_outside_id_each_is_another_thread_of_one_person(api):
    caller = api()
    one, other = (caller.post("/conversations", PRIYA).json()["conversation"] for _ in range(2))
    assert one["id"] != other["id"]
    assert one["contact_id"] == other["contact_id"]


def test_a_known_person_by_phone_however_it_is_written(api, actor, workspace):
    workspace.region = "DE"
    workspace.save()
    contact = write_in(actor(), channel="whatsapp", sender="+4930901820").conversation.contact
    shown = api().post("/conversations", {"channel": "sms", "lead_phone": "(030) 90 18 20"}).json()["conversation"]
    assert (shown["contact_id"], shown["lead_phone"]) == (str(contact.pk), "+4930901820")


def test_by_contact_and_campaign_of_a_client(api, actor, harbour):
    contact = write_in(actor(), client_id=harbour.pk).conversation.contact
    campaign = cast.a_campaign(workspace=harbour.workspace, client=harbour)
    body = {"channel": "linkedin", "contact_id": str(contact.pk), "campaign_id": str(campaign.pk)}
    shown = api().post("/conversations", body).json()["conversation"]
    assert (shown["client_id"], shown["campaign_id"]) == (str(harbour.pk), str(campaign.pk))


def test_what_a_bound_key_opens_belongs_to_its_client(api, harbour, meadow):
    caller = api(client=harbour)
    assert caller.post("/conversations", PRIYA).json()["conversation"]["client_id"] == str(harbour.pk)
    answer = caller.post("/conversations", PRIYA | {"client_id": str(meadow.pk)})
    assert answer.json()["details"]["fieldErrors"] == {"client_id": ["There is no client with this id."]}


def test_the_same_address_at_two_clients_is_two_people(api, harbour, meadow):
    caller = api()
    one, other = (
        caller.post("/conversations", PRIYA | {"client_id": str(client.pk), "external_id": "t"}).json()["conversation"]
        for client in (harbour, meadow)
    )
    assert one["contact_id"] != other["contact_id"]
    assert Identity.objects.filter(value="priya@example.com").count() == 2


@pytest.mark.parametrize(
    ("body", "fields", "form"),
    [
        ({}, {"channel": ["This is required."]}, []),
        ({"channel": "email"}, {}, ["Say who it is with: contact_id, lead_email or lead_phone."]),
        ({"channel": "fax"}, {"channel": ["This must be one of: email, whatsapp, sms, linkedin, chat."]}, []),
        (PRIYA | {"lead_email": "priya"}, {"lead_email": ["This is not an e-mail address."]}, []),
        (PRIYA | {"lead_email": 7}, {"lead_email": ["Send a string."]}, []),
        (
            {"channel": "sms", "lead_phone": "12"},
            {"lead_phone": ["Enter a phone number with its country code, such as +49 30 901820."]},
            [],
        ),
        (PRIYA | {"contact_id": str(uuid4())}, {"contact_id": ["There is no contact with this id."]}, []),
        (PRIYA | {"campaign_id": str(uuid4())}, {"campaign_id": ["There is no campaign with this id."]}, []),
        (PRIYA | {"lead_mail": "x"}, {"lead_mail": ["There is no “lead_mail” here. Did you mean “lead_email”?"]}, []),
        (PRIYA | {"external_id": ""}, {"external_id": ["This may not be empty."]}, []),
        (PRIYA | {"external_id": "x" * 501}, {"external_id": ["At most 500 characters are allowed."]}, []),
    ],
)
def test_what_is_refused_leaves_nothing(api, workspace, body, fields, form):
    answer = api().post("/conversations", body)
    assert answer.status_code == 400
    assert answer.json()["details"] == {"fieldErrors": fields, "formErrors": form}
    assert counts() == (0, 0, 0)


def test_rows_of_another_workspace_are_none(api, outsider):
    elsewhere = write_in(cast.acting(outsider.workspace)).conversation
    before = counts()
    answer = api().post("/conversations", {"channel": "email", "contact_id": str(elsewhere.contact_id)})
    assert answer.json()["details"]["fieldErrors"] == {"contact_id": ["There is no contact with this id."]}
    assert counts() == before


@pytest.mark.parametrize("name", ["שלום עולם", "محمد", "🙂👩‍👩‍👧", "e\u0301", "<script>alert(1)</script>", "  x  "])
def test_names_are_kept_to_the_letter(api, name):
    assert api().post("/conversations", PRIYA | {"lead_name": name}).json()["conversation"]["lead_name"] == name


def test_a_post_that_is_repeated_is_answered_again(api):
    caller = api()
    first = caller.post("/conversations", PRIYA, HTTP_IDEMPOTENCY_KEY="k")
    again = caller.post("/conversations", PRIYA, HTTP_IDEMPOTENCY_KEY="k")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert counts() == (1, 1, 2)
