from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"

    def ready(self) -> None:
        # They register themselves: as a kind of run, and as the room that campaigns and keys belong to.
        from clients.leaving import campaigns, going  # noqa: F401
