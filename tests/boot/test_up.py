"""`manage.py up`, run for real: what it starts, what it says, and that nothing is left of it however it ends."""

import os
import resource
import signal
import socket
import stat
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from crm import broker
from tests.boot.installation import Installation
from tests.ports import free_port

LOOK = "from django.db import connection as c; k = c.cursor(); k.execute('SHOW fsync'); print(*k.fetchone())"


def answer(url: str) -> int:
    with urllib.request.urlopen(url, timeout=120) as response:  # noqa: S310
        return int(response.status)


def test_a_first_start_prepares_everything(first_said: str) -> None:
    assert first_said.startswith("Preparing the database …\nCollecting the static files …\nParley runs at http://127.")


def test_it_says_where_it_is(used_installation: Installation) -> None:
    running = used_installation.up()
    ready = running.read_ready()
    url = ready.pop("url")
    assert ready == {"email": None, "password": None, "api_key": None, "workspace": None}
    assert stat.S_IMODE(used_installation.ready_file.stat().st_mode) == 0o600
    assert answer(f"{url}/readyz") == 200
    assert running.said() == (
        f"Parley runs at {url}\nLogs are in {used_installation.data / 'logs'}. Ctrl-C stops it.\n"
    )
    assert {child.cmdline()[2] for child in map(running.child, ("web", "worker", "beat"))} == {"web", "worker", "beat"}


def test_sigterm_ends_everything(used_installation: Installation) -> None:
    running = used_installation.up()
    assert len(used_installation.processes()) > 4
    assert running.end(signal.SIGTERM) == 0
    assert used_installation.processes() == []
    assert not used_installation.ready_file.exists()


def test_ctrl_c_ends_everything(used_installation: Installation) -> None:
    """A terminal sends it to the whole process group."""
    running = used_installation.up()
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(60) == 0
    assert used_installation.processes() == []
    assert "Traceback" not in running.said()


def test_a_closed_terminal_ends_everything(used_installation: Installation) -> None:
    running = used_installation.up()
    assert running.end(signal.SIGHUP) == 0
    assert used_installation.processes() == []


def test_a_killed_up_leaves_nothing_and_the_next_one_works_at_once(used_installation: Installation) -> None:
    port = str(free_port())
    running = used_installation.up("--port", port)
    running.end(signal.SIGKILL)
    again = used_installation.up("--port", port)
    assert answer(f"{again.read_ready()['url']}/readyz") == 200
    again.end(signal.SIGKILL)
    assert used_installation.is_gone_within(30)


def test_a_second_start_is_fast(used_installation: Installation) -> None:
    """Four processes load the project and nothing else is done: counted in work, not in seconds, which depend on what
    else the machine does. On an idle one it takes two."""
    before = used_by_children()
    used_installation.run("shell", "--verbosity", "0", "-c", "pass")
    loading = used_by_children() - before
    running = used_installation.up()
    assert running.work() < 8 * loading
    assert "Preparing" not in running.said()
    assert "Collecting" not in running.said()


def test_a_killed_process_is_started_again(used_installation: Installation) -> None:
    running = used_installation.up()
    url = running.read_ready()["url"]
    running.child("web").kill()
    assert running.says("The web process ended (signal SIGKILL) and is started again in 1 s.", within=30)
    # The port stayed open meanwhile: this request waits for the new process.
    assert answer(f"{url}/readyz") == 200


def test_a_killed_database_is_started_again(used_installation: Installation) -> None:
    running = used_installation.up()
    url = running.read_ready()["url"]
    postmaster = int((used_installation.data / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGKILL)
    until = time.monotonic() + 60
    while (status := status_of(f"{url}/readyz")) != 200:
        assert time.monotonic() < until, status
        time.sleep(0.1)


def used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def status_of(url: str) -> int:
    try:
        return answer(url)
    except urllib.error.HTTPError as error:
        return error.code


def test_other_commands_find_the_same_database_running_or_not(used_installation: Installation) -> None:
    assert used_installation.run("shell", "--verbosity", "0", "-c", LOOK).stdout.strip() == "on"
    assert used_installation.is_gone_within(30)
    running = used_installation.up()
    assert used_installation.run("shell", "--verbosity", "0", "-c", LOOK).stdout.strip() == "on"
    assert answer(f"{running.read_ready()['url']}/readyz") == 200


def test_a_second_up_on_the_same_folder_is_refused(used_installation: Installation) -> None:
    running = used_installation.up()
    refused = used_installation.run("up", "--port", str(free_port()))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Parley is already running on {used_installation.data}, at {running.read_ready()['url']}: "
        "stop it first, or choose another folder with --data.\n"
    )
    assert answer(f"{running.read_ready()['url']}/readyz") == 200


