"""Each verb beside a thread offers to be taken back, puts back what was there, and never what somebody else did."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership
from activity import undoing
from activity.models import Undo
from crm.errors import Conflict
from inbox import actions
from inbox.intents.labels import Intent
from inbox.models import Conversation, IntentTag
from tests.arrivals import write_in
from tests.cast import acting

Browse = Callable[[Membership], Browser]
HTMX = {"HX-Request": "true"}
SOON = (timezone.now() + timedelta(days=100)).replace(hour=9, minute=0, second=0, microsecond=0)
STATE = ("status", "snoozed_until", "assignee_id", "turn", "unread_count", "intent", "intent_tag_id", "needs_look")

VERBS = [
    ("close", {}, "Closed.", {"status": "closed"}),
    ("snooze", {"until": "soon"}, "Snoozed until soon.", {"status": "snoozed"}),
    ("snooze", {"at": "soon"}, "Snoozed until soon.", {"status": "snoozed"}),
    ("assign", {"to": "agent"}, "Assigned to Anna Agent.", {}),
    ("intent", {"intent": "booking"}, "Corrected to booking.", {"intent": "booking"}),
    ("settle", {}, "No reply needed.", {"turn": "nobody"}),
]


def state(conversation: Conversation) -> dict[str, object]:
    return Conversation.objects.filter(pk=conversation.pk).values(*STATE).get()


def told(typed: dict[str, str], agent: Membership) -> dict[str, str]:
    """What stands for a moment or a person, as the page says it."""
    said = {"agent": str(agent.pk), "soon": SOON.isoformat()}
    return {name: f"{SOON:%Y-%m-%dT%H:%M}" if name == "at" else said.get(value, value) for name, value in typed.items()}


@pytest.mark.parametrize(("verb", "typed", "words", "changed"), VERBS)
def test_a_verb_says_what_it_did_and_goes_back(
    browse: Browse, agent: Membership, priya: Conversation, verb: str, typed: dict[str, str], words: str,
    changed: dict[str, object],
) -> None:  # fmt: skip
    before = state(priya)
    words = words.replace("soon", f"{SOON:%a %-d %b %Y}, 09:00")
    answer = browse(agent).post(f"/inbox/{priya.pk}/{verb}", told(typed, agent), headers=HTMX).content.decode()
    assert words in answer
    assert f"/undo/{Undo.objects.get().pk}" in answer
    assert state(priya) == before | state(priya) | changed != before
    undoing.take_back(acting(agent), Undo.objects.get().pk)
    assert state(priya) == before


def test_what_was_so_already_offers_nothing(browse: Browse, agent: Membership, priya: Conversation) -> None:
    actions.close(actor=acting(agent), conversation=priya)
    answer = browse(agent).post(f"/inbox/{priya.pk}/close", headers=HTMX)
    assert "toast" not in answer.content.decode()
    assert not Undo.objects.exists()


def test_a_snooze_is_put_back_to_the_moment_that_it_had(browse: Browse, agent: Membership, priya: Conversation) -> None:
    until = timezone.now() + timedelta(days=9)
    actions.snooze(actor=acting(agent), conversation=priya, until=until)
    browse(agent).post(f"/inbox/{priya.pk}/snooze", {"until": SOON.isoformat()})
    undoing.take_back(acting(agent), Undo.objects.get().pk)
    priya.refresh_from_db()
    assert priya.snoozed_until == until
    browse(agent).post(f"/inbox/{priya.pk}/reopen")
    undoing.take_back(acting(agent), Undo.objects.latest("created_at").pk)
    priya.refresh_from_db()
    assert (priya.status, priya.snoozed_until) == ("snoozed", until)


@pytest.mark.parametrize(("verb", "typed", "words", "changed"), VERBS[:2])
def test_a_reply_that_came_meanwhile_is_not_hidden_again(
    browse: Browse, agent: Membership, priya: Conversation, verb: str, typed: dict[str, str], words: str,
    changed: dict[str, object],
) -> None:  # fmt: skip
    browse(agent).post(f"/inbox/{priya.pk}/{verb}", told(typed, agent))
    write_in(acting(agent.workspace), "Still there?", client_id=priya.client_id, sender="priya@example.com")
    before = state(Conversation.objects.latest("sorted_at"))
    after = Conversation.objects.get(pk=priya.pk)
    if after.status == "active":
        with pytest.raises(Conflict, match="Somebody changed it since"):
            undoing.take_back(acting(agent), Undo.objects.get().pk)
    assert state(Conversation.objects.latest("sorted_at")) == before


def test_what_a_colleague_did_since_stays(
    browse: Browse, agent: Membership, owner: Membership, priya: Conversation
) -> None:
    browse(agent).post(f"/inbox/{priya.pk}/assign", {"to": str(agent.pk)})
    actions.assign(actor=acting(owner), conversation=Conversation.objects.get(pk=priya.pk), to=owner)
    with pytest.raises(Conflict, match="Somebody changed it since"):
        undoing.take_back(acting(agent), Undo.objects.get().pk)
    assert Conversation.objects.get(pk=priya.pk).assignee == owner


def test_a_correction_that_is_taken_back_counts_as_no_correction(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    first = priya.intent_tag
    browse(agent).post(f"/inbox/{priya.pk}/intent", {"intent": "booking"})
    undoing.take_back(acting(agent), Undo.objects.get().pk)
    newest = IntentTag.objects.filter(made_by="person").latest("created_at")
    assert (newest.intent, newest.reason) == (Intent.INTERESTED, "taken back by Anna Agent")
    assert Conversation.objects.get(pk=priya.pk).intent_tag == first


def test_a_label_goes_on_and_off_and_back(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    answer = browser.post(f"/inbox/{priya.pk}/labels", {"name": "VIP"}, headers=HTMX).content.decode()
    assert "Labelled “VIP”." in answer
    assert [label.name for label in priya.labels.all()] == ["VIP"]
    undoing.take_back(acting(agent), Undo.objects.get().pk)
    assert not priya.labels.exists()
    browser.post(f"/inbox/{priya.pk}/labels", {"name": "VIP"})
    browser.post(f"/inbox/{priya.pk}/labels", {"name": "vip", "off": "yes"})
    assert not priya.labels.exists()
    undoing.take_back(acting(agent), Undo.objects.latest("created_at").pk)
    assert priya.labels.exists()


def test_a_label_of_the_person_stands_on_the_person(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    browser.post(f"/inbox/{priya.pk}/labels", {"name": "VIP", "whose": "contact"}, headers=HTMX)
    assert [label.name for label in priya.contact.labels.all()] == ["VIP"]
    assert not priya.labels.exists()
    browser.post(f"/inbox/{priya.pk}/labels", {"name": "VIP", "whose": "contact", "off": "yes"}, headers=HTMX)
    assert not priya.contact.labels.exists()
    undoing.take_back(acting(agent), Undo.objects.latest("created_at").pk)
    assert priya.contact.labels.exists()
    answer = browser.post(f"/inbox/{priya.pk}/labels", {"name": "Never made", "off": "yes"}, headers=HTMX)
    assert (answer.status_code, "There is no label “Never made”." in answer.content.decode()) == (422, True)
    assert browser.post(f"/inbox/{priya.pk}/labels", {"name": "x" * 61}, headers=HTMX).status_code == 422


def test_unread_again_and_back(browse: Browse, agent: Membership, priya: Conversation) -> None:
    browser = browse(agent)
    browser.post(f"/inbox/{priya.pk}/read", headers=HTMX)
    assert not Undo.objects.exists()
    answer = browser.post(f"/inbox/{priya.pk}/unread", headers=HTMX)
    assert "Marked as unread." in answer.content.decode()
    undoing.take_back(acting(agent), Undo.objects.get().pk)
    assert Conversation.objects.get(pk=priya.pk).unread_count == 0


def test_a_plain_browser_finds_the_undo_on_the_page_it_goes_to(
    browse: Browse, agent: Membership, priya: Conversation
) -> None:
    browser = browse(agent)
    page = browser.post(f"/inbox/{priya.pk}/close", follow=True).content.decode()
    assert "Closed." in page
    assert f"/undo/{Undo.objects.get().pk}" in page
