from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import invitations, keys  # noqa: F401 - they register how people and keys are counted
