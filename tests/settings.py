"""The settings under test: everything this installation keeps goes to a folder of its own, beside what `up` uses."""

import os
from pathlib import Path

from crm import env

_BASE = Path(__file__).resolve().parent.parent
# The workers of pytest-xdist inherit the choice of the process that started them. Each has a PostgreSQL of its own: in
# one they would share, a long transaction of one worker holds back the event log of the other (see `activity.log`).
_DATA = os.environ.setdefault("PARLEY_TEST_DATA", str(env.data_dir(_BASE) / "test"))
_DATA = str(Path(_DATA) / os.environ.get("PYTEST_XDIST_WORKER", ""))
os.environ["PARLEY_DATA"] = _DATA

from crm.database import connection_settings  # noqa: E402
from crm.settings import *  # noqa: E402, F403

DATABASES = {"default": connection_settings(Path(_DATA), durable=False)}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_BROKER_URL = "memory://"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files are served from where they lie: nothing has to be collected first.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The servers that stand in for vendors run on this machine.
PRIVATE_HOSTS = ["127.0.0.1"]
