"""kill -9 of web and worker in the middle of everything: what was answered 2xx is done, once.

The whole of Parley runs as `manage.py up` starts it, on the database under test. `PARLEY_CHAOS_EVENTS` makes it more
than two hundred events; `PARLEY_CHAOS_SEED` repeats the moments of a run.
"""

import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from accounts.models import Membership
from activity.models import Event
from contacts.models import Contact, Identity
from crm.boot import prepare
from inbox.models import Message
from integrations import connecting
from integrations.models import Connection, InboundEvent
from tests import cast
from tests.boot.installation import Installation, Running
from tests.integrations.muro.control import KEY, SECRET, StandIn, at, conversation, identified, message
from tests.integrations.muro.deliveries import headers_of
from tests.template import database_url

EVENTS = int(os.environ.get("PARLEY_CHAOS_EVENTS", "200"))
SEED = int(os.environ.get("PARLEY_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
KILLS = max(1, EVENTS // 1250)  # of each: `up` waits twice as long before each further start
SENDERS = 4
CHATS = 5  # every fifth brings a message too, which is fetched
PATIENCE = 120 + EVENTS / 10  # seconds
# A worker that is killed holds what it was at for a minute. That minute is over sooner here.
LEASE_SECONDS, HELD_SECONDS = 60, 4


class Muro:
    """Sends each event until it is answered with 2xx, from several threads at once."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answered: set[str] = set()
        self.repeated = 0
        self._lock = threading.Lock()

    def send_all(self, events: list[dict[str, Any]]) -> None:
        with ThreadPoolExecutor(SENDERS) as senders:
            list(senders.map(self._send, events))

    def _send(self, event: dict[str, Any]) -> None:
        body = json.dumps(event).encode()
        until = time.monotonic() + PATIENCE
        while not self._is_answered(body, headers_of(event, body, SECRET, int(time.time()))):
            assert time.monotonic() < until, "nobody answers"
            with self._lock:
                self.repeated += 1
        with self._lock:
            self.answered.add(event["id"])

    def _is_answered(self, body: bytes, headers: dict[str, str]) -> bool:
        try:
            return httpx2.post(self.url, content=body, headers=headers, timeout=10, verify=False).is_success
        except httpx2.TransportError:
            time.sleep(0.05)
            return False


@pytest.fixture
def connected(transactional_db: None, stand_in: StandIn, admin: Membership) -> Connection:
    given = {"base_url": stand_in.api, "api_key": KEY, "webhook_secret": SECRET}
    return connecting.connect(actor=cast.acting(admin), system="muro", settings=given).connection


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    process = StandIn()
    process.tell("set", per_window=10**6)
    yield process
    process.stop()


@pytest.fixture
def running(connected: Connection, tmp_path: Path) -> Iterator[Running]:
    installation = Installation(tmp_path / "parley", static(tmp_path / "static"))
    yield installation.up(
        DATABASE_URL=database_url(database.settings_dict["NAME"]), PARLEY_PRIVATE_HOSTS="127.0.0.1",
        PARLEY_CREDENTIALS_KEYS=",".join(settings.CREDENTIALS_KEYS),
    )  # fmt: skip
    installation.end_all()


def static(folder: Path) -> Path:
    """Empty, and said to be up to date: no page is looked at here."""
    folder.mkdir()
    (folder / ".collected").write_text(prepare._fingerprint())
    return folder


def visit(number: int) -> dict[str, Any]:
    visitor = {"id": f"vis_{number}", "email": f"visitor{number}@example.com", "name": f"Visitor {number}"}
    chat = {"conversation_id": f"cnv_{number}"} if number % CHATS == 0 else {}
    return {**identified(f"evt_{number}", visitor=visitor, **chat), "created_at": at(number % 600)}


def test_what_was_answered_is_done_once_whatever_is_killed(
    running: Running, connected: Connection, stand_in: StandIn
) -> None:
    chats = range(0, EVENTS, CHATS)
    stand_in.load(
        (), [conversation(f"cnv_{n}") for n in chats],
        **{f"cnv_{n}": [message(f"msg_{n}", f"Question {n}", minute=n % 600)] for n in chats},
    )  # fmt: skip
    path = connecting.hook_url(connected).partition("/hooks/")[2]
    muro = Muro(f"{running.read_ready()['url']}/hooks/{path}")
    sending = threading.Thread(target=muro.send_all, args=([visit(n) for n in range(EVENTS)],))
    sending.start()
    killed = kill_now_and_then(running, muro, random.Random(SEED))  # noqa: S311
    sending.join(PATIENCE)
    wait_until_handled(running)
    print(f"seed {SEED}: killed {dict(killed)}, {muro.repeated} requests repeated")  # noqa: T201

    assert killed == {"web": KILLS, "worker": KILLS}
    assert wait_until_noticed(running) == 2 * KILLS
    assert muro.answered == {f"evt_{n}" for n in range(EVENTS)}
    events = InboundEvent.objects.filter(connection=connected)
    assert dict(Counter(events.values_list("state", flat=True))) == {"done": EVENTS}
    assert set(events.values_list("key", flat=True)) == muro.answered
    assert (Contact.objects.count(), Identity.objects.filter(kind="muro").count()) == (EVENTS, EVENTS)
    assert set(Message.objects.values_list("external_id", flat=True)) == {f"msg_{n}" for n in chats}
    assert Message.objects.count() == len(chats)
    told = Counter(
        Event.objects.filter(type__in=["contact.created", "message.received"]).values_list("type", flat=True)
    )
    assert told == {"contact.created": EVENTS, "message.received": len(chats)}


def kill_now_and_then(running: Running, muro: Muro, chance: random.Random) -> Counter[str]:
    """The web process after so many were answered, the worker after so many were handled, both at random."""
    plan = {name: sorted(chance.sample(range(EVENTS // 20, EVENTS * 9 // 10), KILLS)) for name in ("web", "worker")}
    killed = Counter[str]()
    until = time.monotonic() + PATIENCE
    while any(plan.values()):
        assert time.monotonic() < until, (plan, running.said())
        reached = {"web": len(muro.answered), "worker": InboundEvent.objects.filter(state="done").count()}
        for name in ("web", "worker"):
            if plan[name] and reached[name] >= plan[name][0] and kill(running, name):
                plan[name].pop(0)
                killed[name] += 1
        let_leases_end()
        time.sleep(chance.uniform(0.01, 0.1))
    return killed


def kill(running: Running, name: str) -> bool:
    """False where it is not there yet after its last end."""
    try:
        one = running.child(name)
        family = [one, *one.children(recursive=True)]
    except (StopIteration, psutil.NoSuchProcess):
        return False
    for process in family:
        with suppress(psutil.NoSuchProcess):  # it ends with its parent
            process.kill()
    return True


def wait_until_noticed(running: Running) -> int:
    """How many kills `up` tells of, once it has noticed them all: the last may have come when all was handled."""
    until = time.monotonic() + PATIENCE
    while (count := running.said().count("signal SIGKILL")) < 2 * KILLS and time.monotonic() < until:
        time.sleep(0.05)
    return count


def let_leases_end() -> None:
    """What was claimed a while ago is free again, also under the hands of a worker that is only slow."""
    soon = timezone.now() + timedelta(seconds=LEASE_SECONDS - HELD_SECONDS)
    InboundEvent.objects.filter(state="waiting", leased_until__lt=soon).update(leased_until=timezone.now())


def wait_until_handled(running: Running) -> None:
    until = time.monotonic() + PATIENCE
    while InboundEvent.objects.filter(state="waiting").exists():
        assert time.monotonic() < until, running.said()
        let_leases_end()
        time.sleep(0.05)
