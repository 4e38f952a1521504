from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        """Checks register when imported; `@shared_task` needs the project's Celery app to be the current one."""
        from crm import celery, checks  # noqa: F401
