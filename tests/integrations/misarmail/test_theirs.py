"""Payloads of each kind, in both editions, with fields that are null, absent, unknown or of another type."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integrations.misarmail import theirs

NINE = datetime(2026, 4, 13, 9, tzinfo=UTC)
NEW = {
    "id": "c1", "email": "Priya@Example.com", "firstName": "Priya", "lastName": "Sharma", "status": "subscribed",
    "tags": ["vip", "vip", None, " "], "customFields": {"plan": "pro", "seats": 5, "": "lost"},
    "created_at": "2026-04-13T09:00:00Z",
}  # fmt: skip
OLD = {
    "id": "c1", "email": "Priya@Example.com", "first_name": "Priya", "last_name": "Sharma", "status": "subscribed",
    "tags": ["vip"], "metadata": {"plan": "pro", "seats": 5}, "created_at": "2026-04-13T09:00:00+00:00",
}  # fmt: skip


def test_both_editions_tell_the_same_person() -> None:
    one, other = theirs.person(NEW), theirs.person(OLD)
    assert one == other
    assert one.fields == {
        "name": "Priya Sharma", "status": "active", "custom_fields.plan": "pro", "custom_fields.seats": 5
    }  # fmt: skip
    assert (one.emails, one.tags, one.created_at) == (["Priya@Example.com"], ["vip"], NINE)


def test_what_is_absent_says_nothing_and_what_is_null_is_empty() -> None:
    assert theirs.person({"id": 7}).fields == {}
    assert theirs.person({"id": 7, "firstName": None, "company": None, "status": None}).fields == {
        "name": "", "company": ""
    }  # fmt: skip
    assert theirs.person({"id": 7}).tags is None
    assert theirs.person({"id": 7, "tags": None}).tags is None


@pytest.mark.parametrize(
    "odd", [None, 5, True, [], {}, "text", ["a", {"name": "b"}], {"a": {"b": None}}, "\x00", "9" * 400, 1e400]
)
def test_no_field_of_another_type_breaks_anything(odd: Any) -> None:
    names = {
        "id", "name", "email", "emails", "phone", "phones", "firstName", "status", "tags", "customFields", "metadata",
        "created_at", "updated_at", "channel", "campaign_id", "contact_id", "client_id", "lead_email", "lead_name",
        "intent", "intent_confidence", "last_message", "last_message_at", "snoozed_until", "labels", "assigned_to",
        "unread_count", "turn", "direction", "body", "html", "headers", "sent_at", "received_at", "delivery",
        "attachments", "stage", "value", "currency", "notes", "title", "expected_close_on", "owner", "domain",
    }  # fmt: skip
    said = dict.fromkeys(names, odd)
    for read in (
        theirs.customer, theirs.origin, theirs.person, theirs.thread, theirs.line, theirs.opportunity
    ):  # fmt: skip
        read(said)


def test_a_conversation_tells_only_what_its_edition_knows() -> None:
    thread = theirs.thread({
        "id": "v1", "lead_email": "priya@example.com", "channel": "pigeon", "status": "active", "intent": None,
        "last_message_at": "2026-04-13T09:00:00Z", "created_at": "2026-04-10T08:00:00Z",
    })  # fmt: skip
    assert thread.state == {"status": "active"}
    assert (thread.channel, thread.last_at) == ("chat", NINE)


def test_a_message_bears_the_time_of_its_side() -> None:
    said = {"id": 1, "body": " Hi ", "sent_at": "2026-04-13T09:00:00Z", "received_at": "2026-04-14T09:00:00Z"}
    assert theirs.line({**said, "direction": "outbound"}).at == NINE
    assert theirs.line({**said, "direction": "inbound"}).at == NINE.replace(day=14)
    assert theirs.line({**said, "direction": "inbound"}).body == " Hi "


def test_money_is_whole_minor_units_of_a_currency_that_there_is() -> None:
    assert theirs.opportunity({"id": 1, "value": 50000.0, "currency": "inr"}).state == {
        "value": 50000, "currency": "INR"
    }  # fmt: skip
    assert theirs.opportunity({"id": 1, "value": 0.5, "currency": "XXZ"}).state == {}
    assert theirs.opportunity({"id": 1, "value": -1, "currency": None}).state == {}
