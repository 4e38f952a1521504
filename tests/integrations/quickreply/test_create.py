"""POST /crm/create."""

from typing import Any

import pytest

from contacts.actions import create, delete
from contacts.models import Contact, Identity
from tests.cast import Acting
from tests.integrations.quickreply.conftest import Connects, QuickReply

pytestmark = pytest.mark.django_db
PRIYA = {"phone": "+919876543210", "name": "Priya Sharma", "email": "Priya@Example.com"}


def test_a_lead_is_made_and_the_answer_is_word_for_word(quickreply: QuickReply) -> None:
    answer = quickreply.post("/crm/create", **PRIYA, custom_fields={"city": "Pune", "orders": 3})
    priya = Contact.objects.get()
    assert answer == (200, {"lead_id": str(priya.pk), "status": "Successfully Created"})
    assert (priya.name, priya.phone, priya.email) == ("Priya Sharma", "+919876543210", "priya@example.com")
    assert priya.custom_fields == {"city": "Pune", "orders": 3}
    assert priya.source == "QuickReply"
    assert priya.field_origins["name"]["kind"] == "connection"


@pytest.mark.parametrize(
    "again",
    [
        PRIYA,
        {"phone": "919876543210", "name": "Priya S."},
        {"phone": "+91 98765 43210", "name": "Priya", "email": "other@example.com"},
        {"phone": "+919000000001", "name": "Priya", "email": "PRIYA@example.com"},
    ],
)
def test_a_known_phone_or_mail_answers_with_that_lead(quickreply: QuickReply, again: dict[str, str]) -> None:
    first = quickreply.create(**PRIYA)
    assert quickreply.post("/crm/create", **again) == (200, {"lead_id": first, "status": "Successfully Created"})
    assert Contact.objects.count() == 1


def test_a_second_address_is_kept_beside_the_first(quickreply: QuickReply) -> None:
    quickreply.create(**PRIYA)
    quickreply.create(email="priya@work.example")
    mails = set(Identity.objects.filter(kind="email").values_list("value", flat=True))
    assert mails == {"priya@example.com", "priya@work.example"}


def test_with_a_lead_id_it_updates_that_lead(quickreply: QuickReply) -> None:
    first = quickreply.create(**PRIYA)
    answer = quickreply.post("/crm/create", lead_id=first, phone="+919000000001", name="Priya Rao")
    assert answer == (200, {"lead_id": first, "status": "Successfully Updated"})
    assert Contact.objects.get().name == "Priya Rao"


def test_one_who_was_deleted_is_back(quickreply: QuickReply, actor: Acting) -> None:
    first = quickreply.create(**PRIYA)
    delete(actor=actor(), contact=Contact.objects.get())
    assert quickreply.create(**PRIYA) == first
    assert Contact.objects.get().deleted_at is None


def test_names_of_fields_are_mapped_and_others_are_kept(connects: Connects) -> None:
    quickreply = connects(custom_fields="utm_campaign=crm_campaign_code\nshop=company")
    quickreply.create(custom_fields={"utm_campaign": "spring", "shop": "Sharma Sweets", "city": "Pune"}, plan="gold")
    priya = Contact.objects.get()
    assert priya.custom_fields == {"crm_campaign_code": "spring", "city": "Pune", "plan": "gold"}
    assert priya.company == "Sharma Sweets"


def test_the_older_envelope_returns_the_id(quickreply: QuickReply) -> None:
    data = {"name": "Priya", "email": "priya@example.com", "phone": "+919876543210", "source": "WhatsApp ad"}
    status, answer = quickreply.post("/crm/create", event="new_contact", data=data)
    priya = Contact.objects.get()
    assert (status, answer["id"], answer["lead_id"]) == (200, str(priya.pk), str(priya.pk))
    assert priya.source == "WhatsApp ad"


def test_the_older_envelope_needs_no_name_but_some_address(quickreply: QuickReply) -> None:
    assert quickreply.post("/crm/create", event="new_contact", data={"email": "a@example.com"})[0] == 200
    status, answer = quickreply.post("/crm/create", event="new_contact", data={"name": "Nobody"})
    assert (status, answer) == (400, {"status": "Creation Failed", "reason": "Give a phone or an email."})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": "Priya"}, "phone: Is required."),
        ({"phone": "", "name": "Priya"}, "phone: Is required."),
        ({"phone": "+919876543210"}, "name: Is required."),
        ({"phone": "+919876543210", "name": None}, "name: Is required."),
        (
            {"phone": "call me", "name": "P"},
            "phone: Enter a phone number with its country code, such as +49 30 901820.",
        ),
        ({**PRIYA, "email": "none"}, "email: Enter an e-mail address such as priya@example.com."),
        ({**PRIYA, "name": ["Priya"]}, "name: Must be a text."),
        ({**PRIYA, "custom_fields": "a=b"}, "custom_fields: Send an object of names and values: {…}."),
        ({**PRIYA, "custom_fields": {"x" * 101: 1}}, "custom_fields: A name must have 1 to 100 characters."),
        ({**PRIYA, "name": "x" * 301}, "name: At most 300 characters."),
        ({**PRIYA, "lead_id": "42"}, "No matching lead"),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(
    quickreply: QuickReply, given: dict[str, Any], reason: str
) -> None:
    status, answer = quickreply.post("/crm/create", **given)
    assert answer == {"status": "Creation Failed", "reason": reason}
    assert status == (404 if "lead_id" in given else 400)
    assert not Contact.objects.exists()
    assert quickreply.sender.events == []


def test_what_was_accepted_stands_on_the_connections_page(quickreply: QuickReply) -> None:
    quickreply.create(**PRIYA)
    quickreply.create(**PRIYA)
    first, second = quickreply.sender.events
    assert (first.type, first.state, first.outcome) == ("crm.create", "done", "Priya Sharma: created.")
    assert second.outcome == "Priya Sharma: nothing was new."
    assert first.payload["phone"] == "+919876543210"
    assert quickreply.key not in str(first.payload)


def test_fields_that_it_does_not_name_stay(quickreply: QuickReply, actor: Acting) -> None:
    priya = create(actor=actor(), name="Priya", phone="+919876543210", company="Sharma Sweets", custom_fields={"a": 1})
    assert quickreply.create(custom_fields={"city": "Pune"}) == str(priya.pk)
    priya.refresh_from_db()
    assert (priya.company, priya.custom_fields) == ("Sharma Sweets", {"a": 1, "city": "Pune"})
