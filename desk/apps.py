from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"

    def ready(self) -> None:
        from desk.leaving import views_kept  # noqa: F401  (registers itself: whose views they are)
        from desk.security import recorded

        recorded.listen()
