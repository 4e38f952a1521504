"""The web server's way in."""

import os

from django.core.asgi import get_asgi_application
from django.urls import get_resolver

from crm.bodies import capped

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

application = capped(get_asgi_application())
# Django would import all views with the first request: a mistake in one belongs to the start, and so does the time.
_ = get_resolver().url_patterns
