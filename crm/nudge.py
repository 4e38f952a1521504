"""Telling a worker, after commit, that there is work. The work itself stands in rows: a nudge that gets lost only
costs the time until the next sweep."""

from typing import Any

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

from crm.celery import app

logger = structlog.get_logger(__name__)

# A broker that is down is noticed at once, and not retried while a person waits for the answer.
NO_RETRY = {"max_retries": 0}


def nudge(task: str, *args: Any) -> None:
    """Send the task of this dotted name (`activity.tasks.consume`) once the transaction commits; now, if there is none.

    Never raises: a nudge that cannot be sent is logged.
    """
    transaction.on_commit(lambda: _send(task, args), robust=True)


def _send(task: str, args: tuple[Any, ...]) -> None:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    headers = {"request_id": request_id} if request_id else {}
    try:
        app.send_task(task, args=args, headers=headers, retry=False, retry_policy=NO_RETRY)
    except (OperationalError, OSError) as error:
        logger.warning("nudge_lost", task=task, reason=str(error))
