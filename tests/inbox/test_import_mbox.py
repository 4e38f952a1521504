import io
import os
import signal
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import Event
from contacts.models import Contact
from deals.models import Deal
from inbox.chain import faults
from inbox.imports import telling
from inbox.models import Attachment, Conversation, IntentTag, IntentWork, Message
from tests.arrivals import follow_up_on_everything
from tests.inbox.letters import ME, PRIYA, SEPARATOR, archive, letter, take_in, threads

pytestmark = pytest.mark.usefixtures("workspace")
ROWS = (Contact, Conversation, Message, Attachment, IntentWork, Event)
# No mailbox has more than 64 characters before the @ (RFC 5321, 4.5.3.1.1).
ENDLESS = f"{'e' * 70}@example.com"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.mbox"


def counts() -> list[int]:
    return [model._base_manager.count() for model in ROWS]


def test_an_archive_becomes_people_conversations_and_messages(path, workspace):
    archive(
        path,
        letter("ask", sender="Priya Nair <priya@example.com>", subject="Offer?", body="Could you send an offer?"),
        letter("offer", sender=ME, to=PRIYA, day=2, answers="ask", subject="Re: Offer?", body="Here it is."),
        letter("tom", sender="tom@example.com", day=3, subject="Lunch", body="Lunch?"),
    )
    told = take_in(path)
    assert told.out == "3 messages: 3 new, 0 known already, 0 left out; 2 contacts and 2 conversations made.\n"
    assert told.err == ""
    assert threads() == [(PRIYA, ("ask", "offer")), ("tom@example.com", ("tom",))]
    priya = Contact.objects.get(email=PRIYA)
    assert (priya.name, priya.source, priya.client) == ("Priya Nair", "Mail archive", None)
    assert priya.last_activity_at == datetime(2023, 5, 2, 12, tzinfo=UTC)
    conversation = priya.conversations.get()
    assert (conversation.channel, conversation.subject, conversation.turn) == ("email", "Offer?", "theirs")
    assert (conversation.unread_count, conversation.last_message) == (0, "Here it is.")
    ask, offer = conversation.messages.order_by("position")
    assert (ask.direction, ask.author_kind, ask.author_name) == ("inbound", "contact", "Priya Nair")
    assert (offer.direction, offer.author_kind, offer.author_name) == ("outbound", "person", ME)
    assert (ask.occurred_at, ask.external_id) == (datetime(2023, 5, 1, 12, tzinfo=UTC), "ask@x")
    assert ["Subject", "Offer?"] in ask.headers
    assert list(faults(Conversation.objects.all())) == []


def test_a_second_run_adds_nothing(path):
    archive(
        path, letter("a"), letter("b", answers="a", day=2), letter(sender="tom@example.com"), letter("me", sender=ME)
    )
    take_in(path)
    before = counts()
    told = take_in(path)
    assert told.out == "4 messages: 0 new, 3 known already, 1 left out; 0 contacts and 0 conversations made.\n"
    assert counts() == before


def test_what_is_known_already_costs_no_queries(path):
    def queries(mails: int) -> int:
        take_in(archive(path, *(letter(f"{number}") for number in range(mails))))
        with CaptureQueriesContext(connection) as captured:
            take_in(path)
        return len(captured)

    assert queries(1) == queries(20)


def test_a_mail_that_stands_twice_in_one_archive_is_taken_in_once(path):
    archive(path, letter("a"), letter("a"))
    told = take_in(path)
    assert told.out == "2 messages: 1 new, 1 known already, 0 left out; 1 contact and 1 conversation made.\n"
    assert Message.objects.count() == 1


def test_what_came_on_another_way_meanwhile_is_known(path):
    archive(path, letter("a"), letter("b", day=2))
    take_in(archive(path.with_name("other.mbox"), letter("b", day=2)))
    told = take_in(path)
    assert told.out == "2 messages: 1 new, 1 known already, 0 left out; 0 contacts and 1 conversation made.\n"


@pytest.mark.parametrize(
    ("to", "more", "person"),
    [
        ("Priya <priya@example.com>, tom@example.com", "", PRIYA),
        (f"{ME}, tom@example.com", "Cc: priya@example.com", "tom@example.com"),
        (ME, "Cc: Me Too <me2@acme.example>, priya@example.com", PRIYA),
        ("undisclosed-recipients:;", "Bcc: priya@example.com", PRIYA),
        (f"{ENDLESS}, priya@example.com", "", PRIYA),
    ],
)
def test_what_we_sent_is_with_the_first_it_was_sent_to(path, to, more, person):
    archive(path, letter("a", sender=f"Acme <{ME.upper()}>", to=to, more=more))
    take_in(path, me=[ME, "ME2@acme.example"])
    assert threads() == [(person, ("a",))]
    assert Message.objects.get().direction == "outbound"


