"""The loaded demo workspace: loaded once, and committed, for all tests here. What each of them does is rolled back."""

import json
import re
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.test import Client as Browser

from accounts import keys
from accounts.actors import Actor, person
from accounts.deletion import delete_workspace
from accounts.models import ApiKey, Membership, Role, User, Workspace
from activity.consumers import READERS, consume_all, handle
from activity.models import Event, Handled
from clients.models import Client
from contacts.models import Contact
from crm.models import Work
from deals.models import Deal, StageChange
from demo.agency import PASSWORD, establish
from demo.loading import load
from demo.script import Conversation as Told
from demo.script import read
from inbox import chain
from inbox.channels import Channel
from inbox.composing.models import CannedReply, Mention, Note
from inbox.composing.notes import unseen_mentions
from inbox.intents.passes import judge
from inbox.mail.html import has_remote_images
from inbox.models import Conversation, FollowUp, IntentTag, IntentWork, Message, MessageDelivery
from inbox.tagging import reply_of
from tests import cast

# A day on which the clocks change, where a mistake about zones shows.
NOW = datetime(2026, 10, 25, 13, 37, 42, tzinfo=UTC)
SCRIPT = read()
# What is random in every row, and what the database counts on its own.
ASIDE = {"salt", "digest", "content_digest", "chain_digest", "transaction", "sequence"}
# Rows whose ids the database makes, and the order they were made in.
WRITTEN_BY_TRIGGERS = {
    "clients.Side": ("subject_id", "wall"),
    "deals.DealState": ("deal", "number"),
    "deals.StageState": ("stage", "number"),
}


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        with time_machine.travel(NOW, tick=False):
            load(SCRIPT, NOW)
        yield
        delete_workspace(actor=acting("maya"), confirm_slug="demo")
        User.objects.all().delete()


