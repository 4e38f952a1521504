"""The embedded database: up while anyone uses it, gone with the last one, whole after a kill."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from crm.boot import PROJECT, StartError, postgres
from crm.boot.locks import is_locked
from tests.boot.installation import Installation

USE = """
import sys; from pathlib import Path; from crm.boot import postgres
postgres.use(Path(sys.argv[1])); print("uses", flush=True); sys.stdin.read()
"""


@pytest.fixture
def data(used_installation: Installation) -> Iterator[Path]:
    """One that was made before."""
    yield used_installation.data
    postgres.leave(used_installation.data)


@pytest.fixture
def fresh(installation: Installation) -> Iterator[Path]:
    yield installation.data
    postgres.leave(installation.data)


class Other:
    """Another process that uses the database until it is told to end."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE, str(data)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "uses\n"

    def end(self) -> None:
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def happens(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def postmaster(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().split()[0]))


def run(data: Path, statement: str) -> list[tuple[object, ...]]:
    folder = str(postgres.socket_folder(data))
    with psycopg.connect(host=folder, user="postgres", dbname="postgres") as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def ask(data: Path, question: str) -> object:
    return run(data, question)[0][0]


def test_it_stops_with_its_last_user(data: Path) -> None:
    first, second = Other(data), Other(data)
    server = postmaster(data)
    first.end()
    time.sleep(0.3)
    assert server.is_running()
    second.end()
    assert happens(lambda: not postgres.is_ready(data))


def test_a_killed_user_does_not_keep_it_up(data: Path) -> None:
    other = Other(data)
    assert postgres.is_ready(data)
    other.kill()
    assert happens(lambda: not postgres.is_ready(data))


def test_leaving_returns_once_it_has_stopped(data: Path) -> None:
    postgres.use(data)
    assert ask(data, "SELECT 1") == 1
    postgres.leave(data)
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_leaving_does_not_stop_it_under_others(data: Path) -> None:
    postgres.use(data)
    other = Other(data)
    postgres.leave(data)
    assert ask(data, "SELECT 1") == 1
    other.end()


def test_a_killed_server_is_started_again_by_its_next_user(data: Path) -> None:
    postgres.use(data)
    run(data, "CREATE TABLE kept AS SELECT 7 AS number")
    postmaster(data).kill()
    assert happens(lambda: not is_locked(postgres.keeper_lock(data)))
    postgres.use(data)
    assert ask(data, "SELECT number FROM kept") == 7


def test_a_killed_keeper_takes_its_server_along(data: Path) -> None:
    postgres.use(data)
    server = postmaster(data)
    server.parent().kill()
    assert happens(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    postgres.use(data)
    assert ask(data, "SELECT 1") == 1


def test_a_pid_file_left_by_a_lost_machine_is_no_hindrance(data: Path) -> None:
    """Its pid may have gone round: here it is that of this very test."""
    postgres.use(data)
    pid_file = data / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.leave(data)
    pid_file.write_text("\n".join([str(psutil.Process().pid), *lines[1:]]))
    postgres.use(data)
    assert ask(data, "SELECT 1") == 1


def test_it_keeps_what_it_promised_and_knows_letters(data: Path) -> None:
    postgres.use(data)
    shown = [ask(data, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "full_page_writes")]
    assert shown == ["on", "on", "on"]
    assert ask(data, "SELECT upper('žluťoučký ἔρως')") == "ŽLUŤOUČKÝ ἜΡΩΣ"
    assert ask(data, "SELECT lower('STRASSE ÄÖÜ')") == "strasse äöü"


def test_only_its_owner_can_reach_it(data: Path) -> None:
    postgres.use(data)
    assert (data / "postgres").stat().st_mode & 0o777 == 0o700
    assert ask(data, "SHOW listen_addresses") == ""


def test_a_server_that_cannot_start_says_where_to_look(data: Path) -> None:
    postgres.use(data)
    postgres.leave(data)
    chosen = data / "postgres" / "postgresql.auto.conf"
    chosen.write_text("shared_buffers = 'no such size'\n")
    with pytest.raises(StartError) as refused:
        postgres.use(data)
    chosen.write_text("")
    assert str(refused.value) == (f"The embedded PostgreSQL did not start: see the end of {data / 'postgres.log'}.")


def test_a_creation_that_was_cut_short_is_begun_anew(fresh: Path) -> None:
    half = fresh / "postgres.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    postgres.use(fresh)
    assert ask(fresh, "SELECT 1") == 1
    assert not half.exists()


def test_many_first_users_at_once_share_one_server(fresh: Path) -> None:
    others = [
        subprocess.Popen(
            [sys.executable, "-c", USE, str(fresh)], cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(6)
    ]
    said = [other.stdout.readline() for other in others if other.stdout]
    assert said == [b"uses\n"] * 6
    servers = [process for process in psutil.process_iter(["cmdline"]) if is_server_of(process, fresh)]
    assert len(servers) == 1
    for other in others:
        other.communicate()
    assert happens(lambda: not is_locked(postgres.keeper_lock(fresh)))


def is_server_of(process: psutil.Process, data: Path) -> bool:
    words = process.info["cmdline"] or []
    return words[1:3] == ["-D", str(data / "postgres")]


def test_a_keeper_whose_starter_was_killed_serves_the_next_user(data: Path) -> None:
    """Killed between starting the keeper and hearing from it."""
    started = (
        "import subprocess; from crm.boot import postgres; subprocess.Popen = Gone; postgres.use(Path(sys.argv[1]))"
    )
    gone = "import os, sys; from pathlib import Path; real = __import__('subprocess').Popen\nclass Gone:\n"
    gone += "    def __init__(self, *a, **k): real(*a, **k); os._exit(9)\n"
    done = subprocess.run([sys.executable, "-c", gone + started, str(data)], cwd=PROJECT, check=False)
    assert done.returncode == 9
    postgres.use(data)
    assert ask(data, "SELECT 1") == 1
