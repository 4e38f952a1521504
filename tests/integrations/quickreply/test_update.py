"""POST and PUT /crm/update/<lead_id>."""

import pytest

from contacts.actions import change, delete
from contacts.models import Contact, Identity
from tests.cast import Acting
from tests.integrations.quickreply.conftest import QuickReply

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead_id(quickreply: QuickReply) -> str:
    return quickreply.create(email="priya@example.com", custom_fields={"city": "Pune", "plan": "free"})


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_lead_is_changed_and_the_answer_is_word_for_word(quickreply: QuickReply, lead_id: str, method: str) -> None:
    given = {"phone": "+919876543210", "name": "Priya Rao", "custom_fields": {"plan": "gold"}}
    answer = quickreply.call(method, f"/crm/update/{lead_id}", given)
    assert (answer.status_code, answer.json()) == (200, {"lead_id": lead_id, "status": "Successfully Updated"})
    priya = Contact.objects.get()
    assert (priya.name, priya.email) == ("Priya Rao", "priya@example.com")
    assert priya.custom_fields == {"city": "Pune", "plan": "gold"}


def test_another_phone_becomes_the_first_and_the_old_one_stays(quickreply: QuickReply, lead_id: str) -> None:
    quickreply.post(f"/crm/update/{lead_id}", phone="+919000000001", name="Priya Sharma")
    assert Contact.objects.get().phone == "+919000000001"
    phones = set(Identity.objects.filter(kind="phone").values_list("value", flat=True))
    assert phones == {"+919876543210", "+919000000001"}


def test_after_a_change_of_every_address_it_is_still_the_same_lead(quickreply: QuickReply, lead_id: str) -> None:
    for number in range(3):
        given = {"phone": f"+91900000000{number}", "email": f"p{number}@example.com", "name": "Priya"}
        assert quickreply.post(f"/crm/update/{lead_id}", **given)[1]["lead_id"] == lead_id
    assert Contact.objects.count() == 1


def test_an_address_of_another_lead_is_refused_and_changes_nothing(quickreply: QuickReply, lead_id: str) -> None:
    other = quickreply.create(phone="+919000000001", name="Ravi")
    answer = quickreply.post(f"/crm/update/{lead_id}", phone="+919000000001", name="Priya Rao")
    assert answer == (409, {"status": "Update Failed", "reason": f"+919000000001 belongs to lead {other}."})
    assert Contact.objects.get(pk=lead_id).name == "Priya Sharma"


@pytest.mark.parametrize("wrong", ["42", "00000000-0000-7000-8000-000000000000", "x" * 300, "%00", "é"])
def test_a_lead_that_is_not_there_is_404(quickreply: QuickReply, wrong: str) -> None:
    answer = quickreply.post(f"/crm/update/{wrong}", phone="+919876543210", name="Priya")
    assert answer == (404, {"status": "Update Failed", "reason": "No matching lead"})
    assert not Contact.objects.exists()


def test_one_who_was_deleted_stays_so(quickreply: QuickReply, lead_id: str, actor: Acting) -> None:
    delete(actor=actor(), contact=Contact.objects.get())
    assert quickreply.post(f"/crm/update/{lead_id}", phone="+919876543210", name="Priya")[0] == 404


@pytest.mark.parametrize("given", [{"name": "Priya"}, {"phone": "+919876543210"}, {}])
def test_phone_and_name_are_needed(quickreply: QuickReply, lead_id: str, given: dict[str, str]) -> None:
    status, answer = quickreply.post(f"/crm/update/{lead_id}", **given)
    assert (status, answer["status"]) == (400, "Update Failed")
    assert answer["reason"].endswith("Is required.")


def test_the_newest_word_counts_whoever_says_it(quickreply: QuickReply, lead_id: str, actor: Acting) -> None:
    change(actor=actor(), contact=Contact.objects.get(), name="Dr Priya")
    quickreply.post(f"/crm/update/{lead_id}", phone="+919876543210", name="Priya Rao")
    assert Contact.objects.get().name == "Priya Rao"
    assert quickreply.fetch(lead_id=lead_id)["lead_fields"]["name"] == "Priya Rao"


def test_to_say_again_what_was_said_before_is_no_newer_word(
    quickreply: QuickReply, lead_id: str, actor: Acting
) -> None:
    """It sends the whole lead whenever anything in it changed."""
    priya = Contact.objects.get()
    change(actor=actor(), contact=priya, name="Dr Priya", phone="+919000000007", custom_fields={"city": "Mumbai"})
    given = {"phone": "+919876543210", "name": "Priya Sharma", "custom_fields": {"city": "Pune", "plan": "gold"}}
    assert quickreply.post(f"/crm/update/{lead_id}", **given)[0] == 200
    priya.refresh_from_db()
    assert (priya.name, priya.phone) == ("Dr Priya", "+919000000007")
    assert priya.custom_fields == {"city": "Mumbai", "plan": "gold"}
