"""The settings under measurement: the product's own, with a database of its own beside the installation's."""

import os
from pathlib import Path

from crm import env

os.environ["PARLEY_DATA"] = str(env.data_dir(Path(__file__).resolve().parent.parent) / "bench")
os.environ.pop("DATABASE_URL", None)
os.environ.setdefault("PARLEY_LOG_LEVEL", "ERROR")

from crm.database import connection_settings
from crm.settings import *  # noqa: F403
from crm.settings import ALLOWED_HOSTS, DATA_DIR

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
# Nothing here outlives a crash, so nothing waits for the disk. Reading, which is what is measured, never does.
DATABASES = {"default": connection_settings(DATA_DIR, durable=False)}
CELERY_BROKER_URL = "memory://"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
