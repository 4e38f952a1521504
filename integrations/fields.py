"""Reading the settings of a connection: from a form, from the command line, all are texts to begin with."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crm.errors import Invalid
from crm.outward import is_address, is_host, why_not, why_not_host
from crm.text import UNSTORABLE
from integrations.base import Field

LONGEST = 10_000
_YES, _NO = {"true", "yes", "on", "1"}, {"false", "no", "off", "0", ""}


def read(fields: Sequence[Field], given: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Each setting as its kind has it, absent ones as their default. kept: as they stand already; a place that is the
    same is not judged again, as what is allowed within the network may have changed since. Raises Invalid with a
    sentence for each that cannot be used, and for each that there is not."""
    wrong: dict[str, list[str]] = {}
    values: dict[str, Any] = {}
    for name in given.keys() - {field.name for field in fields}:
        wrong[name] = [f"There is no such setting. There are: {', '.join(field.name for field in fields)}."]
    for field in fields:
        try:
            values[field.name] = _value(field, given.get(field.name, field.default))
            if values[field.name] != (kept or {}).get(field.name):
                _must_be_reachable(field, values[field.name])
        except ValueError as error:
            wrong[field.name] = [str(error)]
    if wrong:
        raise Invalid(fields=wrong)
    return values


def made(fields: Sequence[Field], values: dict[str, Any]) -> dict[str, str]:
    """Make in `values` what is generated and was not given; and return that, to be shown once."""
    absent = {field.name: field for field in fields if field.generated and not values.get(field.name)}
    shown = {name: field.generated() for name, field in absent.items() if field.generated}
    values |= {name: _value(field, shown[name]) for name, field in absent.items()}
    return shown


def written(field: Field, value: Any) -> str:
    """A value as it stands in a form's text area."""
    if isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, Mapping):
        return "\n".join(f"{name}={one}" for name, one in value.items())
    return "" if value is None else str(value)


def _value(field: Field, given: Any) -> Any:
    value = _READERS[field.kind](field, given.strip() if isinstance(given, str) else given)
    if field.required and not field.generated and value in ("", [], {}, None):
        raise ValueError(f"{field.label} is needed.")
    return value


def _text(field: Field, given: Any) -> str:
    text = str(given if given is not None else "")
    if len(text) > LONGEST or UNSTORABLE.search(text):
        raise ValueError(f"At most {LONGEST:,} characters, and none that cannot be stored.")
    return text


def _url(field: Field, given: Any) -> str:
    text = _text(field, given).rstrip("/")
    if text and not is_address(text, longest=LONGEST):
        raise ValueError(f"Enter an address such as https://api.example.com/v1: “{text[:100]}” is none.")
    return text


def _host(field: Field, given: Any) -> str:
    text = _text(field, given)
    if text and not is_host(text):
        raise ValueError(f"Enter the server’s name alone, such as mail.example.com: “{text[:100]}” is none.")
    return text


def _must_be_reachable(field: Field, place: Any) -> None:
    """Raises ValueError for a place where connections do not go."""
    judge = _PLACES.get(field.kind)
    if judge and place and (words := judge(place)):
        raise ValueError(words)


def _number(field: Field, given: Any) -> int | None:
    if given in ("", None):
        return None
    text = str(given)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"Enter a whole number: “{text[:20]}” is none.")
    return int(text)


def _flag(field: Field, given: Any) -> bool:
    text = str(given if given is not None else "").lower()
    if text not in _YES | _NO:
        raise ValueError(f"Enter yes or no: “{text[:20]}” is neither.")
    return text in _YES


def _choice(field: Field, given: Any) -> str:
    options = [value for value, _ in field.choices]
    if given not in options:
        raise ValueError(f"Choose one of: {', '.join(options)}.")
    return str(given)


def _lines(field: Field, given: Any) -> list[str]:
    texts = given if isinstance(given, list) else _text(field, given).replace(",", "\n").splitlines()
    return [text.strip() for text in texts if str(text).strip()]


def _map(field: Field, given: Any) -> dict[str, str]:
    if isinstance(given, Mapping):
        return {str(name): str(value) for name, value in given.items()}
    pairs = [line.partition("=") for line in _text(field, given).splitlines() if line.strip()]
    if any(not equals or not name.strip() for name, equals, _ in pairs):
        raise ValueError("Write one name=value on each line.")
    return {name.strip(): value.strip() for name, _, value in pairs}


_READERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "text": _text, "block": _text, "url": _url, "number": _number, "flag": _flag, "choice": _choice, "lines": _lines,
    "map": _map, "host": _host,
}  # fmt: skip
_PLACES: Mapping[str, Callable[[str], str]] = {"url": why_not, "host": why_not_host}
