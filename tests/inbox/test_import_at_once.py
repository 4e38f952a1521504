"""Two imports at the same moment, as when somebody starts the command twice."""

import io

import pytest
from django.core.management.base import OutputWrapper

from accounts.actors import system
from activity.models import Event
from contacts.models import Contact
from inbox.chain import faults
from inbox.imports.arrivals import Ours
from inbox.imports.importing import Import, Tally
from inbox.imports.telling import Telling
from inbox.models import Conversation, IntentWork, Message
from tests.crowd import at_once
from tests.inbox.letters import ME, PRIYA, archive, letter, threads

pytestmark = pytest.mark.django_db(transaction=True)
TOM = "tom@example.com"


def test_two_imports_of_one_archive_make_no_doubles(tmp_path, workspace):
    mails = [letter("0")]
    for number in range(1, 30):
        who = {"sender": ME, "to": PRIYA} if number % 3 else {"sender": TOM}
        mails.append(letter(f"{number}", day=1 + number % 28, refs=["0"], **who))
    path = archive(tmp_path / "mail.mbox", *mails)

    def run() -> Tally:
        telling = Telling(OutputWrapper(io.StringIO()), "mail.mbox")
        started = Import(path, system(workspace, "import"), Ours.of(workspace, [ME], None), telling)
        started.run()
        return started.tally

    tallies = at_once([run, run])
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
