from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from inbox import erasure
        from integrations import erasing, pushing

        pushing.listen()
        erasure.also(erasing.forget)
