"""The send guard, and the press that is sent once."""

from functools import partial
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor, system
from accounts.models import Membership
from clients.models import Client
from contacts.suppression import suppress
from crm.errors import Conflict, Invalid
from inbox import sending
from inbox.composing.drafts import keep
from inbox.composing.guard import Held, OtherWords, written_since
from inbox.composing.models import KeptDraft, Press
from inbox.messages import lock
from inbox.models import Conversation, Message
from tests.arrivals import PRIYA, events, write_in
from tests.cast import a_workspace, acting, member
from tests.crowd import InBackground, is_waiting_for_a_lock, times


def writes(us: Actor, conversation: Conversation, body: str = "One more thing") -> Message:
    """The person writes again, in the same thread."""
    answered = Message.objects.filter(conversation=conversation).latest("position")
    if answered.external_id is None:
        conversation.external_id = conversation.external_id or f"thread-{conversation.pk}"
        Conversation.objects.filter(pk=conversation.pk).update(external_id=conversation.external_id)
    return write_in(us, body, client_id=conversation.client_id, thread_id=conversation.external_id)


def sent(conversation: Conversation) -> list[str]:
    rows = Message.objects.filter(conversation=conversation, direction="outbound").order_by("position")
    return list(rows.values_list("body", flat=True))


def test_what_came_in_since_one_began_holds_the_reply_and_changes_nothing(
    us: Actor, anna: Actor, priya: Conversation
) -> None:
    more = writes(us, priya)
    before = Conversation.objects.values().get(pk=priya.pk), events()

    with pytest.raises(Held) as held:
        sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=1)

    assert held.value.messages == [more]
    assert held.value.position == 2
    assert "Priya Patel wrote since you began" in held.value.message
    assert (Conversation.objects.values().get(pk=priya.pk), events()) == before
    assert sent(priya) == []


def test_from_where_it_was_shown_it_is_sent(us: Actor, anna: Actor, priya: Conversation) -> None:
    writes(us, priya)
    sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=2)
    assert sent(priya) == ["Gladly."]


def test_a_third_message_after_the_notice_holds_once_more(us: Actor, anna: Actor, priya: Conversation) -> None:
    writes(us, priya)
    last = writes(us, priya, "And another")
    with pytest.raises(Held) as held:
        sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=2)
    assert held.value.messages == [last]


def test_a_colleagues_reply_holds_and_ones_own_does_not(anna: Actor, olga: Actor, priya: Conversation) -> None:
    sending.reply(actor=anna, conversation=priya, body="First.", seen=1)
    sending.reply(actor=anna, conversation=priya, body="Second.", seen=1)
    with pytest.raises(Held, match="Anna Agent wrote"):
        sending.reply(actor=olga, conversation=priya, body="From me too.", seen=1)
    assert sent(priya) == ["First.", "Second."]


def test_who_names_no_position_is_not_asked(us: Actor, anna: Actor, priya: Conversation) -> None:
    writes(us, priya)
    sending.reply(actor=anna, conversation=priya, body="Gladly.")
    assert sent(priya) == ["Gladly."]


@pytest.mark.django_db(transaction=True)
def test_a_message_that_arrives_while_one_sends_is_noticed(us: Actor, anna: Actor, priya: Conversation) -> None:
    """The arrival holds the conversation; the send waits for it, and then sees it."""
    Conversation.objects.filter(pk=priya.pk).update(external_id="t-1")
    with transaction.atomic():
        lock(priya)
        late = write_in(us, "Wait!", client_id=priya.client_id, thread_id="t-1")
        sending_now = InBackground(partial(sending.reply, actor=anna, conversation=priya, body="Gladly.", seen=1))
        while not is_waiting_for_a_lock():
            pass
    with pytest.raises(Held) as held:
        sending_now.result()
    assert held.value.messages == [late]
    assert sent(priya) == []


@pytest.mark.django_db(transaction=True)
def test_fifty_presses_at_once_send_one_message(anna: Actor, priya: Conversation) -> None:
    token = uuid4()
    press = partial(sending.reply, actor=anna, conversation=priya, body="Gladly.", seen=1, token=token)

    answers = times(50, press)

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert {answer.pk for answer in answers if isinstance(answer, Message)} == {
        Message.objects.get(conversation=priya, direction="outbound").pk
    }
    assert events("message.sent") == ["message.sent"]


def test_the_database_itself_knows_one_press(anna: Actor, priya: Conversation) -> None:
    message = sending.reply(actor=anna, conversation=priya, body="Gladly.", token=uuid4())
    press = Press.objects.get()
    with pytest.raises(IntegrityError, match="inbox_press_once"), transaction.atomic():
        Press.objects.create(workspace=anna.workspace, sender=press.sender, token=press.token, message=message)