def test_what_a_member_sent_is_theirs(path, workspace, agent):
    archive(path, letter("a", sender=agent.user.email, to=PRIYA))
    take_in(path, me=[agent.user.email.upper()])
    message = Message.objects.get()
    assert (message.author_kind, message.author_id) == ("person", agent.pk)


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (letter("a", sender=ME, to=f"{ME}, me2@acme.example"), "You wrote it to yourself."),
        (letter("a", sender=ME, to=""), "It does not say whom you wrote it to."),
        (letter("a", sender="nobody"), "This mail does not say who sent it."),
        (letter("a", sender=ENDLESS), f"Its sender “{ENDLESS}” is no e-mail address that can be answered."),
        (
            letter("a", sender=ME, to=ENDLESS),
            f"It went to “{ENDLESS}”, which is no e-mail address that can be written to.",
        ),
        (b"\n\n", "There is nothing in this mail."),
        (b"no header anywhere\n", "This is not a mail: it does not begin with headers."),
    ],
)
def test_what_is_left_out_is_told_with_its_place_and_stops_nothing(path, mail, reason):
    archive(path, letter("first"), mail, letter("last"))
    told = take_in(path, me=[ME, "me2@acme.example"])
    offset = len(SEPARATOR + letter("first") + b"\n")
    assert told.err == f"mail.mbox, mail 2 at byte {offset}, left out: {reason}\n"
    assert told.out == "3 messages: 2 new, 0 known already, 1 left out; 1 contact and 2 conversations made.\n"


def test_what_stands_before_the_first_mail_is_told_and_is_no_message(path):
    path.write_bytes(b"Exported by a program\n" + SEPARATOR + letter("a"))
    told = take_in(path)
    assert told.err == "mail.mbox, byte 0, left out: This stands before the first mail of the archive.\n"
    assert told.out.startswith("1 message: 1 new, 0 known already, 0 left out;")


def test_an_empty_archive_holds_nothing(path):
    path.write_bytes(b"")
    assert take_in(path).out.startswith("0 messages: 0 new, 0 known already, 0 left out; 0 contacts")


def test_everything_goes_to_the_client_that_is_named(path, harbour, meadow):
    archive(path, letter("a"))
    take_in(path, "--client", "harbour BAKERY")
    assert {row.client for model in (Contact, Conversation, Message) for row in model.objects.all()} == {harbour}
    told = take_in(path, "--client", "Meadow Dairy")
    assert told.out == "1 message: 1 new, 0 known already, 0 left out; 1 contact and 1 conversation made.\n"


def test_the_workspace_is_told_where_there_are_several(path, workspace, outsider):
    archive(path, letter("a"))
    with pytest.raises(CommandError) as refused:
        take_in(path)
    assert str(refused.value) == "Say which --workspace. There are: acme, elsewhere."
    take_in(path, "--workspace", "elsewhere")
    assert Message.objects.get().workspace == outsider.workspace


