from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from inbox import erasure
        from integrations import connecting, erasing, leaving, pushing  # noqa: F401 - some register themselves

        pushing.listen()
        erasure.also(erasing.forget)
