"""Erasing a client: its people leave no trace in any table, that something was said stays provable, and the export
holds all of it for a while."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import IdempotentRequest, Membership
from activity.runs import finish as to_the_end
from activity.undoing import offer
from clients.actions import create_campaign
from clients.leaving import exporting
from clients.leaving.models import ExportPart, Leaving
from clients.models import Client
from contacts import segments
from contacts.actions import change
from contacts.actions import create as create_contact
from contacts.imports import uploads
from contacts.imports.importing import Plan, begin
from contacts.likeness import compare_waiting
from contacts.merging import merge, unmerge
from contacts.models import Contact
from contacts.suppression import suppress
from deals import actions as deals
from deals.models import Deal
from inbox import follow_ups
from inbox.chain import faults
from inbox.composing import canned, drafts, notes
from inbox.messages import File
from inbox.models import Conversation, Message, MessageDelivery
from inbox.sending import reply
from integrations import doors, pushing, registry
from integrations.base import Item, Wanted
from integrations.connecting import connect
from integrations.links import link
from tests.arrivals import follow_up_on_everything, write_in
from tests.cast import acting
from tests.clients.leaving.life import finish, go, told
from tests.integrations.plain import Plain

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "Priyanka"


@pytest.fixture
def us(owner: Membership) -> Actor:
    return acting(owner)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Plain:
    system = Plain()
    monkeypatch.setitem(registry.systems(), "plain", system)
    return system


@pytest.fixture
def known(us: Actor, harbour: Client, plain: Plain) -> Conversation:
    """A person of Harbour Bakery of whom every room knows something, each with the word that the test looks for."""
    harbour.notes = f"Ask {SECRET}"
    harbour.save(update_fields=["notes"])
    opened = connect(
        actor=us, system="plain", name=f"{SECRET}@mail", client_id=harbour.pk, settings={"api_key": "k" * 9}
    )
    campaign = create_campaign(actor=us, client_id=harbour.pk, name=f"For {SECRET}", subject=SECRET)
    message = write_in(
        us, f"{SECRET} asks", subject=f"From {SECRET}", name=f"{SECRET} Rao", sender=f"{SECRET}@example.com",
        client_id=harbour.pk, connection_id=opened.connection.pk, campaign_id=campaign.pk, thread_id=f"{SECRET}@chat",
        files=[File(f"{SECRET}.pdf", "application/pdf", SECRET.encode())],
    )  # fmt: skip
    conversation, contact = message.conversation, Contact.objects.get(pk=message.conversation.contact_id)
    reply(actor=us, conversation=conversation, body=f"Dear {SECRET}")
    MessageDelivery.objects.create(
        workspace=us.workspace, message=Message.objects.latest("position"), state="failed",
        words=f"550 no such user {SECRET}", occurred_at=timezone.now(),
    )  # fmt: skip
    notes.write(actor=us, conversation=conversation, body=f"{SECRET} is kind")
    drafts.keep(actor=us, conversation=conversation, kind="reply", body=SECRET, seen=1, token=uuid4())
    canned.create(actor=us, name=f"To {SECRET}", body=f"Dear {SECRET}", client_id=harbour.pk)
    segments.create(actor=us, name=f"Like {SECRET}", filters={"search": SECRET}, client_id=harbour.pk)
    contact.refresh_from_db()
    change(actor=us, contact=contact, company=f"{SECRET} Ltd", custom_fields={"note": SECRET})
    twin = create_contact(actor=us, name=f"{SECRET} R.", client_id=harbour.pk)
    unmerge(actor=us, done=merge(actor=us, winner=Contact.objects.get(pk=contact.pk), loser=twin))
    suppress(actor=us, contact=Contact.objects.get(pk=contact.pk), reason=f"{SECRET} asked")
    due = timezone.now() + timedelta(days=1)
    follow_ups.create(actor=us, conversation_id=conversation.pk, due_at=due, note=f"Call {SECRET}")
    deal = deals.create(actor=us, conversation_id=conversation.pk, title=f"{SECRET} deal", notes=SECRET)
    deals.move(actor=us, deal=deal, stage="lost", reason=f"{SECRET} went elsewhere")
    _outside(us, harbour, opened.connection, contact)
    follow_up_on_everything()
    return conversation


def _outside(us: Actor, harbour: Client, connection: Any, contact: Contact) -> None:
    """What a connection told, what it is told, what was imported, what could be taken back."""
    doors.store(connection, [Item(f"{SECRET}-1", "said", {"name": SECRET})], json.dumps({"name": SECRET}).encode())
    link(connection, "contact", f"ctc_{SECRET}", contact.pk, said=SECRET)
    pushing.wish(connection, Wanted("card", contact.pk, {"name": SECRET}))
    upload = uploads.take_in(
        actor=us, name="people.csv", content=f"name,email\n{SECRET},no address {SECRET}\n".encode()
    )
    run = begin(actor=us, upload=upload, plan=Plan(["name", "email"], client=harbour.pk))
    to_the_end(run)
    while compare_waiting():
        pass
    offer(us, "Changed.", kind=follow_ups.KIND, data={"id": str(contact.pk), "before": {"name": SECRET}})
    IdempotentRequest.objects.create(
        workspace=us.workspace, sender=uuid4(), key="k", fingerprint="f", status=201,
        body=json.dumps({"id": str(contact.pk), "name": SECRET}),
    )  # fmt: skip


def traces(*allowed: Any) -> dict[str, list[Any]]:
    """The rows of any table that hold the word."""
    found: dict[str, list[Any]] = {}
    for model in apps.get_models():
        for row in model._base_manager.values() if model not in allowed else ():
            plain = {
                key: bytes(value).decode(errors="replace") if isinstance(value, memoryview) else value
                for key, value in row.items()
            }
            if SECRET.lower() in json.dumps(plain, cls=DjangoJSONEncoder, default=str).lower():
                found.setdefault(model.__name__, []).append(row)
    return found


def test_no_table_holds_a_trace_of_its_people_but_the_export(
    us: Actor, harbour: Client, meadow: Client, known: Conversation
) -> None:
    write_in(us, "I am of Meadow", sender="tom@example.com", client_id=meadow.pk)
    others = told(us, meadow)
    before = set(traces())
    assert before >= {
        "Contact", "Identity", "Message", "Attachment", "Deal", "Event", "FollowUp", "Note", "KeptDraft", "Segment",
        "Campaign", "CannedReply", "Suppression", "InboundEvent", "Link", "Push", "Merge", "UploadPart", "RunRow",
        "Undo", "IdempotentRequest", "Connection", "Client", "Conversation", "MatchKey",
    }  # fmt: skip
    digests = set(Message.objects.filter(client=harbour).values_list("digest", flat=True))

    leaving = go(us, harbour, fate="erase", exports=True)
    run = finish(leaving)
    follow_up_on_everything()

    assert (run.state, run.last_error) == ("done", "")
    assert traces(ExportPart) == {}
    assert set(Message.objects.filter(client=harbour).values_list("digest", flat=True)) == digests
    assert not list(faults(Conversation.objects.filter(workspace=us.workspace)))
    assert Deal.objects.get(client=harbour).stage.key == "lost"
    assert told(us, meadow) == others


def test_the_archive_holds_all_of_it_and_goes_after_a_week(us: Actor, harbour: Client, known: Conversation) -> None:
    change(actor=us, contact=Contact.objects.get(pk=known.contact_id), name="=1+1")
    leaving = go(us, harbour, fate="erase", exports=True)
    finish(leaving)

    with zipfile.ZipFile(io.BytesIO(b"".join(exporting.archive(leaving)))) as whole:
        assert whole.testzip() is None
        files = {name: whole.read(name) for name in whole.namelist()}
    messages = [json.loads(line) for line in files["messages.jsonl"].splitlines()]
    assert [one["body"] for one in messages if one["direction"] == "inbound"] == [f"{SECRET} asks"]
    assert "'=1+1" in files["contacts.csv"].decode("utf-8-sig")
    assert [content for name, content in files.items() if name.startswith("attachments/")] == [SECRET.encode()]
    assert json.loads(files["deals.jsonl"])["title"] == f"{SECRET} deal"
    assert len(files["deal_history.jsonl"].splitlines()) == 2
    assert "kkkkkkkkk" not in str(files)
    assert exporting.available(leaving)
    Leaving.objects.update(exported_at=timezone.now() - timedelta(days=8))
    leaving.refresh_from_db()
    assert exporting.forget_old() > 0
    assert not exporting.available(leaving)
    assert not ExportPart.objects.exists()


def test_what_has_no_index_is_looked_through_once_and_not_for_each_person(
    us: Actor, harbour: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inbox.leaving.PEOPLE", 1)
    people = [create_contact(actor=us, name=f"Person {number}", client_id=harbour.pk) for number in range(3)]
    _, others = (
        IdempotentRequest.objects.create(
            workspace=us.workspace, sender=uuid4(), key=key, fingerprint="f", status=201, body=json.dumps({"id": pk})
        )
        for key, pk in (("theirs", str(people[2].pk).upper()), ("others", str(uuid4())))
    )
    with CaptureQueriesContext(connection) as made:
        run = finish(go(us, harbour, fate="erase"))
    assert (run.state, run.done_count) == ("done", 3)
    assert list(IdempotentRequest.objects.all()) == [others]
    assert sum("accounts_idempotentrequest" in query["sql"] for query in made) == 1
