"""What lies in a mailbox becomes messages, each once, whatever happens to the mailbox."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import Contact
from inbox.models import Attachment, Conversation, IntentTag, Message
from inbox.tagging import work_off
from integrations import batches, connecting, processing, schedule
from integrations.email import reading
from integrations.models import InboundEvent, SyncRun, Watermark
from integrations.standing import standing
from tests.cast import acting
from tests.inbox.letters import ME, PRIYA, archive, letter, take_in, threads
from tests.integrations.email.dovecot import PASSWORD
from tests.integrations.email.house import House, only

pytestmark = pytest.mark.django_db
TOM = "tom@example.com"


def test_new_mail_comes_in_once(house):
    house.deliver(letter("a", sender=f"Priya Nair <{PRIYA}>", subject="Offer?"), letter("b", sender=TOM))
    assert house.counted() == {"seen": 2, "new": 2}
    assert threads() == [(PRIYA, ("a",)), (TOM, ("b",))]
    priya = Contact.objects.get(email=PRIYA)
    assert (priya.name, priya.source) == ("Priya Nair", "E-mail")
    assert house.counted() == {}
    assert Message.objects.count() == 2


def test_nobodys_mail_is_marked_as_read(house):
    house.deliver(letter("a"))
    house.look()
    house.look(full=True)
    with house.dovecot.mailbox(house.user) as box:
        assert [mail.flags for mail in box.fetch(mark_seen=False)] == [()]


def test_what_was_there_before_is_taken_in_as_far_back_as_is_wanted(workspace, dovecot, post):
    house = House.of(workspace, dovecot, post, backfill_days=10)
    now = timezone.now()
    house.deliver(letter("old"), at=now - timedelta(days=20))
    house.deliver(letter("recent"), at=now - timedelta(days=5))
    assert house.counted() == {"seen": 1, "new": 1}
    assert threads() == [(PRIYA, ("recent",))]
    house.change(backfill_days=30)
    assert house.counted() == {"seen": 2, "new": 1, "same": 1}
    assert {one for _, ids in threads() for one in ids} == {"old", "recent"}


def test_without_days_back_only_what_is_new_comes_in(workspace, dovecot, post):
    house = House.of(workspace, dovecot, post, backfill_days=0)
    house.deliver(letter("before"))
    assert house.counted() == {}
    house.deliver(letter("after"))
    assert house.counted() == {"seen": 1, "new": 1}
    assert threads() == [(PRIYA, ("after",))]


def test_what_is_in_the_past_is_taken_in_in_the_order_in_which_it_was_written(house):
    house.deliver(letter("c", day=3, answers="b"), letter("a"), letter("d", day=4, refs=["a"]))
    house.deliver(letter("b", sender=ME, to=PRIYA, day=2, answers="a"), folder="Sent")
    assert house.counted() == {"seen": 4, "new": 4}
    assert [m.external_id for m in only().messages.order_by("position")] == ["a@x", "b@x", "c@x", "d@x"]


def test_many_mails_come_in_page_by_page_and_a_stopped_look_goes_on_where_it_was(house, monkeypatch):
    monkeypatch.setattr(reading, "MAILS_AT_ONCE", 3)
    monkeypatch.setattr(reading, "HEADERS_AT_ONCE", 5)
    house.deliver(*(letter(f"in{n:02}", day=1 + n) for n in range(11)))
    house.deliver(*(letter(f"out{n:02}", sender=ME, to=PRIYA, day=1 + n) for n in range(4)), folder="Sent")
    look = batches.start(actor=acting(house.connection.workspace), connection=house.connection)
    batches.step(look)
    batches.step(look)
    assert Message.objects.count() == 6
    house.deliver(letter("fresh", day=28))
    batches.step(look)  # what is new goes first
    assert Message.objects.filter(external_id="fresh@x").exists()
    assert batches.finish(look).state == SyncRun.State.DONE
    assert Message.objects.count() == 16
    assert house.counted() == {}
    assert house.counted(full=True) == {"seen": 16, "same": 16}


def test_a_page_holds_no_more_bytes_than_it_may(house, monkeypatch):
    monkeypatch.setattr(reading, "BYTES_AT_ONCE", 3_000)
    house.deliver(*(letter(f"{n}", body="x" * 1_200) for n in range(5)))
    look = batches.start(actor=acting(house.connection.workspace), connection=house.connection)
    counts = []
    while batches.step(look):
        counts.append(Message.objects.count())
        look.refresh_from_db()
    assert counts == [2, 4, 5, 5]


def test_numbers_that_mean_something_else_lose_and_double_nothing(house):
    house.deliver(letter("a"), letter("b", day=2, answers="a"))
    house.look()
    with house.dovecot.mailbox(house.user) as box:
        kept = [mail.obj.as_bytes() for mail in box.fetch(mark_seen=False)]
        box.folder.rename("INBOX", "Before")
    house.deliver(letter("c", day=3), *kept)
    validity = Watermark.objects.get(stream="folder INBOX").value["validity"]
    assert house.counted() == {"seen": 3, "new": 1, "same": 2}
    assert Watermark.objects.get(stream="folder INBOX").value["validity"] != validity
    assert Message.objects.count() == 3
    house.deliver(letter("d", day=4))
    assert house.counted() == {"seen": 1, "new": 1}


def test_a_mail_that_is_moved_stays_one(workspace, dovecot, post):
    house = House.of(workspace, dovecot, post, folders="INBOX\nArchive")
    without_id = letter(body="Without an id.")
    house.deliver(letter("a"), without_id)
    assert house.counted() == {"seen": 2, "new": 2}
    with house.dovecot.mailbox(house.user) as box:
        box.move(box.uids(), "Archive")
    assert house.counted() == {"seen": 2, "same": 2}
    assert Message.objects.count() == 2


def test_what_cannot_be_read_is_kept_and_stops_nobody(house):
    house.deliver(letter("a"), b"no header anywhere\r\n", letter("b", sender="nobody"), letter("c", day=2))
    assert house.counted() == {"seen": 4, "new": 2, "failed": 2}
    broken = list(InboundEvent.objects.order_by("last_error"))
    assert [(event.state, event.type, event.last_error) for event in broken] == [
        ("dead", "mail.unreadable", "This is not a mail: it does not begin with headers."),
        ("dead", "mail.unreadable", "This mail does not say who sent it."),
    ]
    assert bytes(broken[0].body).strip() == b"no header anywhere"
    assert broken[0].payload["beginning"].strip() == "no header anywhere"
    assert not standing(house.connection).is_complete
    assert house.counted(full=True) == {"seen": 4, "same": 4}
    assert InboundEvent.objects.count() == 2


def test_what_could_not_be_read_can_be_tried_again(house, owner):
    house.deliver(letter("b", sender="nobody"))
    house.look()
    event = InboundEvent.objects.get()
    processing.replay(actor=acting(owner), event=event)
    processing.work_off()
    event.refresh_from_db()
    assert (event.state, event.last_error) == ("dead", "This mail does not say who sent it.")
    InboundEvent.objects.filter(pk=event.pk).update(body=letter("b"))  # as if Parley could read it by now
    processing.replay(actor=acting(owner), event=event)
    processing.work_off()
    event.refresh_from_db()
    assert (event.state, event.outcome) == ("done", "The mail was taken in.")
    assert threads() == [(PRIYA, ("b",))]
    assert standing(house.connection).is_complete


def test_of_a_mail_that_is_too_large_the_beginning_is_kept_and_says_so(house, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 1024**2)
    monkeypatch.setattr(reading, "BEGINNING", 2_000)
    mixed = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
    body = f"--b\n\nSee the plan.\n--b\nContent-Disposition: attachment; filename=p.pdf\n\n{'x' * 3 * 1024**2}\n--b--"
    house.deliver(letter("a", more=mixed, body=body), letter("b", day=2))
    assert house.counted() == {"seen": 2, "new": 2}
    message = Message.objects.get(external_id="a@x")
    assert message.body == "See the plan."
    file = Attachment.objects.get()
    assert (file.name, bytes(file.content)) == (
        "this mail was too large.txt",
        b"This mail has 3 MB: only its beginning is kept, without attachments.",
    )


def test_a_mail_to_ourselves_is_left_out_and_not_looked_at_again(house):
    house.deliver(letter("a", sender=ME, to=ME))
    assert house.counted() == {"seen": 1, "same": 1}
    assert house.counted(full=True) == {"seen": 1, "same": 1}
    assert not Message.objects.exists()


def test_what_somebody_sent_from_their_own_program_is_theirs(house, agent):
    house.deliver(letter("ask"))
    house.deliver(
        letter("ours", sender=f"Anna <{agent.user.email.upper()}>", to=PRIYA, day=2, answers="ask"),
        letter("shared", sender=f"Acme <{ME}>", to=PRIYA, day=3, answers="ask"),
        letter("alias", sender="Acme <alias@acme.example>", to=PRIYA, day=4, answers="ask"),
        folder="Sent",
    )
    assert house.counted() == {"seen": 4, "new": 4}
    sent = Message.objects.filter(direction="outbound").order_by("occurred_at")
    assert [(m.external_id, m.author_kind, m.author_id) for m in sent] == [
        ("ours@x", "person", agent.pk), ("shared@x", "person", None), ("alias@x", "person", None),
    ]  # fmt: skip
    assert {m.conversation_id for m in Message.objects.all()} == {only().pk}
    assert only().turn == "theirs"


def test_a_colleague_who_answers_with_us_in_copy_is_one_of_us_and_one_who_writes_to_us_is_not(house, agent):
    mine = agent.user.email
    house.deliver(
        letter("ask"),
        letter("answer", sender=mine, to=PRIYA, day=2, answers="ask", more=f"Cc: {ME}"),
        letter("question", sender=mine, to=ME, day=3),
    )
    house.look()
    assert threads() == sorted([(mine, ("question",)), (PRIYA, ("ask", "answer"))])
    assert Message.objects.get(external_id="answer@x").author_id == agent.pk


def test_automatic_replies_are_known_by_their_headers(house):
    house.deliver(letter("a", subject="Away", body="I am away.", more="Auto-Submitted: auto-replied"))
    house.look()
    work_off()
    tag = IntentTag.objects.get()
    assert (tag.intent, tag.reason) == ("out_of_office", "header Auto-Submitted: auto-replied")


def test_an_archive_that_was_imported_before_is_not_doubled_and_goes_on(house, tmp_path):
    take_in(archive(tmp_path / "mail.mbox", letter("a"), letter("b", sender=ME, to=PRIYA, day=2, answers="a")))
    assert only().connection is None
    house.deliver(letter("a"), letter("c", day=3, answers="b"))
    assert house.counted() == {"seen": 2, "new": 1, "same": 1}
    assert threads() == [(PRIYA, ("a", "b", "c"))]
    assert only().connection == house.connection


def test_a_folder_that_is_gone_is_told_in_a_sentence(house):
    house.change(folders="INBOX\nLeads")
    look = house.look()
    assert (look.state, look.last_error) == (
        "dead", "The mailbox has no folder “Leads”. It has: “Archive”, “INBOX”, “Sent”.",
    )  # fmt: skip
    house.connection.refresh_from_db()
    assert house.connection.failure == look.last_error
    with house.dovecot.mailbox(house.user) as box:
        box.folder.create("Leads")
    house.look()
    house.connection.refresh_from_db()
    assert (house.connection.failing_since, house.connection.failure) == (None, "")


def test_everything_belongs_to_the_client_whose_account_it_is(workspace, harbour, dovecot, post):
    house = House.of(workspace, dovecot, post, client_id=harbour.pk)
    house.deliver(letter("a"), letter("b", day=2, answers="a"))
    house.look()
    assert {row.client for model in (Contact, Conversation, Message) for row in model.objects.all()} == {harbour}
    assert threads() == [(PRIYA, ("a", "b"))]


def test_a_page_costs_the_same_number_of_queries_however_many_threads_it_has(house, django_assert_max_num_queries):
    house.deliver(*(letter(f"{n}", refs=[f"r{n}"]) for n in range(20)))
    house.look()
    look = batches.start(actor=acting(house.connection.workspace), connection=house.connection, full=True)
    with django_assert_max_num_queries(32):
        batches.step(look)


def test_a_mailbox_that_is_connected_anew_is_not_doubled_and_goes_on(house, workspace, dovecot, post, owner):
    house.deliver(letter("a"))
    house.look()
    connecting.disconnect(actor=acting(owner), connection=house.connection)
    anew = House.of(workspace, dovecot, post, imap_user=house.user)
    house.deliver(letter("b", day=2, answers="a"))
    assert anew.counted() == {"seen": 2, "new": 1, "same": 1}
    assert threads() == [(PRIYA, ("a", "b"))]
    assert only().connection == anew.connection


def test_what_another_account_of_the_house_sent_with_us_in_copy_is_ours(house, workspace, dovecot, post):
    House.of(workspace, dovecot, post, addresses="support@acme.example")
    house.deliver(letter("a", sender="support@acme.example", to=PRIYA, more=f"Cc: {ME}"))
    house.look()
    assert (threads(), Message.objects.get().direction) == ([(PRIYA, ("a",))], "outbound")


def test_numbers_that_go_back_are_as_good_as_other_ones(house):
    """A server that was put back to an older state hands out the same numbers once more."""
    house.deliver(letter("a"))
    house.look()
    row = Watermark.objects.get(stream="folder INBOX")
    row.value["seen"] = 7
    row.save()
    house.deliver(letter("b", day=2))
    assert house.counted() == {"seen": 2, "new": 1, "same": 1}


def test_a_regular_look_that_is_refused_waits_until_it_is_mended_and_piles_nothing_up(house):
    house.change(imap_password="wrong")
    schedule.begin_due()
    batches.work_off()
    schedule.begin_due()
    look = SyncRun.objects.get()
    house.connection.refresh_from_db()
    assert (look.state, look.attempts, look.last_error) == ("waiting", 0, house.connection.failure)
    assert "or the password: Authentication failed" in house.connection.failure
    house.change(imap_password=PASSWORD)
    house.deliver(letter("a"))
    SyncRun.objects.update(due_at=timezone.now())
    batches.work_off()
    house.connection.refresh_from_db()
    assert (SyncRun.objects.get().state, house.connection.failing_since, Message.objects.count()) == ("done", None, 1)
