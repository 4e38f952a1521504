"""What archives hold besides plain letters: attachments, wrong dates, mails that are far too much or in the wild."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.utils import timezone

from activity.models import Event
from contacts.models import Contact
from inbox.imports import arrivals
from inbox.mail.parse import BrokenMail, parse
from inbox.models import Attachment, Message
from tests.inbox.letters import ME, PRIYA, SEPARATOR, archive, letter, take_in
from tests.inbox.mail.fixture import OURS, cpythons

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.mbox"


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
    before = Message.objects.count(), Event.objects.count()
    assert take_in(path).out.startswith(f"{len(ids)} messages: 0 new, {readable} known already")
    assert (Message.objects.count(), Event.objects.count()) == before
