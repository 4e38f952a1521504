"""What an action says when it refuses. One sentence for a person, a stable code for a program; nothing was changed.

The page shows the sentence, the API adds the status (`crm.api.errors`).
"""

from collections.abc import Mapping, Sequence

FieldErrors = Mapping[str, Sequence[str]]


class Refusal(Exception):
    code = "refused"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code


class Invalid(Refusal):
    """What was given cannot be used. `fields` says which field and why."""

    code = "invalid"

    def __init__(self, message: str = "", *, fields: FieldErrors | None = None, code: str | None = None) -> None:
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}
        first = next((f"{name}: {texts[0]}" for name, texts in self.fields.items() if texts), "")
        super().__init__(message or first, code=code)


class NotFound(Refusal):
    code = "not_found"


class NotAllowed(Refusal):
    """The actor may see this but not do it."""

    code = "permission_denied"


class PlanLacks(NotAllowed):
    code = "plan_required"


class Conflict(Refusal):
    """It collides with what is there. `existing` is the id of the row in the way, where one is."""

    code = "conflict"

    def __init__(self, message: str, *, code: str | None = None, existing: object = None) -> None:
        super().__init__(message, code=code)
        self.existing = existing


class Stale(Refusal):
    """Somebody changed it since it was read; `version` is the present one."""

    code = "stale"

    def __init__(self, what: str, version: int) -> None:
        super().__init__(f"This {what} was changed since you read it. Read it again, then repeat your change.")
        self.version = version
