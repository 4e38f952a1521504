"""What we answer goes out as mail, once, and its fate is told."""

import pytest
from django.utils import timezone

from activity.work import PAUSES
from contacts.suppression import suppress
from inbox.messages import Draft
from inbox.models import Message
from inbox.opening import add_message
from inbox.sending import reply, retry
from integrations import pushing
from integrations.base import Connected
from integrations.email import sending
from integrations.email.letters import Letter, bounded
from integrations.email.system import SYSTEM
from integrations.models import Push
from tests.cast import acting
from tests.inbox.letters import ME, PRIYA, letter
from tests.integrations.email.dovecot import PASSWORD
from tests.integrations.email.house import House, only, said

pytestmark = pytest.mark.django_db


def asked(house: House) -> None:
    house.deliver(letter("ask", subject="Offer?"))
    house.look()


def answered(house: House, agent, body: str = "Here it is.") -> Message:
    message = reply(actor=acting(agent), conversation=only(), body=body)
    house.send_all()
    return message


def due_again(house: House) -> None:
    """Time goes by until the next try."""
    Push.objects.filter(state="waiting").update(due_at=timezone.now(), leased_until=None)
    pushing.work_off()


def test_a_refusal_for_good_fails_at_once_with_the_servers_words_and_can_be_retried(house, agent):
    asked(house)
    house.post.do(recipients={PRIYA: "550 5.1.1 No such user here"})
    message = answered(house, agent)
    assert said(message) == [("queued", ""), ("failed", "550 5.1.1 No such user here")]
    assert (Push.objects.get().state, house.post.taken) == ("dead", [])
    house.post.do()
    retry(actor=acting(agent), message=message)
    house.send_all()
    assert said(message)[2:] == [("queued", ""), ("sent", "")]
    assert len(house.post.taken) == 1


def test_a_refusal_that_may_pass_is_tried_again_and_told(house, agent):
    asked(house)
    house.post.do(recipients={PRIYA: "451 4.7.1 Greylisted, come back later"})
    message = answered(house, agent)
    why = "451 4.7.1 Greylisted, come back later It is tried again in 5 seconds."
    assert said(message) == [("queued", ""), ("queued", why)]
    house.post.do()
    due_again(house)
    assert said(message)[2:] == [("sent", "")]
    (posted,) = house.post.taken
    assert posted.mail["Message-ID"] == f"<{message.external_id}>"


def test_after_the_last_try_it_has_failed(house, agent):
    asked(house)
    house.post.do(data="452 4.3.1 Disk is full")
    message = reply(actor=acting(agent), conversation=only(), body="Here it is.")
    house.send_all()
    Push.objects.update(attempts=len(PAUSES) - 1)
    due_again(house)
    assert said(message)[-1] == ("failed", f"452 4.3.1 Disk is full It was tried {len(PAUSES)} times.")
    assert Push.objects.get().state == "dead"


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        ({"data": "554 5.7.1 Spam"}, "554 5.7.1 Spam"),
        ({"senders": {ME: "553 5.7.1 Not your address"}}, "553 5.7.1 Not your address"),
    ],
)
def test_what_the_server_refuses_at_whichever_step_is_told(house, agent, orders, words):
    asked(house)
    house.post.do(**orders)
    assert said(answered(house, agent))[-1] == ("failed", words)


def test_a_wrong_password_is_told_without_it(house, agent):
    asked(house)
    house.change(smtp_user="sales", smtp_password="wrong-secret")
    message = answered(house, agent)
    state, words = said(message)[-1]
    assert state == "failed"
    assert words.startswith(f"127.0.0.1:{house.post.ports['none']} refuses “sales” or the password: 535")
    assert "wrong-secret" not in words


