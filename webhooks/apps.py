from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "webhooks"

    def ready(self) -> None:
        """What registers itself with the log and with a client's leaving."""
        from webhooks import fan_out, leaving  # noqa: F401
