from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "contacts"

    def ready(self) -> None:
        """What registers itself with the log, its undo and its runs."""
        from contacts import bulk, leaving, reactions, taking_back  # noqa: F401
        from contacts.imports import importing  # noqa: F401
        from contacts.imports import taking_back as taking_imports_back  # noqa: F401
