"""A whole exchange by mail: threads hold here and in other people's mail programs."""

import io
import json

import pytest
from django.core.management import call_command

from inbox.models import Conversation, Message
from inbox.sending import reply
from integrations import pushing
from integrations.models import Connection
from tests.arrivals import follow_up_on_everything
from tests.cast import acting
from tests.inbox.letters import ME, PRIYA, letter
from tests.integrations.email.dovecot import PASSWORD
from tests.integrations.email.house import only, said

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_exchange_is_one_conversation_here_and_one_thread_there(house, agent):
    house.deliver(letter("ask", sender=f"Priya Nair <{PRIYA}>", subject="Offer?", body="Could you send an offer?"))
    assert house.counted() == {"seen": 1, "new": 1}
    conversation = only()
    assert (conversation.connection, conversation.channel, conversation.turn) == (house.connection, "email", "ours")

    ours = reply(actor=acting(agent), conversation=conversation, body="Here it is: https://acme.example/offer")
    assert said(ours) == [("queued", "")]
    follow_up_on_everything()
    pushing.work_off()
    assert said(ours) == [("queued", ""), ("sent", "")]
    (posted,) = house.post.taken
    mail = posted.mail
    assert (posted.sender, posted.recipients) == (ME, [PRIYA])
    assert (mail["From"], mail["To"]) == (f"Acme Sales <{ME}>", f"Priya Nair <{PRIYA}>")
    assert (mail["Subject"], mail["In-Reply-To"], mail["References"]) == ("Re: Offer?", "<ask@x>", "<ask@x>")
    assert mail["Message-ID"] == f"<{ours.external_id}>"
    assert mail["Date"].datetime == ours.occurred_at.replace(microsecond=0)
    assert posted.text == "Here it is: https://acme.example/offer\n"
    assert '<a href="https://acme.example/offer">https://acme.example/offer</a>' in posted.html

    assert house.counted() == {"seen": 1, "same": 1}  # the copy among what was sent
    answer = letter("thanks", day=3, answers="ours", refs=["ask", "ours"], subject="Re: Offer?", body="Thanks!")
    house.deliver(answer.replace(b"<ours@x>", f"<{ours.external_id}>".encode()))
    assert house.counted() == {"seen": 1, "new": 1}
    conversation = only()
    thanks = conversation.messages.get(external_id="thanks@x")

    second = reply(actor=acting(agent), conversation=conversation, body="You are welcome.")
    follow_up_on_everything()
    pushing.work_off()
    mail = house.post.taken[-1].mail
    assert mail["In-Reply-To"] == "<thanks@x>"
    assert mail["References"].split() == ["<ask@x>", f"<{ours.external_id}>", "<thanks@x>"]
    assert mail["Subject"] == "Re: Offer?"
    assert [m.external_id for m in conversation.messages.order_by("position")] == [
        "ask@x", ours.external_id, thanks.external_id, second.external_id,
    ]  # fmt: skip
    assert (Conversation.objects.count(), Message.objects.count()) == (1, 4)


def test_an_account_is_connected_and_read_without_a_browser(workspace, dovecot, post):
    out = io.StringIO()
    given = {
        "addresses": ME, "imap_host": "127.0.0.1", "imap_port": dovecot.port, "imap_security": "none",
        "imap_user": "command@acme.example", "imap_password": PASSWORD, "smtp_host": "127.0.0.1",
        "smtp_port": post.ports["none"], "smtp_security": "none",
    }  # fmt: skip
    words = [f"--set={name}={value}" for name, value in given.items()]
    folders = ["--set=folders=INBOX", "--set=folders=Sent"]
    call_command("connect", "email", "--workspace", "acme", *folders, *words, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["system"], told["name"], PASSWORD in out.getvalue()) == ("email", "E-mail", False)
    assert Connection.objects.get().settings["folders"] == ["INBOX", "Sent"]
    dovecot.deliver("command@acme.example", letter("a"), letter("b", day=2, answers="a"))
    synced = io.StringIO()
    call_command("sync", told["id"], stdout=synced, stderr=io.StringIO())
    assert synced.getvalue() == "earlier mail: 2 seen, 2 new\n"
    assert only().message_count == 2
