import pytest

from inbox.mail.parse import BrokenMail, parse
from integrations.email.bounces import Fate, Report, reports
from tests.inbox.letters import letter
from tests.inbox.mail.fixture import OURS, cpythons, raw
from tests.integrations.email.bounced import EXCHANGE, EXIM, EXIM_WARNING, PRIYA, QMAIL, RECEIPT, dsn

OUR_ID = "ours@acme.example"
UNKNOWN = "550 5.1.1 <priya@example.com>: Recipient address rejected: User unknown"


def report(mail: bytes) -> Report:
    (found,) = reports(parse(mail))
    return found


def test_a_delivery_status_says_which_mail_failed_for_whom_and_why():
    assert report(dsn()) == Report(Fate.FAILED, PRIYA, UNKNOWN, OUR_ID, "5.1.1")


def test_the_original_recipient_is_whom_we_wrote_to():
    mail = dsn(recipient="p.nair@internal.example", more=f"Original-Recipient: rfc822; {PRIYA}")
    assert report(mail).recipient == PRIYA


def test_each_recipient_has_a_report_of_their_own():
    mail = dsn().replace(
        b"\r\n\r\n--R\r\nContent-Type: text/rfc822-headers",
        b"\r\n\r\nFinal-Recipient: rfc822; tom@example.com\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
        b"Will-Retry-Until: Wed, 7 Jun 2023 10:00:00 +0000\r\n\r\n--R\r\nContent-Type: text/rfc822-headers",
    )
    first, second = reports(parse(mail))
    assert (first.recipient, first.fate) == (PRIYA, "failed")
    assert (second.recipient, second.fate) == ("tom@example.com", "delayed")
    assert second.words.startswith("Delayed: ")
    assert second.words.endswith(" The server tries until Wed, 7 Jun 2023 10:00:00 +0000.")


def test_what_exchange_writes():
    found = report(EXCHANGE)
    assert (found.recipient, found.message_id, found.status, found.is_gone) == (PRIYA, OUR_ID, "5.1.10", True)
    assert found.words == (
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient priya@example.com not found by SMTP address lookup"
    )


def test_what_qmail_writes():
    found = report(QMAIL)
    assert (found.fate, found.recipient, found.message_id) == (Fate.FAILED, PRIYA, OUR_ID)
    assert (found.status, found.is_gone, found.structured) == ("5.1.1", True, False)
    assert "Remote host said: 550 5.1.1 No such user here" in found.words


def test_what_exim_writes_of_a_full_mailbox_which_may_be_emptied():
    found = report(EXIM)
    assert (found.fate, found.recipient, found.message_id) == (Fate.FAILED, PRIYA, OUR_ID)
    assert (found.status, found.is_gone) == ("5.2.2", False)
    assert found.words.endswith("550 5.2.2 Mailbox is full")


def test_what_exim_writes_of_a_delay():
    found = report(EXIM_WARNING)
    assert (found.fate, found.recipient, found.is_gone) == (Fate.DELAYED, PRIYA, False)
    assert found.words == "priya@example.com Delay reason: connection timed out"


def test_a_read_receipt():
    assert report(RECEIPT) == Report(Fate.READ, PRIYA, "", OUR_ID)


@pytest.mark.parametrize(
    ("status", "said", "is_gone"),
    [
        ("5.1.1", "", True),
        ("5.0.0", "smtp; 550 No such user", True),
        ("5.7.1", "smtp; 550 5.7.1 Blocked by policy", False),
        ("5.1.8", "smtp; 550 5.1.8 Sender address rejected: Domain not found", False),
        ("5.2.2", "smtp; 552 5.2.2 Over quota", False),
        ("4.1.1", "smtp; 450 4.1.1 User unknown", False),
    ],
)
def test_only_an_address_that_is_wrong_for_ever_is_gone(status, said, is_gone):
    assert report(dsn(status=status, said=said)).is_gone is is_gone


@pytest.mark.parametrize(
    ("action", "fate"), [("delayed", "delayed"), ("delivered", "delivered"), ("relayed", "delivered")]
)
def test_an_action_that_is_no_failure(action, fate):
    assert (report(dsn(action=action, status="2.0.0", said="")).fate, report(dsn(action=action)).is_gone) == (
        fate, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "mail",
    [
        letter("a", subject="Undelivered parcel", body="My parcel was not delivered."),
        letter("a", sender="postmaster@example.com", subject="Your domain", body="Please renew it."),
        letter("a", subject="Away", more="Auto-Submitted: auto-replied", body="I am away. Delayed answers."),
        letter("a", subject="Fwd: Undelivered Mail", body=f"Look:\n> <{PRIYA}>: 550 5.1.1 unknown\n"),
        letter("a", sender="mailer-daemon@example.com", subject="Hello", body="I am a person with a strange address."),
    ],
)
def test_what_a_person_writes_is_no_report(mail):
    assert reports(parse(mail)) == ()


def test_a_report_that_names_nothing_is_still_a_report():
    assert report(raw("bounce")).message_id == ""
    assert report(dsn(recipient="", returned="")).recipient == ""


def test_no_mail_in_the_wild_breaks_it():
    for path in [*OURS, *cpythons()]:
        for cut in (None, 2_000, 500):
            try:
                mail = parse(path.read_bytes()[:cut])
            except BrokenMail:
                continue
            assert all(isinstance(each, Report) for each in reports(mail))
