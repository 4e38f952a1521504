"""How right the labels were: counted from what people corrected, for each label and channel, within the walls."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from clients.models import Client
from inbox import actions
from inbox.corrections import Score, corrections
from inbox.intents.labels import Intent
from inbox.models import IntentThreshold
from tests.arrivals import judged, wants, write_in
from tests.cast import acting
from tests.pages.conftest import signed_in

INTERESTED, QUESTION, OBJECTION = Intent.INTERESTED, Intent.QUESTION, Intent.OBJECTION


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def judge(us: Actor, agent: Membership, said: Intent, *corrected: Intent, **how: Any) -> None:
    conversation = wants(us, said, **how)
    conversation.refresh_from_db()
    for intent in corrected:
        actions.override_intent(actor=acting(agent), conversation=conversation, intent=intent)


@pytest.fixture
def week(us: Actor, agent: Membership) -> None:
    """Four taken for interested, one of which was a question; a question taken for one; one that was confirmed."""
    for number in range(3):
        judge(us, agent, INTERESTED, sender=f"{number}@example.com")
    judge(us, agent, INTERESTED, OBJECTION, QUESTION, sender="3@example.com")
    judge(us, agent, QUESTION, sender="4@example.com")
    judge(us, agent, QUESTION, QUESTION, sender="+493090182000", channel="whatsapp")


def test_the_last_word_of_a_person_counts_against_what_was_given(week: None, owner: Membership) -> None:
    found = corrections(acting(owner))
    assert (found.messages, found.corrected) == (6, 1)
    assert found.by_label[INTERESTED] == Score(said=4, away=1, missed=0)
    assert found.by_label[QUESTION] == Score(said=2, away=0, missed=1)
    assert found.by_label[OBJECTION] == Score(0, 0, 0)
    assert (found.by_label[INTERESTED].precision, found.by_label[INTERESTED].recall) == (0.75, 1.0)
    assert (found.by_label[QUESTION].precision, found.by_label[QUESTION].recall) == (1.0, 2 / 3)
    assert (found.by_label[OBJECTION].precision, found.by_label[OBJECTION].recall) == (None, None)
    assert {channel: scores[QUESTION] for channel, scores in found.by_channel.items()} == {
        "email": Score(1, 0, 1), "whatsapp": Score(1, 0, 0)
    }  # fmt: skip


def test_of_several_judgements_of_one_message_the_newest_counts(us: Actor, owner: Membership) -> None:
    message = write_in(us)
    judged(message, INTERESTED, version="old")
    judged(message, QUESTION, version="new")
    assert {label: score.said for label, score in corrections(acting(owner)).by_label.items() if score.said} == {
        QUESTION: 1
    }  # fmt: skip


def test_what_is_older_than_a_season_or_behind_the_wall_is_not_counted(
    us: Actor, agent: Membership, harbour: Client, other_client_agent: Membership
) -> None:
    judge(us, agent, INTERESTED, at=timezone.now() - timedelta(days=91))
    judge(us, agent, INTERESTED, sender="b@example.com", client_id=harbour.pk)
    assert corrections(acting(agent)).messages == 1
    assert corrections(acting(other_client_agent)).messages == 0


def test_the_page_shows_them_and_moves_a_threshold(week: None, owner: Membership) -> None:
    browser = signed_in(owner)
    page = browser.get("/settings/intents").content.decode()
    assert "6 messages of the last 90 days were judged; people corrected 1." in page
    assert page.count("75 %") == 2
    answer = browser.post("/settings/intents/change", {"objection": "85", "interested": "78"}, follow=True)
    assert answer.status_code == 200
    assert list(IntentThreshold.objects.values_list("intent", "value")) == [("objection", 0.85)]
    assert 'name="objection" value="85"' in answer.content.decode()


@pytest.mark.parametrize("typed", ["", "lots", "nan", "inf", "0.7", "100", "1e99", "٧٠x"])
def test_a_percentage_that_is_none_is_told_and_changes_nothing(owner: Membership, typed: str) -> None:
    answer = signed_in(owner).post("/settings/intents/change", {"objection": typed})
    assert answer.status_code == 422
    assert not IntentThreshold.objects.exists()


@pytest.mark.parametrize("name", ["agent", "viewer", "other_client_agent"])
def test_the_page_is_for_who_administers_all_of_it(request: pytest.FixtureRequest, name: str) -> None:
    browser: Browser = signed_in(request.getfixturevalue(name))
    assert browser.get("/settings/intents").status_code == 403
    assert browser.post("/settings/intents/change", {"objection": "85"}).status_code == 403
    assert not IntentThreshold.objects.exists()


def test_the_page_asks_the_database_the_same_however_much_was_said(
    us: Actor, agent: Membership, owner: Membership
) -> None:
    browser = signed_in(owner)
    counts = []
    for number in range(3):
        judge(us, agent, INTERESTED, QUESTION, sender=f"{number}@example.com")
        with CaptureQueriesContext(connection) as asked:
            browser.get("/settings/intents")
        counts.append(len(asked))
    assert len(set(counts)) == 1
