"""Two imports at the same moment, as when somebody starts the command twice."""

import io
import threading
import time
from pathlib import Path

import pytest
from django.core.management.base import OutputWrapper
from django.db import transaction

from accounts.actors import system
from accounts.models import Workspace
from activity.models import Event
from contacts.models import Contact
from inbox.chain import faults
from inbox.imports.arrivals import Ours
from inbox.imports.importing import Import, Tally
from inbox.imports.telling import Telling
from inbox.models import Conversation, IntentWork, Message
from tests.arrivals import write_in
from tests.crowd import InBackground, at_once, is_waiting_for_a_lock
from tests.inbox.letters import ME, PRIYA, archive, letter, threads

pytestmark = pytest.mark.django_db(transaction=True)
TOM = "tom@example.com"


def run(path: Path, workspace: Workspace) -> Tally:
    telling = Telling(OutputWrapper(io.StringIO()), path.name)
    started = Import(path, system(workspace, "import"), Ours.of(workspace, [ME], None), telling)
    started.run()
    return started.tally


def test_two_imports_of_one_archive_make_no_doubles(tmp_path, workspace):
    mails = [letter("0")]
    for number in range(1, 30):
        who = {"sender": ME, "to": PRIYA} if number % 3 else {"sender": TOM}
        mails.append(letter(f"{number}", day=1 + number % 28, refs=["0"], **who))
    path = archive(tmp_path / "mail.mbox", *mails)
    tallies = at_once([lambda: run(path, workspace)] * 2)
    assert [(tally.messages, tally.left_out) for tally in tallies] == [(30, 0), (30, 0)]
    assert sum(tally.new for tally in tallies) == Message.objects.count() == 30
    assert sum(tally.conversations for tally in tallies) == Conversation.objects.count() == 2
    assert Contact.objects.count() == 2
    assert {(email, len(ids)) for email, ids in threads()} == {(PRIYA, 21), (TOM, 9)}
    kinds = list(Event.objects.values_list("type", flat=True))
    received, sent = kinds.count("message.received"), kinds.count("message.sent")
    assert (received, sent, kinds.count("conversation.created"), kinds.count("contact.created")) == (10, 20, 2, 2)
    assert IntentWork.objects.count() == 10
    assert list(faults(Conversation.objects.all())) == []


def test_a_mail_that_another_way_brings_to_somebody_else_at_this_very_moment_is_known(tmp_path, workspace, actor):
    path = archive(tmp_path / "mail.mbox", letter("a"), letter("b", day=2))
    written, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            write_in(actor(), sender=TOM, external_id="a@x")
            written.set()
            assert let_go.wait(60)

    holding = InBackground(hold)
    assert written.wait(60)
    importing = InBackground(lambda: run(path, workspace))
    until = time.monotonic() + 60
    while not is_waiting_for_a_lock():
        assert time.monotonic() < until, "the import does not wait"
        time.sleep(0.02)
    let_go.set()
    holding.result()
    tally = importing.result()
    assert (tally.new, tally.known, tally.left_out) == (1, 1, 0)
    assert threads() == [(PRIYA, ("b",)), (TOM, ("a",))]
