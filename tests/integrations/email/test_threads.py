"""Which conversation a mail goes on, whatever order mails come in."""

import pytest

from inbox.models import Conversation
from tests.inbox.letters import ME, PRIYA, letter, threads

pytestmark = pytest.mark.django_db
TOM = "tom@example.com"


def test_a_parent_that_comes_after_its_answers_joins_them(house):
    house.deliver(letter("c", day=3, answers="a"))
    house.look()
    house.deliver(letter("d", day=4, answers="b"))
    house.look()
    assert len(threads()) == 2
    house.deliver(letter("b", day=2, sender=ME, to=PRIYA, answers="a"), folder="Sent")
    house.look()
    house.deliver(letter("e", day=5, answers="d"), letter("f", day=6, answers="c"))
    house.look()
    assert Conversation.objects.count() == 2  # what was said stays where it was said
    house.deliver(letter("a", day=1))
    house.look()
    ids = {one: conversation for conversation, (_, held) in enumerate(threads()) for one in held}
    assert ids["a"] == ids["b"] == ids["c"] == ids["f"]
    assert ids["d"] == ids["e"]


def test_brothers_without_their_parent_are_one_thread_each_with_their_person(house):
    house.deliver(letter("b", refs=["root"]))
    house.look()
    house.deliver(letter("c", day=2, refs=["root"]), letter("t", day=2, sender=TOM, refs=["root", "b"]))
    house.look()
    house.deliver(letter("t2", day=3, sender=TOM, answers="t"), letter("d", day=3, answers="t"))
    house.look()
    assert threads() == [(PRIYA, ("b", "c", "d")), (TOM, ("t", "t2"))]


def test_mails_of_one_subject_that_answer_nothing_are_threads_of_their_own(house):
    house.deliver(letter("a"), letter("b", day=2))
    house.look()
    assert threads() == [(PRIYA, ("a",)), (PRIYA, ("b",))]


def test_what_answers_a_part_of_a_thread_in_the_same_page_finds_it(house):
    house.deliver(letter("a"), letter("b", day=2, answers="a"), letter("c", day=3, answers="b"))
    house.look()
    assert threads() == [(PRIYA, ("a", "b", "c"))]


def test_a_thread_of_very_many_ids_is_still_one(house):
    ids = [f"r{n}" for n in range(300)]
    house.deliver(letter("a", refs=ids))
    house.look()
    house.deliver(letter("b", day=2, refs=[*ids, "s"]), letter("x" * 400, day=3, answers="s"))
    house.look()
    house.deliver(letter("c", day=4, answers="x" * 400))
    house.look()
    assert threads() == [(PRIYA, ("a", "b", "x" * 400, "c"))]


def test_threads_that_somebody_else_joined_are_one_for_everybody(house):
    house.deliver(letter("c", refs=["a"]), letter("t", sender=TOM, refs=["b", "b2"]))
    house.look()
    house.deliver(letter("x", sender=TOM, day=2, refs=["a", "b"]))
    house.look()
    house.deliver(letter("f", day=3, refs=["b2"]))
    house.look()
    assert threads() == [(PRIYA, ("c", "f")), (TOM, ("t", "x"))]
