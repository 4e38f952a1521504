from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from reports import scheduled, shared  # noqa: F401 - they register how mails and links are counted
