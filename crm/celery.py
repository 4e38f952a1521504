"""Background work. A task is only a nudge: the work stands in rows, and the sweeps below find what no nudge reached."""

import os
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, signals
from celery.app.task import Task
from django.conf import settings

from crm import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

SWEEP_SECONDS = 1
# A sweep that no worker took in this time is worth nothing any more: a younger one is waiting.
SWEEP_EXPIRES = 10


def sweep(task: str, *, every: float = SWEEP_SECONDS) -> dict[str, Any]:
    return {"task": task, "schedule": every, "options": {"expires": max(SWEEP_EXPIRES, every)}}


beat_schedule: dict[str, dict[str, Any]] = {
    "activity": sweep("activity.tasks.sweep"),
    "inbox": sweep("inbox.tasks.sweep"),
    "inbox_asked": sweep("inbox.tasks.ask", every=5),
    "inbox_learned": sweep("inbox.tasks.learn", every=5),
    "runs": sweep("activity.tasks.run"),
    "undo": sweep("activity.tasks.sweep_undo", every=3600),
    "contacts": sweep("contacts.tasks.compare", every=3),
    "segments": sweep("contacts.tasks.segments"),
    "segments_anew": sweep("contacts.tasks.sweep_segments", every=3600),
    "left": sweep("clients.tasks.sweep_left", every=3600),
    "uploads": sweep("contacts.tasks.sweep_uploads", every=3600),
    "inbound": sweep("integrations.tasks.handle"),
    "pushes": sweep("integrations.tasks.push"),
    "batches": sweep("integrations.tasks.batch"),
    "batches_begun": sweep("integrations.tasks.begin_batches", every=15),
    "inbound_forgotten": sweep("integrations.tasks.forget_old", every=3600),
    "letters": sweep("desk.tasks.send_letters", every=5),
    "letters_forgotten": sweep("desk.tasks.sweep_letters", every=3600),
    "reports": sweep("reports.tasks.send", every=5),
    "reports_tidied": sweep("reports.tasks.tidy", every=600),
    "deliveries": sweep("webhooks.tasks.send"),
    "deliveries_forgotten": sweep("webhooks.tasks.forget_old", every=3600),
    "accounts": sweep("accounts.tasks.sweep_idempotent_requests", every=3600),
}


def broker_options(url: str) -> dict[str, Any]:
    if url.startswith("filesystem:"):
        return broker.install(Path(settings.DATA_DIR) / "broker")
    # A nudge waits for nobody: kombu would try to connect for many seconds, while a person waits for the answer.
    return {"max_retries": 0, "socket_connect_timeout": 1}


app = Celery("parley")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options=broker_options(settings.CELERY_BROKER_URL),
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_publish_retry=False,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    # Nothing here asks workers questions; on files, each question would leave a queue of its own behind.
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    beat_schedule=beat_schedule,
    beat_schedule_filename=str(Path(settings.DATA_DIR) / "beat"),
    timezone="UTC",
)
app.autodiscover_tasks()


@signals.setup_logging.connect
def keep_logging(**_: Any) -> None:
    """With a listener here Celery leaves the project's own logging as it is."""


@signals.task_prerun.connect
def bind_task(task_id: str, task: Task[Any, Any], **_: Any) -> None:
    """What a task logs names the task, and the request that nudged it."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, task_id=task_id)
    request_id = (task.request.headers or {}).get("request_id")
    if request_id:
        structlog.contextvars.bind_contextvars(request_id=request_id)
