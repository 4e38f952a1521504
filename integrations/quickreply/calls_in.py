"""Reading a call of QuickReply's: JSON or a form, in the body or in the query, on GET too."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import ParseError

from crm.api.parsers import parse
from crm.errors import Invalid, Refusal
from crm.text import UNSTORABLE

FORM = "application/x-www-form-urlencoded"
_JSON = re.compile(r"(?:|text/plain|application/(?:[a-z0-9.+-]*\+)?json)")
_NESTED = re.compile(r"custom_fields(?:\[([^\]]+)\]|\.(.+))")
_MOST_FIELDS = 500


class TooLarge(Refusal):
    code = "body_too_large"


class NotSpoken(Refusal):
    """A content type that nobody reads here."""

    code = "unsupported_media_type"


def read(request: HttpRequest) -> dict[str, Any]:
    """Everything that was given; what stands in the body goes before what stands in the query. Raises Invalid, TooLarge
    or NotSpoken, in words."""
    given = _form([(name, request.GET.get(name, "")) for name in request.GET])
    raw = request.read(settings.API_LARGEST_BODY + 1)
    if len(raw) > settings.API_LARGEST_BODY:
        raise TooLarge(f"At most {settings.API_LARGEST_BODY:,} bytes.")
    return {**given, **_body(raw, (request.content_type or "").lower())} if raw.strip() else given


def _body(raw: bytes, content_type: str) -> dict[str, Any]:
    if content_type == FORM:
        return _form(_pairs(raw))
    if not _JSON.fullmatch(content_type):
        raise NotSpoken(f"Send JSON (application/json) or a form ({FORM}).")
    return _parsed(raw)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        return parse(raw)
    except ParseError as error:
        raise Invalid(str(error.detail)) from None


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except UnicodeDecodeError:
        raise Invalid("The form is not UTF-8.") from None
    except ValueError:
        raise Invalid(f"At most {_MOST_FIELDS} fields.") from None


def _form(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`custom_fields[city]=Pune`, `custom_fields.city=Pune` and `custom_fields={"city": "Pune"}` are the same."""
    found: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for name, value in pairs:
        if UNSTORABLE.search(name + value):
            raise Invalid("The form holds a character that cannot be stored (NUL, or half of one): leave it out.")
        nested = _NESTED.fullmatch(name)
        if name == "phone" and value.startswith(" "):
            value = f"+{value[1:]}"  # noqa: PLW2901 - a plus that nobody escaped is read as a space
        if nested:
            custom[nested[1] or nested[2]] = value
        elif name in ("custom_fields", "data") and value.lstrip().startswith("{"):
            found[name] = _parsed(value.encode())
        else:
            found[name] = value
    if custom:
        own = found.get("custom_fields")
        found["custom_fields"] = {**(own if isinstance(own, Mapping) else {}), **custom}
    return found


def plain(value: Any) -> str | None:
    """A text or number as text, nothing as an empty one; None for anything else."""
    if value is None or isinstance(value, str):
        return (value or "").strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
