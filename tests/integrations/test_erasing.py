"""Erasing a person: no trace of them is left in what outside systems told, or in what they were told."""

import json
from typing import Any

import pytest
from django.db import connection as database
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership
from contacts.addresses import Address
from contacts.incoming import Known, take_in
from contacts.models import Contact
from inbox.erasure import erase
from integrations import processing, pushing
from integrations.base import Connected, Item, Wanted
from integrations.connecting import Opened
from integrations.doors import store
from integrations.links import link
from integrations.models import InboundEvent, Link, Push
from integrations.words import Words, any_named
from tests.cast import acting
from tests.integrations.plain import Plain

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("integrations_inboundevent", "integrations_push", "integrations_link")


@pytest.fixture
def priya(opened: Opened) -> Contact:
    known = Known(
        "plain", "ctc_priya", [Address("email", "priya@example.com"), Address("phone", "+6281234567890")],
        {"name": "Priya Sharma"},
    )  # fmt: skip
    contact = take_in(actor=Connected(opened.connection).actor, client_id=None, people=[known])[0].contact
    link(opened.connection, "contact", "ctc_priya", contact.pk, said={"name": "Priya Sharma"})
    pushing.wish(opened.connection, Wanted("contact", contact.pk, {"event": "Priya Sharma"}))
    pushing.work_off()
    return contact


def told(opened: Opened, key: str, payload: dict[str, Any]) -> None:
    store(opened.connection, [Item(key, "said", payload)], json.dumps(payload).encode())


def kept() -> str:
    with database.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT row_to_json(t)::text FROM {table} t" for table in TABLES))
        rows = "".join(row for (row,) in cursor.fetchall())
    return rows + "".join(bytes(one.body).decode() for one in InboundEvent.objects.all())


def test_what_was_told_of_them_by_any_address_is_blanked_and_nobody_elses(
    opened: Opened, plain: Plain, priya: Contact, owner: Membership
) -> None:
    told(opened, "e1", {"visitor": {"email": "Priya@Example.com", "name": "Priya Sharma"}})
    told(opened, "e2", {"from": "6281234567890", "text": "Priya here"})
    told(opened, "e3", {"contact": {"id": "ctc_priya", "name": "Priya Sharma"}})
    told(opened, "e4", {"visitor": {"email": "tom@example.com", "name": "Tom"}})
    processing.work_off()
    erase(actor=acting(owner), contact=priya)
    left = kept()
    assert [word for word in ("Priya", "priya@", "6281234567890", "ctc_priya") if word in left] == []
    assert InboundEvent.objects.get(key="e4").payload["visitor"]["name"] == "Tom"
    assert list(InboundEvent.objects.filter(outcome="Erased").order_by("key").values_list("key", flat=True)) == [
        "e1", "e2", "e3"
    ]  # fmt: skip
    assert (Link.objects.count(), Push.objects.get().params) == (0, {})


def test_what_still_waits_is_news_of_somebody_who_is_back(
    opened: Opened, plain: Plain, priya: Contact, owner: Membership
) -> None:
    told(opened, "e1", {"visitor": {"email": "priya@example.com"}})
    erase(actor=acting(owner), contact=priya)
    event = InboundEvent.objects.get()
    assert (event.state, event.payload) == ("waiting", {"visitor": {"email": "priya@example.com"}})
    assert event.due_at <= timezone.now()


def test_a_body_of_many_events_is_not_kept_with_whoever_stands_first_in_it(
    opened: Opened, plain: Plain, priya: Contact, owner: Membership
) -> None:
    tom, theirs = {"email": "tom@example.com"}, {"email": "Priya@Example.com", "name": "Priya Sharma"}
    body = json.dumps([tom, theirs]).encode()
    store(opened.connection, [Item("e1", "said", tom), Item("e2", "said", theirs)], body)
    processing.work_off()
    assert "Priya Sharma" in kept()
    erase(actor=acting(owner), contact=priya)
    assert "priya" not in kept().lower()
    assert InboundEvent.objects.get(key="e1").payload == tom