@pytest.fixture(autouse=True)
def _at_that_moment(_loaded: None, db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    """The folder that the sign-in is written to."""
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


def acting(key: str) -> Actor:
    email = next(member.email for member in SCRIPT.team if member.key == key)
    return person(Membership.objects.select_related("user", "workspace").get(user__email=email))


def pairs() -> list[tuple[Told, Conversation]]:
    """Each conversation of the script with the loaded one: their first words differ."""
    loaded = {message.body: message.conversation for message in Message.objects.filter(position=1)}
    return [(told, loaded[told.messages[0].text(NOW)]) for told in SCRIPT.conversations]


def counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def dump() -> list[str]:
    """Every row of the workspace in the order in which it was made, its ids numbered by their first appearance."""
    numbers: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"#{len(numbers)}")

    lines = []
    for model in apps.get_models():
        if any(field.name == "workspace" for field in model._meta.fields) and model is not Handled:
            for row in model._base_manager.order_by(*WRITTEN_BY_TRIGGERS.get(model._meta.label, ("pk",))).values():
                kept = {name: value for name, value in row.items() if name not in ASIDE}
                lines.append(f"{model._meta.label} {kept}")
    return [re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", numbered, line) for line in lines]


def test_everything_of_the_script_is_there_and_nothing_else() -> None:
    assert Workspace.objects.values_list("name", "slug", "plan", "currency", "time_zone", "region").get() == (
        "Northlight", "demo", "max", "EUR", "Europe/Berlin", "DE",
    )  # fmt: skip
    assert Conversation.objects.count() == 66
    assert Message.objects.count() == sum(len(told.messages) for told in SCRIPT.conversations)
    assert Contact.objects.count() == 118  # Herr Brandauer writes mail and texts
    assert FollowUp.objects.count() == 12
    stages = Deal.objects.values_list("stage__key").annotate(Count("pk"))
    assert dict(stages) == {"new": 4, "contacted": 47, "interested": 9, "negotiating": 8, "won": 6, "lost": 4}


def test_each_message_stands_as_it_was_told_at_its_time() -> None:
    for told, conversation in pairs():
        messages = conversation.messages.order_by("position")
        assert [message.body for message in messages] == [line.text(NOW) for line in told.messages]
        moments = [line.moment(NOW) for line in told.messages]
        assert [message.occurred_at for message in messages] == moments
        assert [message.arrived_at for message in messages] == moments
        assert (conversation.created_at, conversation.sorted_at) == (moments[0], moments[-1])


def test_people_are_as_old_as_their_first_message_and_as_active_as_their_last() -> None:
    for contact in Contact.objects.exclude(conversations=None):
        moments = Message.objects.filter(conversation__contact=contact).order_by("occurred_at")
        times = list(moments.values_list("occurred_at", flat=True))
        assert (contact.created_at, contact.last_activity_at) == (times[0], times[-1])
    silent = Contact.objects.filter(conversations=None)
    assert silent.count() == 53
    assert {contact.last_activity_at for contact in silent} == {
        min(told.messages[0].moment(NOW) for told in SCRIPT.conversations)
    }


def test_who_said_it_is_told() -> None:
    for told, conversation in pairs():
        for message, line in zip(conversation.messages.order_by("position"), told.messages, strict=True):
            speaker = None if line.inbound else acting(line.sender)
            expected = (
                ("person", speaker.id, speaker.name)
                if speaker
                else ("contact", conversation.contact_id, told.lead.name)
            )
            assert (message.author_kind, message.author_id, message.author_name) == expected


def test_attachments_are_kept_whole() -> None:
    told = [each for scene in SCRIPT.conversations for line in scene.messages for each in line.attachments]
    attachments = apps.get_model("inbox", "Attachment").objects.values_list("name", "content")
    assert Counter((name, bytes(content)) for name, content in attachments) == Counter(
        (each.name, each.content(NOW)) for each in told
    )


def test_a_laid_out_mail_a_failed_delivery_and_the_teams_notes_are_there() -> None:
    laid_out = Message.objects.exclude(html="").get()
    assert has_remote_images(laid_out.html)
    assert laid_out.attachments.get().content_id == "logo@fjellbutikken"
    assert bytes(laid_out.attachments.get().content).startswith(b"\x89PNG")
    states = {told.state: told for told in MessageDelivery.objects.all()}
    assert set(states) == {"delivered", "read", "failed"}
    assert states["failed"].words.startswith("550 5.1.1 <o.weissgerber@huettenladen.example>")
    assert states["failed"].occurred_at > states["failed"].message.occurred_at
    named = [(str(one.note.author), str(one.member.user)) for one in Mention.objects.all()]
    assert len(named) == 4
    assert unseen_mentions(acting("maya")).count() == 2
    assert Note.objects.count() == 4


def test_hoped_for_deals_stand_with_their_people_since_their_day() -> None:
    for client in SCRIPT.clients:
        for told in client.prospects:
            deal = Deal.objects.select_related("stage", "contact", "client").get(title=told.deal.title)
            assert (deal.contact.name, deal.contact.company) == (told.person.name, told.person.company)
            assert (deal.stage.key, deal.value, deal.currency) == (told.deal.stage, told.deal.value, told.deal.currency)
            assert (deal.created_at, deal.stage_since) == (told.moment(NOW), told.moment(NOW))
            assert deal.client is not None
            assert deal.client.name == client.name


def test_canned_replies_are_for_everybody_or_for_one_client() -> None:
    told = {(reply.shortcut, reply.client) for reply in SCRIPT.canned_replies}
    names = {client.key: client.name for client in SCRIPT.clients}
    found = {(reply.shortcut, reply.client.name if reply.client else None) for reply in CannedReply.objects.all()}
    assert found == {(shortcut, names[key] if key else None) for shortcut, key in told}
    assert len(found) == 4


def test_each_conversation_stands_as_the_script_leaves_it() -> None:
    for told, conversation in pairs():
        assignee = str(conversation.assignee.user) if conversation.assignee else None
        names = {member.key: member.name for member in SCRIPT.team}
        assert (conversation.status, assignee) == (told.status, names.get(told.assignee or ""))
        assert (conversation.unread_count > 0) == told.unread, told.key
        assert conversation.snoozed_until == told.snoozed_until(NOW)
        labels = {label.name for label in SCRIPT.labels if label.key in told.labels}
        assert set(conversation.labels.values_list("name", flat=True)) == labels
        assert conversation.turn == ("ours" if told.messages[-1].inbound else "theirs")


def test_people_have_their_addresses_companies_and_labels() -> None:
    region = SCRIPT.workspace.phone_region
    for told, conversation in pairs():
        contact, lead = conversation.contact, told.lead
        assert (contact.name, contact.email, contact.company) == (lead.name, lead.email or "", lead.company or "")
        assert bool(contact.phone) == bool(lead.phone), region
        assert contact.labels.count() == len(lead.labels)
        assert conversation.campaign is not None
        assert contact.identities.count() == len(lead.emails) + bool(lead.phone)


def test_mail_runs_on_the_address_and_chats_on_the_number() -> None:
    for told, conversation in pairs():
        if told.channel in (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS):
            kind = "email" if told.channel == Channel.EMAIL else "phone"
            assert conversation.identity is not None
            assert conversation.identity.kind == kind


def test_every_chain_of_messages_verifies() -> None:
    assert list(chain.faults(Conversation.objects.all())) == []


def test_each_reply_was_judged_by_the_passes_that_ship_and_a_correction_beats_them() -> None:
    inbound = Message.objects.filter(direction="inbound").select_related("conversation")
    for message in inbound:
        tag = message.intent_tags.exclude(made_by="person").get()
        assert tag.intent == judge(reply_of(message)).intent
    assert set(IntentWork.objects.values_list("state", flat=True)) == {Work.State.DONE}
    corrected = IntentTag.objects.filter(made_by="person").values_list("intent", flat=True)
    assert Counter(corrected) == {"objection": 1, "booking": 1}
    shown = next(conversation for told, conversation in pairs() if told.key == "pia-and-jonas")
    assert (shown.intent, shown.needs_look) == ("objection", False)


def test_deals_stand_as_told() -> None:
    for told, conversation in pairs():
        deal = Deal.objects.select_related("stage", "owner__user").filter(conversation=conversation).first()
        assert (deal is None) == (told.deal is None)
        if deal and told.deal:
            assert (deal.title, deal.stage.key, deal.value) == (told.deal.title, told.deal.stage, told.deal.value)
            assert (deal.currency, deal.notes) == (told.deal.currency, told.deal.notes)
            assert (deal.expected_close_on, deal.owner) == (
                told.deal.expected_on(NOW),
                acting(told.deal.owner).membership,
            )
            assert deal.lost_reason == (told.deal.lost_reason or "")


def test_deals_went_through_the_stages_while_people_wrote() -> None:
    for told, conversation in pairs():
        changes = list(StageChange.objects.filter(deal__conversation=conversation).select_related("to_stage"))
        moments = [line.moment(NOW) for line in told.messages]
        assert all(before.changed_at < after.changed_at for before, after in pairwise(changes))
        assert {change.changed_at for change in changes} <= set(moments)
        assert all(before.to_stage == after.from_stage for before, after in pairwise(changes))
        if changes:
            deal = changes[0].deal
            assert changes[0].from_stage is None
            assert (deal.created_at, deal.stage_since) == (changes[0].changed_at, changes[-1].changed_at)
            assert deal.closed_at == (deal.stage_since if deal.stage.kind != "open" else None)


def test_a_deal_that_closed_long_ago_did_not_wait_for_last_weeks_complaint() -> None:
    deal = Deal.objects.get(title="Nussbaumküche mit Insel, Brandauer")
    assert deal.closed_at is not None
    assert deal.closed_at.date().isoformat() == "2026-07-30"
    assert deal.expected_close_on is not None
    assert deal.closed_at.date() <= deal.expected_close_on


def test_columns_have_the_newest_move_on_top() -> None:
    for stage in ("new", "interested", "won"):
        column = Deal.objects.filter(stage__key=stage).order_by("place").values_list("stage_since", flat=True)
        assert list(column) == sorted(column, reverse=True)


def test_the_log_reads_in_the_order_of_its_days_and_nothing_lies_ahead() -> None:
    founding = {"client.created", "campaign.created", "canned_reply.created", "label.created"}
    moments = Event.objects.exclude(type__in=founding).order_by("sequence").values_list("occurred_at", flat=True)
    assert list(moments) == sorted(moments)
    assert max(moments) < NOW


def test_no_reaction_ever_acts_on_what_was_told() -> None:
    before = counts()
    for reader in READERS.values():
        events = Event.objects.filter(type__in=reader.types)
        done = Handled.objects.filter(consumer=reader.name).values("event")
        assert not events.exclude(pk__in=done).exists()
        assert [event for event in events.order_by("-sequence")[:5] if handle(reader, event)] == []
    consume_all()
    after = counts()
    assert {label for label in before if before[label] != after[label]} <= {"activity.Consumer"}


def test_round_robin_goes_on_from_whom_the_story_left_last() -> None:
    agents = Membership.objects.filter(role=Role.AGENT).order_by("last_assigned_at")
    newest = {
        key: max(told.messages[0].moment(NOW) for told in SCRIPT.conversations if told.assignee == key)
        for key in ("leila", "duc")
    }
    assert [agent.last_assigned_at for agent in agents] == sorted(newest.values())


@pytest.mark.parametrize("member", SCRIPT.team, ids=lambda member: member.key)
def test_everybody_signs_in_with_the_password_of_the_demo(member: Any) -> None:
    answer = Browser().post("/accounts/login/", {"login": member.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content


def test_the_client_viewer_sees_one_client_only() -> None:
    ines = acting("ines")
    assert [client.name for client in Client.objects.visible_to(ines)] == ["Escuela Tramontana"]
    assert Conversation.objects.visible_to(ines).count() == 20
    assert set(Deal.objects.visible_to(ines).values_list("client__name", flat=True)) == {"Escuela Tramontana"}
    assert not ines.can_write


def test_a_second_run_adds_nothing_but_a_way_in_where_it_was_lost(data: Path) -> None:
    before = counts()
    told = StringIO()
    call_command("load_demo", stdout=told)
    assert counts() == {**before, "accounts.ApiKey": 1}
    kept = json.loads((data / "demo.json").read_text())
    assert stat.S_IMODE((data / "demo.json").stat().st_mode) == 0o600
    assert {**kept, "api_key": ""} == {
        "email": "maya@northlight.example", "password": PASSWORD, "api_key": "", "workspace": "demo",
    }  # fmt: skip
    assert keys.find(kept["api_key"]) == ApiKey.objects.get()
    assert "stands already: nothing was changed" in told.getvalue()

    call_command("load_demo", verbosity=0)
    assert json.loads((data / "demo.json").read_text()) == kept
    (data / "demo.json").unlink()
    call_command("load_demo", verbosity=0)
    assert keys.find(kept["api_key"]) is None
    assert keys.find(json.loads((data / "demo.json").read_text())["api_key"])


def test_a_fresh_one_is_the_same_again_whatever_was_done_to_the_old(data: Path) -> None:
    before, old = dump(), Workspace.objects.get().pk
    call_command("load_demo", verbosity=0)
    Contact.objects.update(name="Somebody else")
    call_command("load_demo", "--fresh", verbosity=0)
    assert Workspace.objects.get().pk != old
    assert keys.find(json.loads((data / "demo.json").read_text())["api_key"]) == ApiKey.objects.get()
    ApiKey.objects.all().delete()
    assert dump() == before


def test_a_workspace_of_that_name_which_people_made_is_left_alone(data: Path) -> None:
    Workspace.objects.update(slug="earlier")
    cast.member(Workspace.objects.create(slug="demo", name="Demo"), "Olga Owner", Role.OWNER)
    before = counts()
    for options in ([], ["--fresh"]):
        with pytest.raises(CommandError, match="is not the demo: it was made by people"):
            call_command("load_demo", *options)
    assert counts() == before
    assert not (data / "demo.json").exists()


def test_somebody_who_belongs_elsewhere_too_keeps_their_password() -> None:
    elsewhere = Workspace.objects.create(slug="elsewhere", name="Elsewhere")
    tobias = User.objects.get(email="tobias@northlight.example")
    Membership.objects.create(workspace=elsewhere, user=tobias)
    User.objects.update(password=make_password("something of their own"))
    delete_workspace(actor=acting("maya"), confirm_slug="demo")
    establish(SCRIPT)
    people = {user.email.partition("@")[0]: user for user in User.objects.all()}
    assert people["tobias"].check_password("something of their own")
    assert people["leila"].check_password(PASSWORD)
