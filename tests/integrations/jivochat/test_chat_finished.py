"""chat_finished: the whole chat on the record, once, however often and in whatever shape it comes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import Membership, Workspace
from inbox.models import Conversation, Message
from tests import cast
from tests.integrations.jivochat.events import (
    ANNA,
    BEN,
    SAID,
    chat_accepted,
    chat_finished,
    chat_updated,
    ids_as_text,
    nulled,
)  # fmt: skip
from tests.integrations.senders import Sender

pytestmark = pytest.mark.django_db
HIDDEN = "<Message text is not displayed here>"


def thread() -> list[tuple[str, str, str]]:
    rows = Message.objects.order_by("occurred_at", "position")
    return [(one.direction, one.author_name, one.body) for one in rows]


WHOLE = [
    ("inbound", "Tom Clifton", "Do you deliver to Ohio?"),
    ("outbound", "Anna Agent", "We do, within a week."),
    ("inbound", "Tom Clifton", "Wonderful"),
]


def test_the_whole_chat_is_on_the_record_with_its_times_and_authors(jivo: Sender, agent: Membership) -> None:
    jivo.send(chat_accepted(), chat_finished())
    chat = Conversation.objects.get()
    assert thread() == WHOLE
    assert chat.message_count == 3
    assert chat.assignee == agent
    first, second, _ = Message.objects.order_by("position")
    assert first.occurred_at == datetime.fromtimestamp(1750000000, UTC)
    assert second.author_id == agent.pk
    assert jivo.events[-1].outcome == "3 new messages in JivoChat #18 - Tom Clifton with Tom Clifton."


def test_a_chat_that_was_never_accepted_here_is_kept_too(jivo: Sender) -> None:
    jivo.send(chat_finished())
    assert thread() == WHOLE
    assert Conversation.objects.get().subject == "JivoChat #18 - Tom Clifton"


def test_events_in_the_wrong_order_end_the_same(jivo: Sender) -> None:
    jivo.send(chat_finished(), chat_updated(), chat_accepted())
    assert thread() == WHOLE
    assert Conversation.objects.count() == 1


def test_the_same_chat_again_adds_nothing(jivo: Sender) -> None:
    jivo.send(chat_finished(), chat_finished(), chat_finished(chat={"rate": "positive"}), ids_as_text(chat_finished()))
    assert thread() == WHOLE


def test_the_same_chat_with_more_in_it_adds_only_that(jivo: Sender) -> None:
    before = {"message": "Hello?", "timestamp": 1749999990, "type": "visitor"}
    after = {"message": "Wonderful", "timestamp": 1750000060, "type": "visitor"}
    jivo.send(chat_finished())
    jivo.send(chat_finished(chat={"messages": [before, *SAID, after]}))
    assert thread() == [("inbound", "Tom Clifton", "Hello?"), *WHOLE, ("inbound", "Tom Clifton", "Wonderful")]


def test_after_a_transfer_each_agent_is_named_and_the_last_one_has_it(
    jivo: Sender, workspace: Workspace, agent: Membership
) -> None:
    ben = cast.member(workspace, "Ben Backup")
    said = [*SAID, {"message": "Ben here.", "timestamp": 1750000090, "type": "agent", "agent_id": "2017"}]
    jivo.send(chat_accepted())
    assert Conversation.objects.get().assignee == agent
    jivo.send(chat_finished(agents=[ANNA, BEN], agent=BEN, chat={"messages": said}))
    assert [author for _, author, _ in thread()] == ["Tom Clifton", "Anna Agent", "Tom Clifton", "Ben Backup"]
    assert Conversation.objects.get().assignee == ben


def test_who_a_colleague_here_gave_it_to_keeps_it(jivo: Sender, owner: Membership, agent: Membership) -> None:
    jivo.send(chat_accepted())
    Conversation.objects.update(assignee=owner)
    jivo.send(chat_finished())
    assert Conversation.objects.get().assignee == owner


def test_texts_that_are_held_back_are_taken_from_the_plain_transcript(jivo: Sender) -> None:
    hidden = [{**one, "message": HIDDEN} for one in SAID]
    jivo.send(chat_finished(chat={"messages": hidden}))
    jivo.send(chat_finished(chat={"messages": hidden, "rate": "negative"}))
    assert thread() == WHOLE


@pytest.mark.parametrize(
    "plain",
    [
        "[10:26:40] Tom Clifton: Do you deliver to Ohio?\nAnna Agent: We do,\nwithin a week.\nTom Clifton: Wonderful",
        "Do you deliver to Ohio?\nWe do, within a week.\n\nWonderful\n",
        ["Do you deliver to Ohio?", "We do, within a week.", "Wonderful"],
    ],
)
def test_plain_transcripts_come_in_several_shapes(jivo: Sender, plain: Any) -> None:
    hidden = [{**one, "message": place * HIDDEN} for place, one in enumerate(SAID[:2])]
    jivo.send(chat_finished(plain_messages=plain, chat={"messages": [*hidden, SAID[2]]}))
    assert [body.replace("\n", " ") for _, _, body in thread()] == [body for _, _, body in WHOLE]


def test_a_transcript_that_fits_no_messages_is_kept_whole(jivo: Sender) -> None:
    told = "Everything in one piece"
    jivo.send(chat_finished(plain_messages=told, chat={"messages": [{**one, "message": HIDDEN} for one in SAID]}))
    assert [body for _, _, body in thread()] == [told]


def test_without_messages_the_marked_up_transcript_is_read(jivo: Sender) -> None:
    marked_up = "<p><b>Tom:</b> Do you deliver?</p><script>alert(1)</script><p>Yes &amp; no</p>"
    jivo.send(chat_finished(plain_messages=None, html_messages=marked_up, chat={"messages": []}))
    [(_, _, body)] = thread()
    assert body == "Tom: Do you deliver?\nalert(1)Yes & no"


def test_rating_block_and_tags_are_labels_of_the_chat(jivo: Sender) -> None:
    tags = [{"id": 3, "title": "Delivery"}, {"id": "4", "title": " "}, "odd", None]
    jivo.send(chat_finished(tags=tags, chat={"rate": "positive", "blacklisted": True}))
    names = {label.name for label in Conversation.objects.get().labels.all()}
    assert names == {"Rated positive", "Blacklisted in JivoChat", "Delivery"}


@pytest.mark.parametrize("timestamp", [None, "soon", -1, 10**30, [], 1e308, "1750000000", 1750000000000])
def test_odd_times_lose_no_message(jivo: Sender, timestamp: Any) -> None:
    jivo.send(chat_finished(chat={"messages": [{"message": "Hi", "timestamp": timestamp, "type": "visitor"}]}))
    jivo.send(chat_finished(chat={"messages": [{"message": "Hi", "timestamp": timestamp, "type": "visitor"}], "a": 1}))
    message = Message.objects.get()
    assert message.occurred_at in (jivo.events[0].arrived_at, datetime.fromtimestamp(1750000000, UTC))


@pytest.mark.parametrize(
    "chat", [None, [], "chat", {"messages": None}, {"messages": "none"}, {"messages": [None, 3, {}, {"message": None}]}]
)
def test_odd_chats_are_kept_without_messages(jivo: Sender, chat: Any) -> None:
    payload = {**chat_finished(plain_messages=None), "chat": chat}
    jivo.send(payload, nulled(payload, "chat_id", "widget_id"))
    assert [event.state for event in jivo.events] == ["done", "done"]
    assert not Message.objects.exists()


def test_an_agent_without_an_account_here_is_named_all_the_same(jivo: Sender) -> None:
    jivo.send(chat_finished(agents=None, agent={"id": 2016, "name": "Zoe", "email": None}))
    assert thread()[1] == ("outbound", "Zoe", "We do, within a week.")
