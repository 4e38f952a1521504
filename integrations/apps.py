from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from inbox import erasure
        from integrations import connecting, erasing, pushing  # noqa: F401 - the first registers what a plan counts

        pushing.listen()
        erasure.also(erasing.forget)
