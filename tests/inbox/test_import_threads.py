"""Which conversation a mail of an archive comes into, in whatever order the archive, or several, hold them."""

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contacts.addresses import EMAIL, address
from contacts.models import Contact
from contacts.people import add_address
from inbox.models import Conversation
from tests.inbox.letters import ME, PRIYA, archive, letter, take_in, threads

pytestmark = pytest.mark.usefixtures("workspace")
TOM = "tom@example.com"
JUST_ME: dict[str, Any] = {"sender": ME, "to": PRIYA}

# A thread with Priya in which Tom is asked too, one that only a mail nobody kept holds together, and one alone.
MAILS = (
    letter("ask", day=1, subject="Offer"),
    letter("offer", day=2, answers="ask", subject="Re: Offer", **JUST_ME),
    letter("tom?", day=3, refs=["ask", "offer"], sender=ME, to=TOM),
    letter("tom!", day=4, answers="tom?", sender=TOM),
    letter("well?", day=5, refs=["ask", "offer"], answers="offer"),
    letter("no-date", date="", answers="well?", **JUST_ME),
    letter("left", day=6, answers="nobody-kept"),
    letter("right", day=7, refs=["nobody-kept"], answers="lost-too"),
    letter("alone", day=8, subject="Re: Offer"),
    letter("same-second-1", day=9, subject="Now"),
    letter("same-second-2", day=9, answers="same-second-1", **JUST_ME),
)
THREADS = [
    (PRIYA, ("alone",)),
    (PRIYA, ("left", "right")),
    (PRIYA, ("no-date", "ask", "offer", "well?")),
    (PRIYA, ("same-second-1", "same-second-2")),
    (TOM, ("tom?", "tom!")),
]

# Each example is rolled back by itself. To shrink one that fails would take ten minutes and show little.
IN_ANY_ORDER = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mail.mbox"


def shown() -> object:
    """What the inbox lists, but for ids and the times of our own."""
    fields = ("contact__email", "subject", "turn", "unread_count", "message_count", "last_message_at", "sorted_at")
    return threads(), sorted(Conversation.objects.values_list(*fields))


@given(mails=st.permutations(MAILS))
@IN_ANY_ORDER
def test_the_order_in_the_file_means_nothing(path, mails):
    seen = []
    for order in (MAILS, mails):
        with transaction.atomic():
            take_in(archive(path, *order))
            seen.append(shown())
            transaction.set_rollback(True)
    assert seen[0] == seen[1]
    assert seen[1][0] == THREADS


@given(mails=st.permutations(MAILS), cut=st.integers(0, len(MAILS)))
@IN_ANY_ORDER
def test_a_run_that_was_cut_short_and_another_come_to_the_same(path, mails, cut):
    with transaction.atomic():
        take_in(archive(path, *mails[:cut]))
        take_in(archive(path, *mails))
        found = {tuple(sorted(ids)) for _, ids in threads()}
        transaction.set_rollback(True)
    # Two halves of a thread that nothing joined when they were taken in stay two: what is said is not moved.
    assert sorted(each for ids in found for each in ids) == sorted(each for _, ids in THREADS for each in ids)
    whole = [set(ids) for _, ids in THREADS]
    assert all(any(set(ids) <= thread for thread in whole) for ids in found)


def test_sent_mail_taken_in_first_is_joined_by_what_it_answers(path):
    take_in(archive(path, letter("answer", day=2, answers="question", **JUST_ME)))
    take_in(archive(path, letter("question", day=1)))
    assert threads() == [(PRIYA, ("question", "answer"))]


def test_two_archives_hold_a_thread_together_by_a_mail_in_neither(path):
    take_in(archive(path, letter("left", day=1, answers="nobody-kept")))
    take_in(archive(path, letter("right", day=2, refs=["nobody-kept"])))
    assert threads() == [(PRIYA, ("left", "right"))]


def test_a_later_archive_goes_on_in_the_conversation_of_the_nearest_ancestor(path):
    take_in(archive(path, letter("a"), letter("b", day=2)))
    take_in(archive(path, letter("c", day=3, refs=["a", "b"])))
    assert threads() == [(PRIYA, ("a",)), (PRIYA, ("b", "c"))]


def test_a_mail_and_the_subject_of_another_are_no_thread(path):
    take_in(archive(path, letter("a", subject="Offer"), letter("b", day=2, subject="Re: Offer")))
    assert len(threads()) == 2


def test_a_person_with_two_addresses_has_one_conversation_in_a_thread(path, actor):
    take_in(archive(path, letter("a")))
    home = address(EMAIL, "priya@home.example", region="")
    assert add_address(actor=actor(), contact=Contact.objects.get(), address=home)
    take_in(archive(path, letter("b", day=2, sender="priya@home.example", refs=["a"])))
    assert threads() == [(PRIYA, ("a", "b"))]


def test_a_thread_of_one_client_is_not_gone_on_with_in_another(path, harbour, meadow):
    take_in(archive(path, letter("a")), "--client", harbour.name)
    take_in(archive(path, letter("b", day=2, answers="a")), "--client", meadow.name)
    assert threads() == [(PRIYA, ("a",)), (PRIYA, ("b",))]


def test_a_circle_of_answers_is_a_thread(path):
    take_in(archive(path, letter("a", answers="b"), letter("b", day=2, answers="a"), letter("c", day=3, answers="c")))
    assert threads() == [(PRIYA, ("a", "b")), (PRIYA, ("c",))]


def test_a_mail_that_answers_itself_alone_is_a_thread_of_its_own(path, actor):
    take_in(archive(path, letter("a", answers="a", refs=["a"])))
    assert threads() == [(PRIYA, ("a",))]
