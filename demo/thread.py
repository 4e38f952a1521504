"""Builds one conversation, with everything that hangs on it, from its TOML table."""

import re
from base64 import b64decode
from datetime import time
from zoneinfo import ZoneInfo

from demo.moments import DATE_IN_TEXT, HoursAgo, OnDay, When, always_before
from demo.story import Attachment, Conversation, Deal, Delivery, FollowUp, Message, Note, Person, Prospect
from demo.table import Table

CHANNELS = ("email", "whatsapp", "sms", "linkedin", "chat")
STATUSES = ("active", "closed", "snoozed")
DELIVERIES = ("sent", "delivered", "read", "failed")
STAGES = ("new", "contacted", "interested", "negotiating", "won", "lost")
INTENTS = ("interested", "not_interested", "question", "booking", "objection", "out_of_office")
MOST_HOURS_AGO = 20


def person_from(table: Table) -> Person:
    person = Person(
        name=table.text_or_none("name") or "",
        email=table.text_or_none("email"),
        phone=table.text_or_none("phone"),
        more_emails=table.texts("more_emails"),
        company=table.text_or_none("company"),
        labels=table.texts("labels"),
    )
    table.finish()
    if not (person.email or person.phone):
        raise table.error("email", "or phone is needed to reach this person")
    return person


def prospect_from(table: Table, zone: ZoneInfo) -> Prospect:
    prospect = Prospect(
        person=person_from(table.table("person")),
        deal=_deal(table.table("deal"), zone),
        since=OnDay(table.integer("day"), _time(table), zone),
    )
    table.finish()
    if prospect.since.day >= 0:
        raise table.error("day", "must be before today")
    return prospect


def conversation_from(table: Table, zone: ZoneInfo) -> Conversation:
    channel = table.choice("channel", CHANNELS)
    conversation = Conversation(
        key=table.text("key"),
        channel=channel,
        campaign=table.text("campaign"),
        subject=table.text("subject") if channel == "email" else None,
        lead=person_from(table.table("lead")),
        labels=table.texts("labels"),
        assignee=table.text_or_none("assignee"),
        status=table.choice("status", STATUSES),
        snoozed_for_days=table.integer_or_none("snoozed_for_days"),
        unread=table.flag("unread"),
        messages=tuple(_message(message, zone) for message in table.tables("message")),
        notes=tuple(_note(note, zone) for note in table.tables("note")),
        deal=_deal(table.table("deal"), zone) if table.has("deal") else None,
        follow_ups=tuple(_follow_up(follow_up, zone) for follow_up in table.tables("follow_up")),
        zone=zone,
    )
    table.finish()
    _check_status(table, conversation)
    _check_messages(table, conversation)
    return conversation


def _check_status(table: Table, conversation: Conversation) -> None:
    snoozed = conversation.status == "snoozed"
    if snoozed != (conversation.snoozed_for_days is not None) or (conversation.snoozed_for_days or 1) < 1:
        raise table.error("snoozed_for_days", "is a number from 1 for a snoozed conversation, and only for one")


def _check_messages(table: Table, conversation: Conversation) -> None:
    messages = conversation.messages
    if not messages:
        raise table.error("message", "is missing: a conversation needs at least one")
    for place in range(1, len(messages)):
        if not always_before(messages[place - 1].when, messages[place].when):
            raise table.error(f"message {place + 1}", "does not always come after the one before it")
    if conversation.unread and not messages[-1].inbound:
        raise table.error("unread", "needs a last message from the lead")