def test_a_taken_port_is_named(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = installation.run("up", "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"Port {port} is taken by another program: stop that one, or choose another port with --port.\n"
    )
    assert installation.processes() == []


def test_a_folder_that_cannot_be_written_is_named(installation: Installation) -> None:
    in_the_way = installation.data.parent / "file"
    in_the_way.write_text("")
    installation.data = in_the_way / "data"
    refused = installation.run("up")
    assert refused.returncode == 1
    assert refused.stderr == (
        f"The data folder {installation.data} cannot be written (Not a directory): "
        "choose another with --data or PARLEY_DATA, or change its owner.\n"
    )


def test_a_ready_file_that_cannot_be_written_is_named(used_installation: Installation) -> None:
    refused = used_installation.run("up", "--no-demo", "--port", str(free_port()), "--ready-file", "/proc/ready.json")
    assert refused.returncode == 1
    assert refused.stderr.startswith("/proc/ready.json cannot be written (")
    assert refused.stderr.endswith("choose another with --ready-file.\n")
    assert used_installation.is_gone_within(30)


def test_a_database_that_does_not_answer_is_named(installation: Installation) -> None:
    nowhere = f"postgresql://parley:hunter2@127.0.0.1:{free_port()}/parley"
    refused = installation.run("up", "--port", str(free_port()), DATABASE_URL=nowhere)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The database does not answer (")
    assert refused.stderr.endswith(
        "start it, correct DATABASE_URL, or leave DATABASE_URL out and Parley brings its own.\n"
    )
    assert refused.stderr.count("\n") == 1
    assert "hunter2" not in refused.stderr
    assert installation.processes() == []


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        (
            "DATABASE_URL",
            "mysql//parley:hunter2",
            "DATABASE_URL must look like postgresql://user:password@host:5432/name.",
        ),
        ("PARLEY_DEBUG", "perhaps", "PARLEY_DEBUG must be true or false, not “perhaps”."),
    ],
)
def test_a_malformed_setting_is_named(installation: Installation, setting: str, value: str, sentence: str) -> None:
    refused = installation.run("up", "--port", str(free_port()), **{setting: value})
    assert (refused.returncode, refused.stderr, refused.stdout) == (1, f"{sentence}\n", "")


def test_a_data_folder_with_a_long_path_works(tmp_path: Path, collected: Path) -> None:
    """Its socket does not fit the limit of the system and lies elsewhere."""
    deep = Installation(tmp_path / ("long-" * 12) / ("longer-" * 12) / "parley", collected)
    done = deep.run("shell", "--verbosity", "0", "-c", LOOK)
    assert (done.stdout.strip(), done.stderr) == ("on", "")
    assert deep.is_gone_within(30)


def test_the_beat_wakes_the_worker_and_nothing_piles_up(used_installation: Installation) -> None:
    """Two sweeps a second are taken as they come; with the worker stopped, one of each waits."""
    log = used_installation.data / "logs" / "worker.log"
    before = log.stat().st_size
    running = used_installation.up()
    messages = used_installation.data / "broker" / "messages"
    worker = running.child("worker")
    worker.suspend()
    assert happens(
        lambda: names_of(messages) >= {"0-activity-tasks-sweep.celery.msg", "0-inbox-tasks-sweep.celery.msg"}
    )
    time.sleep(2.5)
    assert all(name.startswith("0-") for name in names_of(messages))
    worker.resume()
    assert happens(lambda: not names_of(messages))
    assert b"Traceback" not in log.read_bytes()[before:]


def names_of(folder: Path) -> set[str]:
    """Of the messages that wait: one that is being written, or was being taken, has another name."""
    return {path.name for path in folder.glob(f"*{broker.SUFFIX}")}


def happens(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 60
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
