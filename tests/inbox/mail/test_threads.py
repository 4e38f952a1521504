from hypothesis import given
from hypothesis import strategies as st

from inbox.mail.parse import parse
from inbox.mail.threads import Threads, ancestors


def mail(headers: str) -> bytes:
    return f"From: a@x\nMessage-ID: <me@x>\n{headers}\n\nhi".encode()


def test_what_a_mail_answers_comes_before_its_references_from_the_newest_back() -> None:
    read = parse(mail("In-Reply-To: <parent@x>\nReferences: <root@x> <grand@x> <parent@x>"))
    assert ancestors(read) == ("parent@x", "grand@x", "root@x")


def test_a_mail_is_not_its_own_ancestor() -> None:
    assert ancestors(parse(mail("In-Reply-To: <me@x>\nReferences: <root@x> <me@x>"))) == ("root@x",)


def test_a_first_mail_has_no_ancestors() -> None:
    assert ancestors(parse(mail("X-Other: 1"))) == ()


def test_ids_that_were_joined_by_others_are_one_thread() -> None:
    threads = Threads()
    for ids in (["a", "b"], ["c", "d"], ["e"], ["d", "b"]):
        threads.join(ids)
    assert len({threads.of(each) for each in "abcd"}) == 1
    assert (threads.of("e"), threads.of("never joined")) == ("e", "never joined")
    assert ("a" in threads, "never joined" in threads) == (True, False)


@given(st.lists(st.lists(st.integers(0, 12).map(str), min_size=1, max_size=3), max_size=12))
def test_threads_are_what_joins_lead_to_in_any_order(joins: list[list[str]]) -> None:
    threads = Threads()
    for ids in joins:
        threads.join(ids)
    for start in {each for ids in joins for each in ids}:
        reached = {start}
        while more := {each for ids in joins if reached & set(ids) for each in ids} - reached:
            reached |= more
        assert {each for ids in joins for each in ids if threads.of(each) == threads.of(start)} == reached


def test_a_thread_of_very_many_is_found_in_no_time() -> None:
    threads = Threads()
    for number in range(100_000, 0, -1):
        threads.join([str(number - 1), str(number)])
    assert threads.of("100000") == threads.of("0")
