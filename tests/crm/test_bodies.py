"""The cap on request bodies, before Django spools them to disk."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from crm.bodies import Message, Receive, Scope, Send, capped


def ask(*, announced: int | None, chunks: list[bytes]) -> tuple[list[Message], list[Message]]:
    """What the sender got, and what the application took in, with a cap of ten bytes."""
    sent: list[Message] = []
    taken: list[Message] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        while not taken or taken[-1].get("more_body"):
            taken.append(await receive())

    async def send(message: Message) -> None:
        sent.append(message)

    coming = iter([{"type": "http.request", "body": chunk, "more_body": chunk is not chunks[-1]} for chunk in chunks])

    async def receive() -> Message:
        return next(coming)

    headers: list[Any] = [] if announced is None else [(b"content-length", str(announced).encode())]
    answer = capped(application, 10)
    with ThreadPoolExecutor(1) as elsewhere:  # this thread may hold the loop of a browser that an earlier test drove
        elsewhere.submit(lambda: asyncio.run(answer({"type": "http", "headers": headers}, receive, send))).result()
    return sent, taken


def test_a_body_within_the_cap_goes_through_untouched() -> None:
    sent, taken = ask(announced=10, chunks=[b"12345", b"67890"])

    assert sent == []
    assert [message["body"] for message in taken] == [b"12345", b"67890"]


def test_a_body_that_announces_too_much_is_refused_before_it_is_read() -> None:
    sent, taken = ask(announced=11, chunks=[b"1"])

    assert (sent[0]["status"], taken) == (413, [])


def test_a_chunked_body_ends_where_it_passes_the_cap() -> None:
    sent, taken = ask(announced=None, chunks=[b"12345", b"678901", b"never"])

    assert sent == []
    assert [message["type"] for message in taken] == ["http.request", "http.disconnect"]