def test_they_are_found_however_what_names_them_is_written(
    opened: Opened, plain: Plain, priya: Contact, owner: Membership
) -> None:
    told(opened, "line", {"text": "Regards,\npriya@example.com"})
    told(opened, "accent", {"text": "\u00fc+6281234567890\u2026"})
    told(opened, "link", {"chat": "6281234567890@c.us", "name": "Priya Sharma"})
    told(opened, "page", {"page": "https://shop.example/?tel=%2B6281234567890&of=priya%40example.com"})
    store(opened.connection, [Item("form", "said", {})], b"from=priya%40example.com&name=Priya+Sharma")
    store(opened.connection, [Item("bytes", "said", {})], b'{"name": "Priya", "id": "\\u2026ctc_priya"} \xc3\xbc')
    processing.work_off()
    store(opened.connection, [Item("later", "said", {})], b"tel=%2B6281234567890")
    store(opened.connection, [Item("later still", "said", {})], b"by=priya%40example.com")
    store(opened.connection, [Item("last", "said", {})], "\U0001f4e7priya@example.com".encode())
    erase(actor=acting(owner), contact=priya)
    assert "priya" not in kept().lower()
    assert "6281234567890" not in kept()


def test_whose_address_only_begins_or_ends_alike_is_left_alone(
    opened: Opened, plain: Plain, priya: Contact, owner: Membership
) -> None:
    others = {"id": "ctc_priya2", "email": "priya@example.community", "cc": "sharma.priya7@example.com"}
    told(opened, "e1", {**others, "words": "ctc priya at example com", "phone": "+62812345678901"})
    processing.work_off()
    erase(actor=acting(owner), contact=priya)
    event = InboundEvent.objects.get()
    assert (event.outcome, event.payload["email"]) == ("Handled e1", "priya@example.community")


def test_nobody_elses_events_are_read_for_it(opened: Opened) -> None:
    with database.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        named = InboundEvent.objects.exclude(state="waiting").annotate(words=Words(F("payload"), F("body")))
        plan = named.filter(any_named({"priya@example.com", "6281234567890"})).values("pk").explain()
        cursor.execute("RESET enable_seqscan")
    assert plan.count("Bitmap Index Scan on integrations_inbound_words") == 2


def test_a_number_is_found_as_it_came_in_and_with_two_noughts_for_its_plus(
    opened: Opened, plain: Plain, owner: Membership
) -> None:
    written = [Address("phone", "+33612345678", "06 12 34 56 78"), Address("phone", "+4930901820", "+49 30 (90) 18-20")]
    known = Known("plain", "ctc_zoe", written, {"name": "Zoé"})
    zoe = take_in(actor=Connected(opened.connection).actor, client_id=None, people=[known])[0].contact
    others = ["06 12 34 56 789", "106 12 34 56 78", "12 06 34 56 78", "000033612345678"]
    theirs = [
        "0033612345678", "call 06 12 34 56 78!", "?tel=06+12+34+56+78&", "tel=06%2012%2034%2056%2078",
        "+49 30 (90) 18-20", "0049 30 (90) 18-20", "%2B49+30+%2890%29+18-20",
    ]  # fmt: skip
    for number, said in enumerate([*others, *theirs]):
        told(opened, f"e{number:02}", {"said": said})
    processing.work_off()
    erase(actor=acting(owner), contact=zoe)
    events = InboundEvent.objects.order_by("key")
    assert [event.payload.get("said") for event in events] == [*others, *[None] * len(theirs)]


def test_somebody_elses_mail_that_merely_holds_the_words_of_an_address_stays(opened: Opened, owner: Membership) -> None:
    known = Known("plain", "ctc_ann", [Address("email", "ann@gmail.com"), Address("phone", "+33612345678", "06")])
    ann = take_in(actor=Connected(opened.connection).actor, client_id=None, people=[known])[0].contact
    mails = {"lee": b"From: lee@gmail.com\n\nHi Ann, at 06 sharp", "ann": b"From: Ann <ann@gmail.com>\n\nHello"}
    for key, body in mails.items():
        InboundEvent.objects.create(
            workspace=owner.workspace, connection=opened.connection, via="batch", key=key, type="mail.unreadable",
            body=body, payload={"folder": "INBOX"}, state="dead", last_error="Broken", due_at=timezone.now(),
        )  # fmt: skip
    erase(actor=acting(owner), contact=ann)
    rows = {one.key: (bytes(one.body), one.payload, one.outcome) for one in InboundEvent.objects.all()}
    assert rows == {"lee": (mails["lee"], {"folder": "INBOX"}, ""), "ann": (b"", {}, "Erased")}
