"""How long it takes until every open browser has heard of a change: one of them, and two hundred, on a real server."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from statistics import median

from django.conf import settings
from django.test import Client as Browser

from accounts.actors import person
from accounts.models import Membership
from bench.filling import Side
from bench.measuring import Result
from contacts.actions import change
from contacts.models import Contact

ONE, MANY = 1, 200
CHANGES = 15
START_SECONDS = 60
PROJECT = Path(__file__).resolve().parent.parent

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def measured(side: Side) -> Result:
    with _served() as port:
        few, many = asyncio.run(_heard(side, port))
    return Result(f"A change reaches {ONE} → {MANY} open browsers", few, many, (0, 0), 0)


@contextmanager
def _served() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    data = str(Path(os.environ["PARLEY_DATA"]).parent)
    words = ["-m", "uvicorn", "crm.asgi:application", "--port", str(port), "--lifespan", "off", "--log-level", "error"]
    server = subprocess.Popen([sys.executable, *words], cwd=PROJECT, env={**os.environ, "PARLEY_DATA": data})
    try:
        _wait_for(port)
        yield port
    finally:
        server.kill()
        server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


async def _heard(side: Side, port: int) -> tuple[float, float]:
    """Milliseconds from a change to the last browser that hears of it, turn about with one and with many listening."""
    members = await asyncio.to_thread(lambda: list(Membership.objects.filter(workspace=side.workspace)))
    cookies = [await asyncio.to_thread(_cookie, member) for member in members]
    numbers = count(int(time.time()))
    medians = []
    for listeners in (ONE, MANY):
        streams = [await _listening(port, cookies[each % len(cookies)]) for each in range(listeners)]
        times = [await _until_all_heard(side, streams, next(numbers)) for _ in range(CHANGES)]
        medians.append(median(times) * 1000)
        for _, writer in streams:
            writer.close()
    return medians[0], medians[1]


def _cookie(member: Membership) -> str:
    browser = Browser()
    browser.force_login(member.user, "allauth.account.auth_backends.AuthenticationBackend")
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


async def _listening(port: int, cookie: str) -> Stream:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\n\r\n"
    writer.write(head.encode())
    await reader.readuntil(b"event: ready")
    return reader, writer


async def _until_all_heard(side: Side, streams: list[Stream], number: int) -> float:
    began = time.perf_counter()
    await asyncio.to_thread(_happen, side, number)
    await asyncio.gather(*(reader.readuntil(b"contact.updated") for reader, _ in streams))
    return time.perf_counter() - began


def _happen(side: Side, number: int) -> None:
    contact = Contact.objects.get(pk=side.id_of("contact", 1))
    change(actor=person(side.member), contact=contact, company=f"Company {number}")
