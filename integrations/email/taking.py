"""Taking a page of mail in: messages, reports on our own, and what cannot be read kept where people see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from crm.errors import Refusal
from crm.text import storable
from crm.transactions import insert_once
from inbox.imports.arrivals import LeftOut, Ours, arrival, members_by_address
from inbox.imports.standing import Standing
from inbox.mail.body import LEAKS
from inbox.mail.charset import decode
from inbox.mail.parse import BrokenMail, ParsedMail, parse
from inbox.receiving import receive
from integrations.base import Connected, Failed, Tally
from integrations.email.accounts import Account
from integrations.email.bounces import Report, reports
from integrations.email.failing import told
from integrations.email.known import key, known, remember
from integrations.email.places import keep
from integrations.email.reading import Found, MailPage, read
from integrations.email.threads import standing
from integrations.models import Connection, InboundEvent, SyncRun

UNREADABLE = "mail.unreadable"
SOURCE = "E-mail"
SHOWN = 1_000
# What one mail may raise, and no other is to suffer from.
OF_ONE_MAIL = (LeftOut, Refusal, DataError, IntegrityError)


def take(connected: Connected, account: Account, run: SyncRun, page: MailPage) -> Tally:
    """In one transaction with how far the folders are read."""
    tally = Tally()
    taking = Taking.of(connected, account, [each.mail for each in page.items if each.mail])
    for found in page.items:
        fate = taking.one(found, run)
        setattr(tally, fate, getattr(tally, fate) + 1)
    keep(connected.connection, page.places)
    return tally


@dataclass
class Taking:
    connected: Connected
    ours: Ours
    here: set[str]
    standing: Standing

    @classmethod
    def of(cls, connected: Connected, account: Account, mails: Sequence[ParsedMail]) -> "Taking":
        here = known(connected, [mail.message_id for mail in mails])
        fresh = [mail for mail in mails if mail.message_id not in here]
        return cls(connected, ours(connected, account), here, standing(connected, fresh))

    def one(self, found: Found, run: SyncRun) -> str:
        """What became of it: the name of a count of the tally."""
        if found.wrong:
            return self._keep_unreadable(found, found.wrong, run)
        if found.mail is None or found.mail.message_id in self.here:
            return "same"
        self.here.add(found.mail.message_id)
        try:
            with transaction.atomic():
                return self.mail(found, found.mail)
        except LeftOut as reason:
            remember(self.connected, found.mail.message_id, self.connected.connection.pk, left_out=str(reason))
            return "same"
        except OF_ONE_MAIL as reason:
            return self._keep_unreadable(found, str(reason), run)

    def mail(self, found: Found, mail: ParsedMail) -> str:
        if found_reports := reports(mail):
            about = self._report(mail, found_reports)
            if about is not None or found_reports[0].structured:
                remember(self.connected, mail.message_id, about or self.connected.connection.pk)
                return "changed" if about else "same"
        return "new" if self._receive(found, mail) else "same"

    def _report(self, mail: ParsedMail, found: Sequence[Report]) -> UUID | None:
        """The message that they are about; none where they name nothing of ours."""
        messages = [told(self.connected, each) for each in found]
        return next((message.pk for message in messages if message), None)

    def _receive(self, found: Found, mail: ParsedMail) -> bool:
        thread = self.standing.messages_of_thread(mail.message_id)
        coming = arrival(mail, self.ours, written_at=found.written_at, thread=thread, sent=found.is_sent)
        message, is_new = receive(actor=self.connected.actor, arrival=coming)
        self.standing.remember(mail.message_id, message.conversation_id)
        return is_new

    def _keep_unreadable(self, found: Found, why: str, run: SyncRun) -> str:
        """As it came, dead, with the reason: on the connection's page it can be tried again."""
        row = InboundEvent(
            workspace_id=run.workspace_id, connection_id=run.connection_id, run=run, via=InboundEvent.Via.BATCH,
            key=key(found.mail.message_id) if found.mail else sha256(found.raw).hexdigest(),
            type=UNREADABLE, body=found.raw, occurred_at=found.written_at, due_at=timezone.now(),
            payload={
                "folder": found.folder, "uid": found.uid, "sent": found.is_sent,
                "beginning": storable(decode(found.raw[:SHOWN])),
            },
            state=InboundEvent.State.DEAD, last_error=storable(why, 2000),
        )  # fmt: skip
        return "failed" if insert_once(row) else "same"


def ours(connected: Connected, account: Account) -> Ours:
    """Its own addresses; and, as colleagues, every member and the other mail accounts of the house."""
    members = members_by_address(connected.workspace)
    addresses = {each: members.get(each) for each in account.addresses}
    rows = Connection.objects.filter(workspace=connected.workspace, system="email", deleted_at=None)
    others = (each.lower() for given in rows.values_list("settings", flat=True) for each in given.get("addresses", ()))
    colleagues = {**dict.fromkeys(others), **members}
    colleagues = {each: member for each, member in colleagues.items() if each not in addresses}
    return Ours(addresses, connected.client_id, connected.connection.pk, colleagues, SOURCE)


def again(connected: Connected, account: Account, event: InboundEvent) -> str:
    """Try once more what could not be read, or could not be taken in: Parley may have learned it since. What became of
    it, in words. Raises Failed where it is as before."""
    found = Found(
        folder=event.payload["folder"], uid=event.payload["uid"], is_sent=event.payload["sent"],
        written_at=event.occurred_at or event.arrived_at,
    )  # fmt: skip
    try:
        found = read(found, parse(bytes(event.body)), bytes(event.body))
        assert found.mail is not None  # noqa: S101 - it was read this moment
        fate = Taking.of(connected, account, [found.mail]).mail(found, found.mail)
    except (BrokenMail, *LEAKS) as broken:
        raise Failed(str(broken)) from broken
    except LeftOut as reason:
        return str(reason)
    return {"new": "The mail was taken in.", "changed": "A report on a mail of ours."}.get(fate, "It was here already.")
