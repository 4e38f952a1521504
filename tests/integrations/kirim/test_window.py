"""The 24 hours in which one may write freely: said in the composer, and kept when one sends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Membership
from contacts.models import Contact
from crm.errors import Invalid
from inbox import sending
from inbox.composing.limits import limit_of
from inbox.models import Conversation, Message
from integrations.base import Connected
from integrations.kirim.window import window
from tests.arrivals import write_in
from tests.cast import PASSWORD, acting
from tests.integrations.kirim.conftest import PRIYA

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def wrote(connected: Connected, at: datetime | None = NOON, **how: Any) -> Conversation:
    message = write_in(
        connected.actor, sender=PRIYA, channel="whatsapp", at=at, name="Priya Sharma",
        connection_id=connected.connection.pk, **how,
    )  # fmt: skip
    found: Conversation = Conversation.objects.select_related("connection", "contact").get(pk=message.conversation_id)
    return found


@pytest.mark.django_db
def test_it_is_counted_from_their_last_message_by_the_providers_clock(connected: Connected) -> None:
    conversation = wrote(connected)
    wrote(connected, NOON - timedelta(hours=5), body="came late")
    wrote(connected, NOON + timedelta(hours=20), direction="outbound", body="ours")
    conversation.refresh_from_db()
    with time_machine.travel(NOON + timedelta(hours=24) - timedelta(seconds=1)):
        limit = limit_of(conversation)
        assert limit
        assert (limit.words, limit.refusal) == ("You can write freely until 12:00", "")
    with time_machine.travel(NOON + timedelta(hours=24)):
        limit = limit_of(conversation)
        assert limit
        assert limit.words == (
            "The 24-hour window closed Sat 21 Nov 2026, 12:00. Kirim will refuse a free text until Priya Sharma writes "
            "again."
        )


@pytest.mark.django_db
def test_the_day_is_said_where_it_is_another_one(connected: Connected) -> None:
    conversation = wrote(connected)
    limit = window(conversation, NOON + timedelta(minutes=1))
    assert limit.words == "You can write freely until 12:00 tomorrow"


@given(heard=st.lists(st.integers(0, 72 * 60), min_size=1, max_size=4), now=st.integers(0, 120 * 60))
def test_it_is_open_exactly_for_a_day_after_the_last_of_them(heard: list[int], now: int) -> None:
    conversation = Conversation(contact=Contact(name="Priya"), last_inbound_at=NOON + timedelta(minutes=max(heard)))
    is_open = not window(conversation, NOON + timedelta(minutes=now)).refusal
    assert is_open == (now < max(heard) + 24 * 60)


@pytest.mark.django_db
def test_outside_of_it_nothing_is_sent_and_nothing_waits(connected: Connected, agent: Membership) -> None:
    conversation = wrote(connected)
    with time_machine.travel(NOON + timedelta(days=2)), pytest.raises(Invalid, match="takes no free text before Priya"):
        sending.reply(actor=acting(agent), conversation=conversation, body="Masih ada?")
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_what_failed_is_not_tried_again_outside_of_it(connected: Connected, agent: Membership) -> None:
    conversation = wrote(connected)
    with time_machine.travel(NOON + timedelta(hours=1)):
        message = sending.reply(actor=acting(agent), conversation=conversation, body="Masih ada?")
        sending.report(actor=connected.actor, message=message, state="failed", words="No.")
    with time_machine.travel(NOON + timedelta(days=2)), pytest.raises(Invalid):
        sending.retry(actor=acting(agent), message=message)


@pytest.mark.django_db
def test_before_they_have_written_and_while_telling_is_off_nothing_goes_out(connected: Connected) -> None:
    conversation = wrote(connected, direction="outbound")
    assert "has not written yet" in window(conversation, NOON).words
    assert conversation.connection
    conversation.connection.settings["push"] = False
    assert "switched off" in window(conversation, NOON).refusal


@pytest.mark.django_db
def test_a_text_of_more_than_4096_characters_is_refused(connected: Connected, agent: Membership) -> None:
    conversation = wrote(connected, None)
    with pytest.raises(Invalid, match="At most 4,096 characters"):
        sending.reply(actor=acting(agent), conversation=conversation, body="x" * 4097)
    sending.reply(actor=acting(agent), conversation=conversation, body="x" * 4096)


def opened(browser: Browser, conversation: Conversation) -> tuple[str, int]:
    """What one reads there, and what it cost."""
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(f"/inbox/{conversation.pk}")
    assert page.status_code == 200
    return " ".join(strip_tags(page.content.decode()).split()), len(asked)


@pytest.mark.django_db
def test_the_composer_says_it_and_asks_the_database_nothing_more(
    connected: Connected, agent: Membership, client: Browser
) -> None:
    conversation = wrote(connected, None)
    assert client.login(username=agent.user.email, password=PASSWORD)
    opened(client, conversation)
    words, cost = opened(client, conversation)
    assert "You can write freely until" in words
    Conversation.objects.filter(pk=conversation.pk).update(connection=None)
    words, without = opened(client, conversation)
    assert "You can write freely" not in words
    assert cost == without


@pytest.mark.django_db
def test_a_reply_from_a_page_that_stood_open_too_long_is_refused_with_the_sentence(
    connected: Connected, agent: Membership, client: Browser
) -> None:
    conversation = wrote(connected, datetime.now(UTC) - timedelta(hours=25))
    assert client.login(username=agent.user.email, password=PASSWORD)
    words, _ = opened(client, conversation)
    assert "The 24-hour window closed" in words
    answer = client.post(f"/inbox/{conversation.pk}/reply", {"body": "Masih?"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "takes no free text before Priya Sharma writes again" in answer.content.decode()
    assert Message.objects.count() == 1