def test_the_same_press_after_others_wrote_still_leads_to_its_message(
    us: Actor, anna: Actor, priya: Conversation
) -> None:
    """A retry after a lost answer: it went out, and must not be held now."""
    token = uuid4()
    first = sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=1, token=token)
    writes(us, priya)
    assert sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=1, token=token) == first


def test_the_same_draft_with_other_words_from_another_window_is_held(anna: Actor, priya: Conversation) -> None:
    token = uuid4()
    sending.reply(actor=anna, conversation=priya, body="Gladly.", token=token)
    with pytest.raises(OtherWords):
        sending.reply(actor=anna, conversation=priya, body="Gladly, on Tuesday.", token=token)
    assert sent(priya) == ["Gladly."]
    sending.reply(actor=anna, conversation=priya, body="Gladly, on Tuesday.", token=uuid4())
    assert len(sent(priya)) == 2


def test_a_token_of_somebody_else_is_no_obstacle(anna: Actor, olga: Actor, priya: Conversation) -> None:
    token = uuid4()
    for actor in (anna, olga):
        sending.reply(actor=actor, conversation=priya, body="Gladly.", token=token)
    assert len(sent(priya)) == 2


def test_sending_takes_the_draft_away_and_a_late_save_of_it_does_not_bring_it_back(
    anna: Actor, priya: Conversation
) -> None:
    token = uuid4()
    keep(actor=anna, conversation=priya, kind="reply", body="Gladly", seen=1, token=token)
    sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=1, token=token)
    assert not KeptDraft.objects.exists()
    assert not keep(actor=anna, conversation=priya, kind="reply", body="Gladly.", seen=1, token=token)
    assert not KeptDraft.objects.exists()


def test_a_held_reply_keeps_its_draft(us: Actor, anna: Actor, priya: Conversation) -> None:
    token = uuid4()
    keep(actor=anna, conversation=priya, kind="reply", body="Gladly.", seen=1, token=token)
    writes(us, priya)
    with pytest.raises(Held):
        sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=1, token=token)
    assert KeptDraft.objects.get().body == "Gladly."


def test_to_who_asked_not_to_be_written_to_nothing_is_sent(us: Actor, anna: Actor, priya: Conversation) -> None:
    suppress(actor=us, contact=priya.contact, reason="unsubscribed")
    with pytest.raises(Conflict, match="Priya Patel asked not to be contacted"):
        sending.reply(actor=anna, conversation=priya, body="Gladly.", seen=1, token=uuid4())
    assert (sent(priya), Press.objects.count()) == ([], 0)


@pytest.mark.parametrize("body", ["", "  \n ", "x" * (sending.LONGEST + 1)])
def test_nothing_and_endless_texts_are_refused(anna: Actor, priya: Conversation, body: str) -> None:
    with pytest.raises(Invalid):
        sending.reply(actor=anna, conversation=priya, body=body, token=uuid4())
    assert sent(priya) == []


ORDERS = st.lists(
    st.sampled_from(["they write", "anna looks", "olga looks", "anna sends", "olga sends"]), min_size=1, max_size=14
)


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(ORDERS)
def test_whatever_comes_in_which_order_nobody_answers_what_they_have_not_seen(order: list[str]) -> None:
    with transaction.atomic():
        _play(order)
        transaction.set_rollback(True)


def _play(order: list[str]) -> None:
    """Each sends from where they looked last. What was sent had nothing of another's behind what its writer saw."""
    workspace = a_workspace()
    us = system(workspace, "test")
    conversation = write_in(us, "Hello", sender=PRIYA, thread_id="t").conversation
    people = {name: acting(_member(workspace, name)) for name in ("anna", "olga")}
    looked = dict.fromkeys(people, 1)
    for step in order:
        who, does = step.split()
        now = Conversation.objects.get(pk=conversation.pk)
        if who == "they":
            write_in(us, "More", sender=PRIYA, thread_id="t")
        elif does == "looks":
            looked[who] = now.message_count
        else:
            unseen = written_since(people[who], now, looked[who])
            _sends(people[who], now, looked[who], unseen)


def _sends(actor: Actor, now: Conversation, seen: int, unseen: list[Message]) -> None:
    send = partial(sending.reply, actor=actor, conversation=now, body="Hi", seen=seen)
    if unseen:
        with pytest.raises(Held) as held:
            send()
        assert held.value.messages == unseen
        assert Conversation.objects.get(pk=now.pk).message_count == now.message_count
        return
    message = send()
    behind = Message.objects.filter(conversation=now, position__gt=seen).exclude(pk=message.pk)
    assert set(behind.values_list("author_id", flat=True)) <= {actor.id}


def _member(workspace: object, name: str) -> Membership:
    return member(workspace, f"{name} {uuid4().hex[:8]}")  # type: ignore[arg-type]


def test_another_clients_thread_is_its_own(us: Actor, anna: Actor, priya: Conversation, meadow: Client) -> None:
    write_in(us, "Elsewhere", sender="else@example.com", client_id=meadow.pk)
    assert written_since(anna, priya, 1) == []
