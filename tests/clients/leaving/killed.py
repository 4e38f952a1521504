"""The process that `test_killed` kills. It is forked from a server of its own: one forked from the test would take the
connections along that the test has open, and all that it holds in memory."""

import os
import signal
from multiprocessing import get_context
from typing import Any
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection  # noqa: E402

from activity import runs  # noqa: E402

PATIENCE = 60
STEP = 2  # people at a time
SERVER = get_context("forkserver")
SERVER.set_forkserver_preload([__name__])


def work_until_killed(statements: int) -> bool:
    """Whether the process was killed, at its so many-th statement; else it did all that there was."""
    process = SERVER.Process(target=_work, args=(connection.settings_dict["NAME"], statements))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode in (0, -signal.SIGKILL), f"It ended with {process.exitcode}."
    return process.exitcode != 0


def _work(database: str, statements: int) -> None:
    connection.settings_dict["NAME"] = database
    with (
        patch("contacts.leaving.PEOPLE", STEP),
        patch("inbox.leaving.PEOPLE", STEP),
        connection.execute_wrapper(_Killing(statements)),
    ):
        runs.work_off()


class _Killing:
    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.left -= 1
        if self.left <= 0 and connection.in_atomic_block:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
