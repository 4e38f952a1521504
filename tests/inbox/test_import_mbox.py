import io
import os
import signal
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils import timezone

from activity.models import Event
from contacts.models import Contact
from deals.models import Deal
from inbox.chain import faults
from inbox.imports import arrivals, telling
from inbox.mail.parse import BrokenMail, parse
from inbox.models import Attachment, Conversation, IntentTag, IntentWork, Message
from tests.arrivals import follow_up_on_everything
from tests.inbox.letters import ME, PRIYA, SEPARATOR, archive, letter, take_in, threads
from tests.inbox.mail.fixture import OURS, cpythons

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


def test_quoted_history_is_folded_and_the_body_stays_whole(path):
    body = "Yes please.\n\nOn Mon, 1 May 2023 at 10:00 Acme <me@acme.example> wrote:\n> Shall we?\n"
    take_in(archive(path, letter("a", body=body)))
    message = Message.objects.get()
    assert (message.new_text, message.body) == ("Yes please.", body.rstrip())
    assert message.conversation.last_message == "Yes please."


def test_html_stays_raw_and_what_it_shows_comes_with_its_content_id(path):
    take_in(archive(path, Path(OURS[0].parent, "outlook_related_attachments.eml").read_bytes()))
    message = Message.objects.get()
    assert message.html.startswith('<p>Anbei die Datei. <img src="cid:logo@example.de">')
    assert list(message.attachments.values_list("name", "content_type", "content_id")) == [
        ("logo.png", "image/png", "logo@example.de"),
        ("Übersicht €.pdf", "application/pdf", ""),
        ("âlé.txt", "application/octet-stream", ""),
    ]
    assert all(len(file.content) == file.size > 0 for file in message.attachments.all())


def test_an_attachment_that_is_too_large_leaves_its_name_and_says_so(path, monkeypatch):
    monkeypatch.setattr(arrivals, "MAX_FILE", 1024**2)
    mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
    part = "--b\nContent-Disposition: attachment; filename={}\n\n{}\n"
    body = part.format("plan.pdf", "x" * 3 * 512 * 1024) + part.format("note.pdf", "y") + "--b--"
    told = take_in(archive(path, letter("a", more=mixed, body=body)))
    why = "“plan.pdf” is not kept: it has 1.5 MB, and 1 MB are the most that an import keeps."
    assert told.err == f"mail.mbox, mail 1 at byte 0: {why}\n"
    large, small = Attachment.objects.all()
    assert (large.name, large.content_type, bytes(large.content)) == (
        "plan.pdf (not kept).txt",
        "text/plain",
        why.encode(),
    )
    assert (small.name, bytes(small.content)) == ("note.pdf", b"y")


def test_of_very_many_attachments_the_first_are_kept_and_the_number_of_others_told(path, monkeypatch):
    monkeypatch.setattr(arrivals, "MAX_FILES", 2)
    mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
    body = "".join(f"--b\nContent-Disposition: attachment; filename={n}.txt\n\n{n}\n" for n in range(5)) + "--b--"
    told = take_in(archive(path, letter("a", more=mixed, body=body)))
    assert told.err == "mail.mbox, mail 1 at byte 0: It has 3 more attachments than the 2 that are kept.\n"
    assert list(Attachment.objects.values_list("name", flat=True)) == ["0.txt", "1.txt"]


@pytest.mark.parametrize(
    "mail",
    [
        letter("a", subject="s" * 5_000),
        letter("a", sender=ME, to=", ".join([PRIYA, *(f"person{n}@example.com" for n in range(10_000))])),
        letter("a", sender=f"{'n' * 5_000} <{PRIYA}>"),
        letter("i" * 2_000),
        letter("a", refs=[f"{n}" for n in range(5_000)]),
        letter("a", body="nul \0 and \ud800".encode("utf-8", "surrogatepass").decode("latin-1"), subject="nul \0"),
        letter("a", more="X-Nul: a\0b\nX-Long: " + "z" * 100_000),
        letter("a", body="word " * 400_000),
        letter("a", body="".join(f"w{n} " for n in range(200_000))),
    ],
    ids=["subject", "recipients", "name", "id", "references", "nul", "headers", "body", "different words"],
)
def test_what_is_far_too_much_or_cannot_be_stored_does_not_stop_a_mail(path, mail):
    told = take_in(archive(path, mail))
    assert told.out == "1 message: 1 new, 0 known already, 0 left out; 1 contact and 1 conversation made.\n"
    assert take_in(path).out.startswith("1 message: 0 new, 1 known already")
    assert Contact.objects.get().email == PRIYA


def dated(path: Path, *mails: bytes, separator: bytes = SEPARATOR) -> list[datetime]:
    take_in(archive(path, *mails, separator=separator))
    return [message.occurred_at for message in Message.objects.order_by("external_id")]


FUTURE = "Tue, 1 Jan 2099 10:00:00 +0000"
RECEIVED = "Received: from a by b; Wed, 3 May 2023 08:00:00 +0000"


@pytest.mark.parametrize("date", ["", "yesterday", FUTURE])
def test_a_date_that_is_none_or_in_the_future_gives_way_to_the_arrival_then_to_the_archive(path, date):
    arrived, kept = dated(path, letter("a", date=date, more=RECEIVED), letter("b", date=date))
    assert arrived == datetime(2023, 5, 3, 8, tzinfo=UTC)
    assert kept == datetime(2023, 1, 2, 10, tzinfo=UTC)


def test_without_any_date_a_mail_is_as_old_as_the_one_before_it(path):
    separator = b"From someone Tue Jan  1 10:00:00 2099\n"
    assert (
        dated(path, letter("a", day=5), letter("b", date=""), separator=separator)
        == [datetime(2023, 5, 5, 12, tzinfo=UTC)] * 2
    )


def test_a_wrong_clock_never_puts_a_mail_into_the_future(path):
    before = timezone.now()
    (alone,) = dated(path, letter("a", date=FUTURE), separator=b"From someone Tue Jan  1 10:00:00 2099\n")
    assert before <= alone <= timezone.now()


def test_a_clock_that_is_a_little_fast_is_taken_for_now(path):
    soon = format_datetime(timezone.now() + timedelta(hours=2))
    (now,) = dated(path, letter("a", date=soon))
    assert timezone.now() - now < timedelta(minutes=1)


class Impatient(io.StringIO):
    """Somebody who presses Ctrl-C at the first thing they read."""

    def write(self, text: str) -> int:
        signal.raise_signal(signal.SIGINT)
        return super().write(text)


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


def read(mail: bytes) -> str | None:
    try:
        return parse(mail).message_id
    except BrokenMail:
        return None


def test_mails_of_all_kinds_in_the_wild_are_taken_in_once(path):
    mails = [each.read_bytes() for each in [*OURS, *cpythons()]]
    ids = [read(mail) for mail in mails]
    new, readable = len({*ids} - {None}), len(ids) - ids.count(None)
    told = take_in(archive(path, *mails))
    fates = f"{len(ids)} messages: {new} new, {readable - new} known already, {ids.count(None)} left out;"
    assert (told.out[: len(fates)], new >= len(OURS)) == (fates, True)
    assert len(told.err.splitlines()) == ids.count(None)
    before = counts()
    assert take_in(path).out.startswith(f"{len(ids)} messages: 0 new, {readable} known already")
    assert counts() == before
