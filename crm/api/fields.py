"""The types of the API's fields, read as strictly as JSON is: "5" is no number, 1 is no truth, no text is trimmed."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers

_REQUIRED = {"required": "This is required.", "null": "This may not be null."}
_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)
# Up to here a float holds each whole number exactly.
EXACT = 2**53
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def read_id(text: str) -> UUID | None:
    """The id that `text` writes in the one form that the API uses, else None."""
    return UUID(text) if _ID.fullmatch(text) else None


class Text(serializers.CharField):
    """A string, kept to the letter. May be empty only with `allow_blank`; a blank one counts as empty, and so does null
    where `allow_null` lets it in."""

    default_error_messages = {
        **_REQUIRED,
        "invalid": "Send a string.",
        "blank": "This may not be empty.",
        "max_length": "At most {max_length} characters are allowed.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and not data.strip() and not self.allow_blank:
            self.fail("blank")
        value = super().run_validation(data)
        return "" if value is None else value

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class OrNull(serializers.CharField):
    """A text that is shown as null where it is empty. Only ever shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: Any) -> str | None:  # type: ignore[override]
        return str(value) or None


class Shaped(Text):
    """A text of one form, a regular expression; `sentence` says which to who sends another."""

    def __init__(self, form: str, sentence: str, **options: Any) -> None:
        self.form = re.compile(form)
        super().__init__(error_messages={"form": sentence}, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and not self.form.fullmatch(text):
            self.fail("form")
        return text


class Email(Shaped):
    """Looks like an address: something, one @, a domain. Its owner alone knows more."""

    def __init__(self, **options: Any) -> None:
        form = r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,253}"
        super().__init__(form, "This is not an e-mail address.", max_length=320, **options)


class Whole(serializers.IntegerField):
    """A whole number. JSON does not tell 5.0 from 5, so it is one; "5" is none, nor is true."""

    default_error_messages = {
        **_REQUIRED,
        "invalid": "Send a whole number.",
        "min_value": "At least {min_value}.",
        "max_value": "At most {max_value}.",
    }

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, float) and data.is_integer() and abs(data) <= EXACT:
            return int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class YesNo(serializers.BooleanField):
    default_error_messages = {**_REQUIRED, "invalid": "Send true or false."}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class OneOf(serializers.ChoiceField):
    default_error_messages = {**_REQUIRED, "invalid_choice": "This must be one of: {offered}."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", offered=", ".join(self.choices))
        return data


class Id(serializers.UUIDField):
    default_error_messages = {**_REQUIRED, "invalid": "Send an id, as this API gave it."}

    def to_internal_value(self, data: Any) -> UUID:
        found = read_id(data) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid", value=data)
        return found


class Moment(serializers.DateTimeField):
    """A time with its offset; without one it would be a guess. Shown in UTC, whatever zone the session is in, in whole
    seconds as MisarMail does, or in milliseconds where there are any."""

    default_error_messages = {
        **_REQUIRED,
        "invalid": "Send a time with its offset: 2026-04-13T09:00:00Z.",
        "overflow": "This time is out of range.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _OFFSET.search(value) or "T" not in value.upper():
            self.fail("invalid", format="")
        return super().to_internal_value(value)

    def to_representation(self, value: datetime) -> str:
        precision = "milliseconds" if value.microsecond >= 1000 else "seconds"
        return value.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")


class Day(serializers.DateField):
    default_error_messages = {**_REQUIRED, "invalid": "Send a date: 2026-04-13."}

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="")
        return super().to_internal_value(value)


class Several(serializers.ListField):
    """A list of one type, of at most `max_length`."""

    default_error_messages = {
        **_REQUIRED,
        "not_a_list": "Send a list.",
        "empty": "This may not be empty.",
        "min_length": "At least {min_length}.",
        "max_length": "At most {max_length} at once.",
    }


class Mapped(serializers.DictField):
    """A JSON object with free keys."""

    default_error_messages = {**_REQUIRED, "not_a_dict": "Send a JSON object here: {{…}}."}