@pytest.mark.parametrize(
    ("options", "me", "sentence"),
    [
        (["--workspace", "acne"], ME, "There is no workspace “acne”. There are: acme."),
        (["--client", "Pier"], ME, "Acme has no client “Pier”. There are: Harbour Bakery, Meadow Dairy."),
        ([], "me at acme", "“me at acme” is no e-mail address: --me takes one such as you@example.com."),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(path, harbour, meadow, options, me, sentence):
    with pytest.raises(CommandError) as refused:
        take_in(archive(path, letter("a")), *options, me=[me])
    assert (str(refused.value), refused.value.returncode) == (sentence, 1)
    assert not Message.objects.exists()


def test_without_any_client_the_sentence_says_so(path):
    with pytest.raises(CommandError) as refused:
        take_in(archive(path, letter("a")), "--client", "Pier")
    assert str(refused.value) == "Acme has no client “Pier”. It has none."


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(path, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    path.write_text("Subject: a mail, but no archive\n\nHi\n")
    sentences = {}
    for name in ("mail.mbox", "missing", "pipe", "."):
        with pytest.raises(CommandError) as refused:
            take_in(tmp_path / name)
        sentences[name] = str(refused.value).replace(str(tmp_path), "TMP").replace(tmp_path.name, "TMP")
        assert refused.value.returncode == 1
    assert sentences == {
        "mail.mbox": 'mail.mbox is not an mbox file: no line in it begins a mail ("From sender date").',
        "missing": "TMP/missing cannot be read: No such file or directory.",
        "pipe": "TMP/pipe is not a file: an archive is read twice, which a pipe cannot be.",
        ".": "TMP is a folder: give the mbox file inside it.",
    }


AWAY = {"subject": "Away", "body": "I am away.", "more": "Auto-Submitted: auto-replied"}


@pytest.mark.django_db(transaction=True)
def test_old_mail_is_tagged_and_nothing_acts_on_it(path, agent):
    archive(path, letter("a", **AWAY), letter("b", sender="tom@example.com", body="Yes, I am interested. Call me!"))
    take_in(path)
    follow_up_on_everything()
    intents = {tag.message.external_id: tag.intent for tag in IntentTag.objects.select_related("message")}
    assert intents == {"a@x": "out_of_office", "b@x": "interested"}
    assert list(Conversation.objects.values_list("status", "assignee")) == [("active", None)] * 2
    assert not Deal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_said_in_the_last_days_is_acted_on_like_any_arrival(path, agent):
    yesterday = format_datetime(timezone.now() - timedelta(days=1))
    archive(path, letter("a", date=yesterday, **AWAY))
    take_in(path)
    follow_up_on_everything()
    conversation = Conversation.objects.get()
    assert (conversation.intent, conversation.status, conversation.assignee) == ("out_of_office", "snoozed", agent)


class Impatient(io.StringIO):
    """Somebody who presses Ctrl-C at the first thing they read."""

    def write(self, text: str) -> int:
        signal.raise_signal(signal.SIGINT)
        return super().write(text)


@pytest.fixture
def _ctrl_c_is_heard():
    """A shell starts what it runs in the background, these tests say, deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_is_heard")
def test_ctrl_c_tells_how_far_it_came_and_the_next_run_goes_on(path):
    archive(path, letter("a", day=1), letter("b", day=2), letter("me", day=3, sender=ME), letter("c", day=4))
    with pytest.raises(CommandError) as stopped:
        take_in(path, err=Impatient())
    assert stopped.value.returncode == 130
    assert str(stopped.value) == (
        "Stopped after 3 of 4 messages. 3 messages: 2 new, 0 known already, 1 left out; "
        "1 contact and 2 conversations made. The same command goes on from here."
    )
    assert take_in(path).out.startswith("4 messages: 1 new, 2 known already, 1 left out;")
    assert Message.objects.count() == 3


@pytest.mark.usefixtures("_ctrl_c_is_heard")
def test_ctrl_c_while_the_archive_is_read_says_that_nothing_was_taken_in(path):
    archive(path, letter("a"), b"\n")
    with pytest.raises(CommandError) as stopped:
        take_in(path, err=Impatient())
    assert str(stopped.value) == "Stopped before any message. The same command goes on from here."


def test_a_long_run_tells_how_far_it_is_line_by_line(path, monkeypatch):
    monkeypatch.setattr(telling, "SELDOM_READ", 3)
    monkeypatch.setattr(telling, "SELDOM_TAKEN", 2)
    mails = [letter(f"{n}") for n in range(5)]
    told = take_in(archive(path, *mails))
    assert told.err.splitlines() == [
        "Reading mail.mbox: 3 messages, 40 %",
        "Taking in 2 of 5 messages, 40 %",
        "Taking in 4 of 5 messages, 80 %",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_one_line_is_written_over_and_gone_at_the_end(path, monkeypatch):
    monkeypatch.setattr(telling, "OFTEN", 0)
    told = take_in(archive(path, letter("a"), letter("me", sender=ME)), err=Terminal())
    erase = telling.ERASE_LINE
    offset = len(SEPARATOR + letter("a") + b"\n")
    assert told.err == "".join(
        [
            f"{erase}Reading mail.mbox: 1 messages, 0 %",
            f"{erase}Reading mail.mbox: 2 messages, 50 %",
            f"{erase}Taking in 1 of 2 messages, 50 %",
            f"{erase}mail.mbox, mail 2 at byte {offset}, left out: You wrote it to yourself.\n",
            f"{erase}Taking in 2 of 2 messages, 100 %",
            erase,
        ]
    )
