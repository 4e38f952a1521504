"""What is done to conversations, by whom, and what the log says of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Event
from clients.models import Client
from contacts import labels
from crm.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from inbox import actions, follow_ups
from inbox.intents.labels import Intent
from inbox.intents.passes import NEEDS_A_LOOK
from inbox.messages import Draft
from inbox.models import Conversation, FollowUp, IntentTag, Message
from inbox.opening import add_message, open_conversation
from inbox.sending import LONGEST, reply
from inbox.snoozing import wake_due
from tests.arrivals import PRIYA, ago, events, judged, write_in
from tests.cast import acting


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def conversation(us: Actor) -> Conversation:
    return Conversation.objects.get(pk=write_in(us, thread_id="t").conversation_id)


def tomorrow() -> object:
    return timezone.now() + timedelta(days=1)


def payload(type: str) -> dict[str, object]:
    return Event.objects.filter(type=type).latest("sequence").payload  # type: ignore[no-any-return]


def test_closing_and_opening_again_each_say_so_once(us: Actor, conversation: Conversation) -> None:
    for _ in range(2):
        actions.close(actor=us, conversation=conversation)
    assert conversation.status == "closed"
    for _ in range(2):
        actions.reopen(actor=us, conversation=conversation)
    assert conversation.status == "active"
    assert events("conversation.closed", "conversation.reopened") == ["conversation.closed", "conversation.reopened"]
    assert payload("conversation.reopened")["reason"] == "by hand"


def test_snoozing_takes_a_moment_in_the_future(us: Actor, conversation: Conversation) -> None:
    with pytest.raises(Invalid, match="future"):
        actions.snooze(actor=us, conversation=conversation, until=ago(seconds=1))
    with pytest.raises(Invalid, match="within the next five years"):
        actions.snooze(actor=us, conversation=conversation, until=timezone.now() + timedelta(days=2000))
    assert Conversation.objects.get().status == "active"
    until = timezone.now() + timedelta(hours=1)
    actions.snooze(actor=us, conversation=conversation, until=until)
    assert Conversation.objects.get().snoozed_until == until
    actions.close(actor=us, conversation=conversation)
    assert Conversation.objects.get().snoozed_until is None


def test_those_whose_hour_has_come_wake_up_oldest_first_and_no_more_than_asked_for(us: Actor) -> None:
    for number in range(3):
        one = Conversation.objects.get(pk=write_in(us, sender=f"{number}@example.com").conversation_id)
        actions.snooze(actor=us, conversation=one, until=timezone.now() + timedelta(minutes=number + 1))
    Conversation.objects.update(snoozed_until=ago(minutes=1))
    assert wake_due(most=2) == 2
    assert wake_due() == 1
    assert set(Conversation.objects.values_list("status", "snoozed_until")) == {("active", None)}
    assert payload("conversation.reopened")["reason"] == "snooze ended"


def test_it_is_given_to_somebody_who_may_answer(
    us: Actor, conversation: Conversation, admin: Membership, viewer: Membership, other_client_agent: Membership
) -> None:
    actions.assign(actor=us, conversation=conversation, to=admin)
    assert conversation.assignee == admin
    for one in (viewer, other_client_agent):
        with pytest.raises(Invalid, match="cannot answer"):
            actions.assign(actor=us, conversation=conversation, to=one)
    actions.assign(actor=us, conversation=conversation, to=None)
    assert payload("conversation.assigned") == {
        "contact_id": str(conversation.contact_id), "assigned_to": None, "previous": str(admin.pk)
    }  # fmt: skip


def test_an_agent_of_one_client_answers_for_that_client(
    us: Actor, other_client_agent: Membership, meadow: Client
) -> None:
    theirs = Conversation.objects.get(pk=write_in(us, client_id=meadow.pk).conversation_id)
    actions.assign(actor=us, conversation=theirs, to=other_client_agent)
    assert theirs.assignee == other_client_agent


def test_somebody_who_left_or_is_of_another_workspace_is_not_found(us: Actor, outsider: Membership) -> None:
    with pytest.raises(Invalid) as refused:
        actions.assignable(us, outsider.pk)
    assert list(refused.value.fields) == ["assigned_to"]
    Membership.objects.update(is_active=False)
    with pytest.raises(Invalid):
        actions.assignable(us, us.id)


def test_a_label_is_put_on_once_and_taken_off_once(us: Actor, conversation: Conversation) -> None:
    hot = labels.create(actor=us, name="Hot")
    before = Conversation.objects.get().version
    for _ in range(2):
        actions.label(actor=us, conversation=conversation, label=hot)
    assert payload("conversation.labelled")["added"] == ["Hot"]
    for _ in range(2):
        actions.unlabel(actor=us, conversation=conversation, label=hot)
    assert payload("conversation.labelled")["removed"] == ["Hot"]
    assert events("conversation.labelled") == ["conversation.labelled"] * 2
    assert Conversation.objects.get().version == before + 2, "whoever holds an older version sees that it changed"
    actions.close(actor=us, conversation=conversation)


def test_a_correction_beats_every_further_judgement_of_that_message(us: Actor, conversation: Conversation) -> None:
    message = conversation.messages.get()
    judged(message, Intent.QUESTION)
    conversation.refresh_from_db()
    actions.override_intent(actor=us, conversation=conversation, intent=Intent.BOOKING)
    assert (conversation.intent, conversation.needs_look) == ("booking", False)
    assert payload("intent.overridden")["previous"] == "question"

    judged(message, Intent.OBJECTION, version="test-2")

    conversation.refresh_from_db()
    assert conversation.intent == "booking"
    assert conversation.intent_tag is not None
    assert (conversation.intent_tag.made_by, conversation.intent_tag.member_id) == ("person", us.id)
    assert IntentTag.objects.count() == 3
    assert events("intent.detected") == ["intent.detected"]


def test_a_new_reply_is_judged_anew(us: Actor, conversation: Conversation) -> None:
    actions.override_intent(actor=us, conversation=conversation, intent=Intent.BOOKING)
    judged(write_in(us, "Hm", thread_id="t"), Intent.OBJECTION)
    conversation.refresh_from_db()
    assert conversation.intent == "objection"


def test_an_older_message_that_arrives_late_keeps_the_intent_of_the_newest(
    us: Actor, conversation: Conversation
) -> None:
    judged(conversation.messages.get(), Intent.BOOKING)
    tag = judged(write_in(us, "Before", thread_id="t", at=ago(hours=3)), Intent.OBJECTION)
    conversation.refresh_from_db()
    assert tag is not None
    assert conversation.intent == "booking"


@pytest.mark.parametrize(
    ("confidence", "needs_look"), [(NEEDS_A_LOOK - 0.01, True), (NEEDS_A_LOOK, False), (1.0, False)]
)
def test_below_the_threshold_it_needs_a_look(
    us: Actor, conversation: Conversation, confidence: float, needs_look: bool
) -> None:
    judged(conversation.messages.get(), Intent.QUESTION, confidence=confidence)
    conversation.refresh_from_db()
    assert conversation.needs_look is needs_look


def test_who_read_an_older_version_is_refused(us: Actor, conversation: Conversation) -> None:
    stale = Conversation.objects.get()
    actions.close(actor=us, conversation=conversation)
    with pytest.raises(Stale) as refused:
        actions.assign(actor=us, conversation=stale, to=None if stale.assignee_id else us.membership)
    assert refused.value.version == conversation.version
    assert Conversation.objects.get().assignee_id is None


VERBS: dict[str, Callable[[Actor, Conversation], object]] = {
    "close": lambda actor, one: actions.close(actor=actor, conversation=one),
    "reopen": lambda actor, one: actions.reopen(actor=actor, conversation=one),
    "snooze": lambda actor, one: actions.snooze(actor=actor, conversation=one, until=tomorrow()),  # type: ignore[arg-type]
    "assign": lambda actor, one: actions.assign(actor=actor, conversation=one, to=None),
    "mark_read": lambda actor, one: actions.mark_read(actor=actor, conversation=one),
    "mark_unread": lambda actor, one: actions.mark_unread(actor=actor, conversation=one),
    "no_reply_needed": lambda actor, one: actions.no_reply_needed(actor=actor, conversation=one),
    "override": lambda actor, one: actions.override_intent(actor=actor, conversation=one, intent=Intent.QUESTION),
    "reply": lambda actor, one: reply(actor=actor, conversation=one, body="Hi"),
    "add": lambda actor, one: add_message(actor=actor, conversation=one, draft=Draft(direction="inbound", body="Hi")),
    "follow_up": lambda actor, one: follow_ups.create(actor=actor, conversation_id=one.pk, due_at=tomorrow()),  # type: ignore[arg-type]
    "open": lambda actor, _: open_conversation(actor=actor, channel="email", lead_email=PRIYA),
}


@pytest.mark.parametrize("verb", list(VERBS))
def test_who_may_only_read_changes_nothing(
    us: Actor, conversation: Conversation, viewer: Membership, verb: str
) -> None:
    before = (events(), Conversation.objects.values().get(), Message.objects.count())
    with pytest.raises(NotAllowed):
        VERBS[verb](acting(viewer), conversation)
    assert (events(), Conversation.objects.values().get(), Message.objects.count()) == before


@pytest.mark.parametrize("body", ["", "  \n ", "x" * (LONGEST + 1)], ids=["empty", "blank", "endless"])
def test_an_answer_says_something_and_has_an_end(us: Actor, conversation: Conversation, body: str) -> None:
    with pytest.raises(Invalid) as refused:
        reply(actor=us, conversation=conversation, body=body)
    assert list(refused.value.fields) == ["body"]
    assert Message.objects.count() == 1


def test_an_answer_bears_its_writer(us: Actor, conversation: Conversation) -> None:
    message = reply(actor=us, conversation=conversation, body="  Hello  ", subject="Re")
    assert (message.body, message.author_kind, message.author_id, message.author_name) == (
        "Hello", "person", us.id, "Anna Agent"
    )  # fmt: skip
    assert events("message.sent", subject=message.pk) == ["message.sent"]


def test_a_conversation_is_opened_once_for_one_outside_id(us: Actor) -> None:
    first, is_new = open_conversation(actor=us, channel="email", lead_email=PRIYA, lead_name="Priya", external_id="c")
    again, is_new_again = open_conversation(actor=us, channel="email", lead_email="else@example.com", external_id="c")
    assert (first.pk, is_new, is_new_again) == (again.pk, True, False)
    assert (first.contact.name, first.turn, first.message_count) == ("Priya", "nobody", 0)


def test_it_runs_on_the_address_of_its_channel(us: Actor) -> None:
    opened, _ = open_conversation(actor=us, channel="sms", lead_email=PRIYA, lead_phone="+14155550101")
    assert str(opened.identity) == "phone:+14155550101"
    by_contact, _ = open_conversation(actor=us, channel="email", contact_id=opened.contact_id)
    assert str(by_contact.identity) == f"email:{PRIYA}"


@pytest.mark.parametrize(
    ("whom", "field"), [({}, None), ({"lead_email": "no"}, "lead_email"), ({"lead_phone": "12"}, "lead_phone")]
)
def test_whom_it_is_with_must_be_told(us: Actor, whom: dict[str, str], field: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        open_conversation(actor=us, channel="email", **whom)  # type: ignore[arg-type]
    assert list(refused.value.fields) == ([field] if field else [])
    assert not Conversation.objects.exists()


def test_an_outside_message_stands_in_one_conversation(us: Actor, conversation: Conversation) -> None:
    other, _ = open_conversation(actor=us, channel="email", lead_email="else@example.com")
    draft = Draft(direction="inbound", body="Hi", external_id="<1@x>")
    first, _ = add_message(actor=us, conversation=conversation, draft=draft)
    assert add_message(actor=us, conversation=conversation, draft=draft) == (first, False)
    with pytest.raises(Conflict) as refused:
        add_message(actor=us, conversation=other, draft=draft)
    assert refused.value.code == "already_exists"


def test_a_follow_up_is_made_changed_done_and_taken_back(us: Actor, conversation: Conversation) -> None:
    due = timezone.now() + timedelta(days=1)
    one = follow_ups.create(actor=us, conversation_id=conversation.pk, due_at=due, note="Call", owner_id=us.id)
    assert (one.contact_id, one.owner_id, one.source) == (conversation.contact_id, us.id, "agent")
    follow_ups.change(actor=us, follow_up=one, note="Write", owner_id=None)
    follow_ups.change(actor=us, follow_up=one, done=True)
    follow_ups.change(actor=us, follow_up=one, done=True)
    assert FollowUp.objects.get().done_at is not None
    follow_ups.change(actor=us, follow_up=one, done=False)
    follow_ups.delete(actor=us, follow_up=one)
    assert [event.removeprefix("follow_up.") for event in events() if event.startswith("follow_up")] == [
        "created", "updated", "done", "updated", "deleted"
    ]  # fmt: skip
    assert not FollowUp.objects.exists()


def test_a_follow_up_is_about_one_person(us: Actor, conversation: Conversation, viewer: Membership) -> None:
    other = write_in(us, sender="else@example.com").conversation.contact
    wrong: list[dict[str, object]] = [
        {},
        {"contact_id": other.pk, "conversation_id": conversation.pk},
        {"conversation_id": conversation.pk, "owner_id": viewer.pk},
    ]
    for how in wrong:
        with pytest.raises(Invalid):
            follow_ups.create(actor=us, due_at=timezone.now(), **how)  # type: ignore[arg-type]
    assert not FollowUp.objects.exists()


def test_a_follow_up_that_somebody_deleted_meanwhile_is_not_found(us: Actor, conversation: Conversation) -> None:
    one = follow_ups.create(actor=us, conversation_id=conversation.pk, due_at=timezone.now())
    FollowUp.objects.all().delete()
    with pytest.raises(NotFound):
        follow_ups.change(actor=us, follow_up=one, note="Gone")