def _message(table: Table, zone: ZoneInfo) -> Message:
    message = Message(
        sender=table.text("from"),
        when=_when(table, zone),
        zone=zone,
        body=_dated_text(table, "body"),
        html=_dated_text(table, "html") if table.has("html") else "",
        headers=table.mapping("headers"),
        attachments=tuple(_attachment(attachment, zone) for attachment in table.tables("attachments")),
        corrected_intent=table.choice("corrected_intent", INTENTS) if table.has("corrected_intent") else None,
        delivery=_delivery(table.table("delivery")) if table.has("delivery") else None,
    )
    table.finish()
    if message.corrected_intent and not message.inbound:
        raise table.error("corrected_intent", "belongs to a message from the lead")
    if message.delivery and message.inbound:
        raise table.error("delivery", "belongs to a message of ours")
    return message


def _delivery(table: Table) -> Delivery:
    delivery = Delivery(state=table.choice("state", DELIVERIES), words=table.text_or_none("words") or "")
    table.finish()
    return delivery


def _note(table: Table, zone: ZoneInfo) -> Note:
    note = Note(sender=table.text("from"), when=_when(table, zone), body=table.text("body"))
    table.finish()
    return note


def _when(table: Table, zone: ZoneInfo) -> When:
    if table.has("hours_ago") == (table.has("day") or table.has("time")):
        raise table.error("hours_ago", "or else day and time must say when this was")
    if table.has("hours_ago"):
        return HoursAgo(_hours(table))
    if table.integer("day") >= 0:
        raise table.error("day", "must be before today: use hours_ago for today, so that nothing lies in the future")
    return OnDay(table.integer("day"), _time(table), zone)


def _hours(table: Table) -> float:
    hours = table.number("hours_ago")
    # Seen from midnight, more than twenty hours ago could lie before last night's change of the clocks.
    if not 0 < hours <= MOST_HOURS_AGO:
        raise table.error("hours_ago", f"must be above 0 and at most {MOST_HOURS_AGO}")
    return hours


def _time(table: Table) -> time:
    text = table.text("time")
    if not re.fullmatch(r"([01]\d|2[0-3])(:[0-5]\d){1,2}", text):
        raise table.error("time", f"is {text!r}, not a time like 09:14 or 09:14:05")
    # When the clocks change, this part of the night is missing or comes twice.
    if "01:00" <= text < "04:00":
        raise table.error("time", "lies between 01:00 and 04:00, where clocks change")
    return time.fromisoformat(text)


def _attachment(table: Table, zone: ZoneInfo) -> Attachment:
    attachment = Attachment(
        name=table.text("name"),
        content_type=table.text("content_type"),
        text=_dated_text(table, "text") if table.has("text") else "",
        data=b64decode(table.text_or_none("base64") or "", validate=True),
        content_id=table.text_or_none("content_id") or "",
        zone=zone,
    )
    table.finish()
    if bool(attachment.text) == bool(attachment.data):
        raise table.error("text", "or else base64 must say what is in it")
    return attachment


def _deal(table: Table, zone: ZoneInfo) -> Deal:
    deal = Deal(
        title=table.text("title"),
        stage=table.choice("stage", STAGES),
        value=table.integer("value"),
        currency=table.text("currency"),
        owner=table.text("owner"),
        notes=table.text_or_none("notes") or "",
        expected_in_days=table.integer_or_none("expected_in_days"),
        lost_reason=table.text_or_none("lost_reason"),
        zone=zone,
    )
    table.finish()
    if deal.value < 0:
        raise table.error("value", "must not be negative")
    if (deal.stage == "lost") != (deal.lost_reason is not None):
        raise table.error("lost_reason", "belongs to a lost deal, and to every lost deal")
    return deal


def _follow_up(table: Table, zone: ZoneInfo) -> FollowUp:
    follow_up = FollowUp(
        when=OnDay(table.integer("in_days"), _time(table), zone),
        note=table.text("note"),
        owner=table.text("owner"),
    )
    table.finish()
    return follow_up


def _dated_text(table: Table, name: str) -> str:
    text = table.text(name)
    if "{{" in DATE_IN_TEXT.sub("", text):
        raise table.error(name, "holds a date that is not written like {{-3|d MMMM|de}}")
    return text
