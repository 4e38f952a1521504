"""What a request may say: nothing unknown, nothing twice, nothing of another type, nothing quietly changed."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from django.http import QueryDict
from rest_framework import serializers

from crm.errors import Invalid
from crm.text import UNSTORABLE


def unknown(name: str, valid: Collection[str]) -> str:
    """The sentence for a name that is not one of `valid`, with the nearest one that is."""
    near = get_close_matches(name, valid, n=1, cutoff=0.5)
    if near:
        return f"There is no “{name[:100]}” here. Did you mean “{near[0]}”?"
    return f"There is no “{name[:100]}” here. " + (
        f"There is: {', '.join(sorted(valid))}." if valid else "Leave it out."
    )


def check_query(query: QueryDict, valid: Collection[str]) -> None:
    """Refuse what a view does not know. Each parameter may be given once."""
    wrong = {}
    for name, values in query.lists():
        if name not in valid:
            wrong[UNSTORABLE.sub("", name)[:100]] = [unknown(UNSTORABLE.sub("", name), valid)]
        elif len(values) > 1:
            wrong[name] = ["Given twice: say it once."]
        elif UNSTORABLE.search(values[0]):
            wrong[name] = ["Contains a character that cannot be stored: leave it out."]
    if wrong:
        raise Invalid(fields=wrong)


def taken(
    serializer: type[serializers.Serializer[Any]], data: Any, *, partial: bool = False, context: Any = None
) -> dict[str, Any]:
    """What `data` says in the terms of `serializer`. Raises Invalid with the errors of each field."""
    given = serializer(data=data, partial=partial, context=context or {})
    if not given.is_valid():
        raise Invalid(fields=flattened(given.errors))
    return dict(given.validated_data)


def flattened(errors: Any) -> dict[str, list[str]]:
    """MisarMail's shape: sentences in a list for each field, inner ones by path (`labels.0`), the rest under ""."""
    found: dict[str, list[str]] = {}
    for path, sentence in _sentences(errors, ""):
        found.setdefault(path, []).append(sentence)
    return found


def _sentences(errors: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            whole = name in ("non_field_errors", "__all__")
            yield from _sentences(inner, path if whole else f"{path}.{name}".lstrip("."))
    elif isinstance(errors, list | tuple):
        for place, inner in enumerate(errors):
            yield from _sentences(inner, f"{path}.{place}" if isinstance(inner, Mapping) else path)
    else:
        yield path, str(errors)


class StrictSerializer(serializers.Serializer[Any]):
    """A body's fields. One that is not among them is refused, as is anything but an object. Of several fields that are
    wrong, all are named."""

    default_error_messages = {"invalid": "Send a JSON object here: {{…}}."}

    def to_internal_value(self, data: Any) -> Any:
        strangers = {}
        if isinstance(data, Mapping):
            valid = [name for name, field in self.fields.items() if not field.read_only]
            strangers = {name: [unknown(name, valid)] for name in data if name not in valid}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            detail = error.detail if isinstance(error.detail, dict) else {}
            raise serializers.ValidationError({**detail, **strangers}) from None
        if strangers:
            raise serializers.ValidationError(strangers)
        return value
