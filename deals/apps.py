from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "deals"

    def ready(self) -> None:
        from deals import planned, reactions, rehearsals, retiring, taking_back  # noqa: F401  (registers them with the log and its undo)
