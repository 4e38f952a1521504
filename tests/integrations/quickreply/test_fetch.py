"""GET and POST /crm/fetch."""

from typing import Any

import pytest
from django.test import Client as Browser

from contacts.actions import create, delete
from contacts.merging import merge
from contacts.models import Contact
from tests.cast import Acting
from tests.integrations.quickreply.conftest import Connects, QuickReply

pytestmark = pytest.mark.django_db
NOBODY = {"status": "Not Found", "reason": "No matching lead"}


@pytest.fixture
def lead_id(quickreply: QuickReply) -> str:
    return quickreply.create(email="priya@example.com", custom_fields={"city": "Pune"})


def whole(lead_id: str) -> dict[str, Any]:
    return {
        "lead_id": lead_id,
        "lead_fields": {
            "phone": "+919876543210", "name": "Priya Sharma", "email": "priya@example.com",
            "custom_fields": {"city": "Pune"},
        },
    }  # fmt: skip


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("criterion", ["phone", "email", "lead_id"])
@pytest.mark.parametrize("place", ["query", "json", "form"])
def test_a_lead_is_found_by_each_criterion_in_each_place(
    quickreply: QuickReply, lead_id: str, method: str, criterion: str, place: str
) -> None:
    value = {"phone": "+919876543210", "email": "PRIYA@example.com", "lead_id": lead_id}[criterion]
    if place == "query":
        answer = quickreply.call(method, f"/crm/fetch?{criterion}={value}")
    elif place == "json":
        answer = quickreply.call(method, "/crm/fetch", {criterion: value})
    else:
        form = "application/x-www-form-urlencoded"
        answer = quickreply.call(method, "/crm/fetch", f"{criterion}={value}".encode(), content_type=form)
    assert (answer.status_code, answer.json()) == (200, whole(lead_id))


@pytest.mark.parametrize("given", [{"phone": "+919000000001"}, {"email": "x@example.com"}, {"lead_id": "42"}])
def test_nobody_is_404_word_for_word(quickreply: QuickReply, lead_id: str, given: dict[str, str]) -> None:
    assert quickreply.post("/crm/fetch", **given) == (404, NOBODY)


def test_without_a_criterion_it_says_what_is_needed(quickreply: QuickReply) -> None:
    answer = quickreply.call("GET", "/crm/fetch?name=Priya")
    reason = "Give at least one of phone, email and lead_id."
    assert (answer.status_code, answer.json()) == (400, {"status": "Not Found", "reason": reason})


def test_a_merged_lead_answers_with_the_one_that_stands_for_it(
    quickreply: QuickReply, lead_id: str, actor: Acting
) -> None:
    winner = create(actor=actor(), name="Priya Sharma-Rao", email="rao@example.com")
    merge(actor=actor(), winner=winner, loser=Contact.objects.get(pk=lead_id))
    assert quickreply.fetch(lead_id=lead_id)["lead_id"] == str(winner.pk)
    assert quickreply.fetch(phone="+919876543210")["lead_id"] == str(winner.pk)
    status, answer = quickreply.post(f"/crm/update/{lead_id}", phone="+919876543210", name="Priya Rao")
    assert (status, answer["lead_id"]) == (200, str(winner.pk))


def test_one_who_was_deleted_is_not_found(quickreply: QuickReply, lead_id: str, actor: Acting) -> None:
    delete(actor=actor(), contact=Contact.objects.get())
    assert quickreply.fetch(lead_id=lead_id) == quickreply.fetch(phone="+919876543210") == NOBODY


def test_mapped_fields_go_back_under_their_own_names(connects: Connects) -> None:
    quickreply = connects(custom_fields="utm_campaign=crm_campaign_code\nshop=company")
    sent = {"utm_campaign": "spring", "shop": "Sharma Sweets", "city": "Pune"}
    lead_id = quickreply.create(custom_fields=sent)
    assert quickreply.fetch(lead_id=lead_id)["lead_fields"]["custom_fields"] == sent


def test_a_plus_that_nobody_escaped_is_a_plus(quickreply: QuickReply) -> None:
    """Without it, this would be a number of Iowa."""
    lead_id = quickreply.create(phone="+6416718760")
    answer = Browser().get("/crm/fetch?phone=+6416718760", headers={"Auth-Key": quickreply.key})
    assert answer.json()["lead_id"] == lead_id


def test_looking_leaves_nothing_behind(quickreply: QuickReply, lead_id: str) -> None:
    before = len(quickreply.sender.events)
    quickreply.fetch(lead_id=lead_id)
    assert len(quickreply.sender.events) == before