def test_a_connection_that_is_cut_after_the_mail_sends_it_again_under_the_same_id(house, agent):
    asked(house)
    house.post.do(cut=True)
    message = answered(house, agent)
    state, words = said(message)[-1]
    assert (state, "ended the talk before it answered" in words or "broke off" in words) == ("queued", True)
    house.post.do()
    due_again(house)
    assert said(message)[-1] == ("sent", "")
    assert {posted.mail["Message-ID"] for posted in house.post.taken} == {f"<{message.external_id}>"}


def test_a_worker_that_ends_after_the_server_took_the_mail_sends_it_no_second_time(house, agent, monkeypatch):
    asked(house)
    kept = sending._sent

    def killed(*args: object) -> str:
        raise SystemExit

    monkeypatch.setattr(sending, "_sent", killed)
    message = reply(actor=acting(agent), conversation=only(), body="Here it is.")
    with pytest.raises(SystemExit):
        house.send_all()
    assert said(message) == [("queued", "")]
    monkeypatch.setattr(sending, "_sent", kept)
    due_again(house)
    assert said(message)[-1] == ("sent", "")
    assert len(house.post.taken) == 1
    assert Push.objects.get().outcome == "It was sent before."


def test_a_copy_lies_among_what_was_sent_and_is_known_for_ours(house, agent):
    asked(house)
    message = answered(house, agent)
    with house.dovecot.mailbox(house.user) as box:
        box.folder.set("Sent")
        (copy,) = box.fetch(mark_seen=False)
        assert (copy.headers["message-id"], "\\Seen" in copy.flags) == ((f"<{message.external_id}>",), True)
        assert copy.text.replace("\r\n", "\n") == house.post.taken[0].text
    assert house.counted() == {"seen": 1, "same": 1}
    assert Message.objects.count() == 2
    assert Push.objects.get().outcome == f"Sent to {PRIYA}."


def test_without_the_wish_no_copy_is_kept(workspace, dovecot, post, agent):
    house = House.of(workspace, dovecot, post, save_to_sent="no")
    asked(house)
    answered(house, agent)
    assert len(post.taken) == 1
    with house.dovecot.mailbox(house.user) as box:
        assert box.folder.status("Sent")["MESSAGES"] == 0


def test_a_mailbox_that_takes_no_copy_does_not_unsend_the_mail(house, agent):
    asked(house)
    house.change(imap_password="wrong", smtp_password=PASSWORD)
    message = answered(house, agent)
    assert said(message)[-1] == ("sent", "")
    assert Push.objects.get().outcome.startswith(f"Sent to {PRIYA}. No copy could be kept in the mailbox: The mailbox ")


def test_a_press_of_retry_twice_sends_once(house, agent):
    asked(house)
    house.post.do(recipients={PRIYA: "550 No"})
    message = answered(house, agent)
    house.post.do()
    failed = message.deliveries.order_by("-occurred_at").first().pk
    retry(actor=acting(agent), message=message, failed=failed)
    retry(actor=acting(agent), message=message, failed=failed)
    house.send_all()
    house.send_all()
    assert len(house.post.taken) == 1


def test_what_was_sent_elsewhere_and_is_only_recorded_is_not_sent(house, agent):
    asked(house)
    add_message(
        actor=acting(agent), conversation=only(), draft=Draft(direction="outbound", body="By phone", external_id="p1")
    )
    house.send_all()
    assert (house.post.taken, Push.objects.count()) == ([], 0)


def test_whoever_asked_to_be_left_alone_meanwhile_gets_no_mail(house, agent, owner):
    asked(house)
    message = reply(actor=acting(agent), conversation=only(), body="Here it is.")
    suppress(actor=acting(owner), contact=only().contact, reason="said so")
    house.send_all()
    assert house.post.taken == []
    state, words = said(message)[-1]
    assert (state, "asked not to be contacted" in words) == ("failed", True)


