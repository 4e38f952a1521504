"""E-mail: a mailbox that is read over IMAP, and a server that sends over SMTP."""

from collections.abc import Callable, Iterable

from activity.models import Event
from activity.types import EventType
from crm.outside import Unreachable
from inbox.models import Conversation
from integrations import health
from integrations.base import Connected, Failed, Field, Later, Page, System, Tally, Wanted
from integrations.email import checking, reading, sending, taking
from integrations.email.accounts import Account, Refused
from integrations.email.mailbox import opened
from integrations.models import InboundEvent, Push, SyncRun

# Seconds until a mailbox that does not answer is tried again: it is back when it is back.
AGAIN = 60
SECURITIES = (("tls", "TLS"), ("starttls", "STARTTLS"), ("none", "None"))


class Email(System):
    key = "email"
    title = "E-mail"
    icon = "envelope"
    summary = "A mailbox: what comes in becomes conversations, what you answer goes out under your own address."
    steps = (
        "Take the names of the servers from your provider's help, where mail programs are explained.",
        "Where you sign in with a second factor, make a password for apps there, and use that one here.",
    )
    fields = (
        Field(
            "addresses", "Your addresses", "Answers come from the first.", kind="lines", required=True
        ),
        Field("display_name", "Name", "Whom mail comes from, such as “Acme Sales”."),
        Field("imap_host", "IMAP server", kind="host", required=True),
        Field("imap_port", "IMAP port", "993 with TLS, 143 otherwise.", kind="number"),
        Field("imap_security", "IMAP security", kind="choice", choices=SECURITIES, default="tls"),
        Field("imap_user", "IMAP user", required=True),
        Field("imap_password", "IMAP password", secret=True, required=True),
        Field(
            "folders", "Folders",
            "Left empty: the inbox, and what was sent from other programs.", kind="lines",
        ),
        Field(
            "backfill_days", "Days back", "Mail of so many days before is taken in too; 0 takes in only what is new.",
            kind="number", default=30,
        ),
        Field("smtp_host", "SMTP server", kind="host", required=True),
        Field("smtp_port", "SMTP port", "465 with TLS, 587 with STARTTLS.", kind="number"),
        Field("smtp_security", "SMTP security", kind="choice", choices=SECURITIES, default="tls"),
        Field("smtp_user", "SMTP user", "Left empty: as for IMAP."),
        Field("smtp_password", "SMTP password", "Left empty: as for IMAP.", secret=True),
        Field(
            "save_to_sent", "Keep a copy in “Sent”", "So that your mail program shows what was sent from here.",
            kind="flag", default=True,
        ),
        Field("signature", "Signature", "Stands below each answer.", kind="block"),
        Field("quote_history", "Quote what is answered", "Below the answer, as many programs do.", kind="flag"),
        Field(
            "certificate", "Certificate of your own authority",
            "In PEM, where the servers' certificates are not signed by one that the world knows.", kind="block",
        ),
    )  # fmt: skip
    has_batch = True
    polls_every = 60
    pushes = frozenset({EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERY_CHANGED})

    def check(self, connected: Connected) -> str:
        return checking.check(_account(connected))

    def fetch(self, connected: Connected, run: SyncRun, cursor: dict[str, object]) -> Page:
        account = _account(connected)
        try:
            with opened(account.imap) as box:
                return reading.page(connected, account, box, run)
        except Refused as refusal:
            health.failing(connected.connection, str(refusal))
            if run.kind == SyncRun.Kind.POLL:  # the same look waits: a row for each would pile up until it is mended
                raise Later(5 * AGAIN, str(refusal)) from refusal
            raise Failed(str(refusal)) from refusal
        except Unreachable as error:
            if run.last_error:  # the second time in a row is no hiccup
                health.failing(connected.connection, str(error))
            raise Later(AGAIN, str(error)) from error

    def take(self, connected: Connected, run: SyncRun, page: Page) -> Tally:
        assert isinstance(page, reading.MailPage)  # noqa: S101 - `fetch` made it
        return taking.take(connected, _account(connected), run, page)

    def handle(self, connected: Connected, event: InboundEvent, prepared: object) -> str:
        return taking.again(connected, _account(connected), event)

    def wants(self, connected: Connected, event: Event) -> Iterable[Wanted]:
        """Each message of a conversation of this connection that waits to be sent, at once."""
        of_us = Conversation.objects.filter(
            pk=event.payload["conversation_id"], connection=connected.connection, channel="email"
        )
        if of_us.exists() and sending.is_queued(event.subject_id):
            yield Wanted(sending.MAIL, event.subject_id)

    def send(self, connected: Connected, push: Push) -> Callable[[], str]:
        return sending.send(connected, _account(connected), push)

    def gave_up(self, connected: Connected, push: Push) -> None:
        sending.gave_up(connected, push)


def _account(connected: Connected) -> Account:
    return Account.of(connected.settings, connected.secrets)


SYSTEM = Email()
