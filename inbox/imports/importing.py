"""Importing an mbox archive into the inbox, one message and one transaction at a time."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.db import DataError, IntegrityError
from django.utils import timezone

from accounts.actors import Actor
from contacts.people import find
from crm.errors import Refusal
from crm.nudge import left_to_sweeps
from inbox.imports.archive import Archive, Listed, survey
from inbox.imports.arrivals import LeftOut, Ours, arrival, too_large
from inbox.imports.standing import Standing, standing
from inbox.imports.telling import Telling
from inbox.mail import mbox
from inbox.mail.body import LEAKS
from inbox.mail.parse import BrokenMail, ParsedMail, parse
from inbox.models import Message
from inbox.receiving import Arrival, receive


@dataclass
class Tally:
    """True at any moment: also when the run is stopped in the midst."""

    new: int = 0
    known: int = 0
    left_out: int = 0
    contacts: int = 0
    conversations: int = 0

    @property
    def messages(self) -> int:
        return self.new + self.known + self.left_out

    def __str__(self) -> str:
        fates = f"{self.new} new, {self.known} known already, {self.left_out} left out"
        made = f"{_counted(self.contacts, 'contact')} and {_counted(self.conversations, 'conversation')} made"
        return f"{_counted(self.messages, 'message')}: {fates}; {made}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@dataclass
class Import:
    """One run over one archive. `actor` and the client of `ours` have been checked by the caller."""

    path: Path
    actor: Actor
    ours: Ours
    telling: Telling
    now: datetime = field(default_factory=timezone.now)
    tally: Tally = field(default_factory=Tally)
    total: int = 0
    _met: set[str] = field(default_factory=set)

    def run(self) -> None:
        """Take in what is not here yet. A second run, also after one that was stopped, adds only what is missing.

        Raises `NotAnMbox`, OSError, and OperationalError where the database goes away; what was taken in stays.
        """
        archive = survey(self.path, self.now, self.telling)
        self.total, self.tally.left_out = archive.total, archive.broken
        here = standing(self._wall, archive.threads, {listed.message_id for listed in archive.mails})
        with self.path.open("rb") as file, left_to_sweeps():
            self._take_all(archive, here, file)

    @property
    def _wall(self) -> UUID:
        return self.ours.client_id or self.actor.workspace.pk

    def _take_all(self, archive: Archive, here: Standing, file: BinaryIO) -> None:
        for listed in archive.in_order:
            if listed.message_id in here.known:
                self.tally.known += 1
            else:
                self._take(listed, here, file)
            self.telling.taken(self.tally.messages, self.total)

    def _take(self, listed: Listed, here: Standing, file: BinaryIO) -> None:
        try:
            mail = _read(file, listed)
            thread = here.messages_of_thread(listed.message_id)
            message = self._receive(arrival(mail, self.ours, written_at=listed.written_at, thread=thread))
        except (BrokenMail, LeftOut, mbox.NotAnMbox, Refusal, DataError, IntegrityError) as reason:
            self.tally.left_out += 1
            self.telling.left_out(listed.position, listed.offset, str(reason))
            return
        here.remember(listed.message_id, message.conversation_id)
        for sentence in too_large(mail):
            self.telling.cut(listed.position, listed.offset, sentence)

    def _receive(self, arrival: Arrival) -> Message:
        stranger = self._is_stranger(arrival)
        try:
            message, is_new = receive(actor=self.actor, arrival=arrival)
        except IntegrityError:  # it came in on another way at this very moment: now it is known
            message, is_new = receive(actor=self.actor, arrival=arrival)
        self.tally.new += is_new
        self.tally.known += not is_new
        self.tally.contacts += is_new and stranger
        self.tally.conversations += is_new and message.position == 1
        return message

    def _is_stranger(self, arrival: Arrival) -> bool:
        (address,) = arrival.addresses
        if address.value in self._met:
            return False
        self._met.add(address.value)
        return find(actor=self.actor, client_id=arrival.client_id, address=address) is None


def _read(file: BinaryIO, listed: Listed) -> ParsedMail:
    entry = mbox.read_at(file, listed.offset)
    try:
        mail = parse(entry.raw)
    except LEAKS as leak:  # none is known that does, but one mail must not stop the others
        raise BrokenMail(f"It cannot be read ({type(leak).__name__}: {leak}).") from leak
    if mail.message_id != listed.message_id:
        raise BrokenMail("The archive was changed while it was being read.")
    return mail
