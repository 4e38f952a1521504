from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"

    def ready(self) -> None:
        # They register themselves: with the log, with what is taken back, with long work.
        from inbox import bulk, follow_ups, leaving, next_steps, reactions, rehearsals, undoing  # noqa: F401
