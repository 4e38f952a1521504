from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports import leaving, retiring, scheduled, shared  # noqa: F401 - they register themselves
