"""Mails of Parley's own reach a mail server; what that says of them is shown."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import Client as Browser

from accounts.models import Letter, Membership
from desk.people import invitations
from desk.people.letters import send_due
from tests.cast import acting

Browse = Callable[[Membership], Browser]


class Mailbox:
    """Takes mail, but for addresses that it does not know and while it is busy."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], str]] = []
        self.busy = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.busy:
            return "450 Come back later"
        if address.startswith("unknown"):
            return "550 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 Taken"


class PostOffice(Controller):
    """Has its port from the first: one that was only found free may be another's by the time it is opened."""

    def __init__(self, box: Mailbox) -> None:
        self.door = socket.create_server(("127.0.0.1", 0))
        super().__init__(box, hostname="127.0.0.1", port=self.door.getsockname()[1], ready_timeout=30)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.door)


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = PostOffice(box)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    yield box
    controller.stop(no_assert=True)


def ask(admin: Membership, email: str) -> Letter:
    invitations.invite(actor=acting(admin), email=email, role="agent", client_ids=None)
    return Letter.objects.get(to=email)


def test_a_mail_is_sent_once(mailbox: Mailbox, admin: Membership) -> None:
    letter = ask(admin, "nina@example.com")
    assert (send_due(), send_due()) == (1, 0)
    letter.refresh_from_db()
    assert letter.state == Letter.State.DONE
    (to, content), *others = mailbox.taken
    assert (to, others) == (["nina@example.com"], [])
    assert "Subject: Adam Admin invites you to Acme on Parley" in content


def test_an_address_that_the_server_refuses_is_given_up_and_its_words_are_shown(
    mailbox: Mailbox, browse: Browse, admin: Membership
) -> None:
    letter = ask(admin, "unknown@example.com")
    send_due()
    letter.refresh_from_db()
    assert letter.state == Letter.State.DEAD
    shown = browse(admin).get("/settings/people").content.decode()
    assert "does not take mail for this address: 550 No such user here" in shown


def test_a_server_that_is_busy_is_asked_again(mailbox: Mailbox, browse: Browse, admin: Membership) -> None:
    letter = ask(admin, "nina@example.com")
    mailbox.busy = True
    send_due()
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (Letter.State.WAITING, 1)
    assert "could not be sent yet, and is tried again" in browse(admin).get("/settings/people").content.decode()
    mailbox.busy = False
    Letter.objects.update(due_at=letter.created_at)
    send_due()
    assert len(mailbox.taken) == 1
