from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        """What registers itself with a client's leaving."""
        from webhooks import leaving  # noqa: F401