def test_signature_and_quote_stand_below_the_answer(workspace, dovecot, post, agent):
    house = House.of(workspace, dovecot, post, signature="Acme Ltd\nacme.example", quote_history="yes")
    house.deliver(letter("ask", sender=f"Priya <{PRIYA}>", subject="AW: Re: Offer?", body="How much?\n\n<b>Bold</b>"))
    house.look()
    answered(house, agent, body="10 < 20.\n\n  Indented")
    posted = post.taken[0]
    assert posted.mail["Subject"] == "Re: Offer?"
    assert posted.text == (
        "10 < 20.\n\n  Indented\n\n-- \nAcme Ltd\nacme.example\n\n"
        "On 1 May 2023 at 12:00 UTC, Priya wrote:\n> How much?\n>\n> <b>Bold</b>\n"
    )
    assert "10 &lt; 20.<br>" in posted.html
    assert "&lt;b&gt;Bold&lt;/b&gt;</blockquote>" in posted.html


@pytest.mark.parametrize("kind", ["starttls", "tls"])
def test_mail_goes_out_encrypted_and_signed_in(workspace, dovecot, post, agent, certificate, kind):
    house = House.of(
        workspace, dovecot, post, smtp_port=post.ports[kind], smtp_security=kind,
        certificate=certificate[0].read_text(), imap_port=dovecot.tls_port, imap_security="tls",
    )  # fmt: skip
    asked(house)
    assert said(answered(house, agent))[-1] == ("sent", "")
    (posted,) = post.taken
    assert (posted.encrypted, posted.user) == (True, house.user)


def test_a_hostile_subject_or_name_makes_no_header_of_its_own(house, agent):
    house.deliver(
        letter("ask", sender=f'"Priya\\" <evil@x>, Bcc: " <{PRIYA}>', subject="Offer =?utf-8?q?=0ABcc:_evil@x?=")
    )
    house.look()
    answered(house, agent)
    (posted,) = house.post.taken
    assert (posted.recipients, posted.mail["Bcc"]) == ([PRIYA], None)
    assert posted.mail["Subject"] == "Re: Offer Bcc: evil@x"


@pytest.mark.parametrize(
    "odd", ["a b@c.example", "a@c.example\r\nBcc: x@y.example", "a\x0b@c.example", "<a@c.example>"]
)
def test_an_id_that_can_stand_in_no_header_holds_up_no_answer(odd):
    answer = Letter(
        ("Us", "us@here.example"), ("Them", "them@there.example"), "Re: Hi", "Yes", "m@here.example", timezone.now(),
        in_reply_to=odd, references=["root@c.example", odd],
    )  # fmt: skip
    mail = answer.mail().message()
    assert (mail["In-Reply-To"], mail["Bcc"]) == (None, None)
    assert bounded(answer.references) == ["root@c.example"]


def test_a_thread_of_very_many_mails_has_a_header_of_bounded_length(house, agent):
    refs = [f"{'r' * 60}{n}" for n in range(90)]
    house.deliver(letter("ask", refs=refs))
    house.look()
    answered(house, agent)
    references = house.post.taken[0].mail["References"].split()
    assert references[0] == f"<{refs[0]}@x>"
    assert references[-1] == "<ask@x>"
    assert {*references} <= {*(f"<{each}@x>" for each in refs), "<ask@x>"}
    assert 20 < len(references) <= 31
    assert len(" ".join(references)) < 2_000


def test_an_answer_to_a_mail_without_an_id_names_none(house, agent):
    house.deliver(letter(subject="Hello", body="No id here."))
    house.look()
    answered(house, agent)
    mail = house.post.taken[0].mail
    assert (mail["Subject"], mail["In-Reply-To"], mail["References"]) == ("Re: Hello", None, None)


def test_a_connection_asks_for_no_more_than_it_needs(house, agent, django_assert_max_num_queries):
    asked(house)
    message = reply(actor=acting(agent), conversation=only(), body="Here it is.")
    house.send_all()
    push = Push.objects.get()
    with django_assert_max_num_queries(4):
        assert SYSTEM.send(Connected(house.connection), push)() == "It was sent or given up before."
    assert said(message)[-1] == ("sent", "")
