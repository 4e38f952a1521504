from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "deals"

    def ready(self) -> None:
        from deals import leaving, planned, reactions, rehearsals, retiring, taking_back  # noqa: F401  (they register themselves)
