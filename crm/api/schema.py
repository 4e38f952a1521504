"""The API described for machines: OpenAPI 3.1, drawn from what the views declare."""

from http import HTTPStatus
from typing import Any

import django_filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from rest_framework.serializers import Serializer

from crm.api import views
from crm.api.fields import Shaped, Text
from crm.api.params import StrictSerializer
from crm.filters import IdFilter, IdOrNoneFilter, MomentFilter, WholeFilter

Json = dict[str, Any]

BASES = ["/api/v1/crm", "/mail/v1/crm"]
ID: Json = {"type": "string", "format": "uuid"}
SUCCESS: Json = {"type": "boolean", "const": True}
COUNT: Json = {"type": "integer", "minimum": 0}
REFUSALS = {
    HTTPStatus.BAD_REQUEST: "Something in the request cannot be used; `details` names it.",
    HTTPStatus.UNAUTHORIZED: "No key, or one that does not open.",
    HTTPStatus.FORBIDDEN: "You may see it, but not do this; or the plan lacks it.",
    HTTPStatus.NOT_FOUND: "It is not there, or not for you.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not do that.",
    HTTPStatus.NOT_ACCEPTABLE: "Only JSON is spoken here.",
    HTTPStatus.CONFLICT: "It collides with what is there, or the same request is still running.",
    HTTPStatus.PRECONDITION_FAILED: "It was changed since the version that If-Match names.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body must be JSON.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The Idempotency-Key was used for another request.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests in this minute.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Our fault.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not right now; try again in a moment.",
}


class Schema(AutoSchema):
    """One operation, read from what a view of `crm.api.views` declares."""

    def is_excluded(self) -> bool:
        return not self.path.startswith(BASES[0]) or not isinstance(self.view, views.ApiView)

    def get_operation_id(self) -> str:
        """list_deals, create_deal, read_deal, move_deals: unique, and fit for the name of a function."""
        words = [word for word in self.path.removeprefix(BASES[0]).split("/") if word]
        *before, last = [word for word in words if "{" not in word]
        if isinstance(self.view, views.Verb) and self.method == "POST":
            return "_".join([last, *before])
        many = "{" not in words[-1]
        verbs = {"GET": "list" if many else "read", "POST": "create", "PATCH": "change", "DELETE": "delete"}
        one = not many or self.method == "POST"
        return "_".join([verbs[self.method], *before, last.removesuffix("s") if one else last])

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix(BASES[0]).strip("/").partition("/")[0]]

    def get_description(self) -> str:
        """What the room says of the view, not what the kernel says of its kind."""
        own = [kind.__doc__ for kind in type(self.view).__mro__ if kind.__module__ != views.__name__]
        return " ".join(next((words for words in own if words), "").split())

    def _map_basic_serializer(self, serializer: Any, direction: str) -> Json:
        schema: Json = super()._map_basic_serializer(serializer, direction)
        if isinstance(serializer, StrictSerializer):
            schema["additionalProperties"] = False
        if type(serializer).__doc__ is None:
            schema.pop("description", None)  # that of a base class, which tells an integrator nothing
        sometimes = getattr(serializer, "sometimes", ())
        return schema | {"required": [name for name in schema.get("required", ()) if name not in sometimes]}

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> Json:
        """What a text may hold, as strictly as `crm.api.fields` reads it."""
        schema: Json = super()._map_serializer_field(field, direction, bypass_extensions)
        if isinstance(field, Text) and direction == "request":
            schema["pattern"] = _pattern(field)
        return schema

    def _resolve_path_parameters(self, variables: list[str]) -> list[Json]:
        return [{"name": name, "in": "path", "required": True, "schema": ID} for name in variables]

    def _get_filter_parameters(self) -> list[Json]:
        """Those of a GET; nothing else takes any. If-Match and Idempotency-Key, which anybody may leave out, are told
        in the introduction: a fuzzer that makes them up only proves that they work."""
        filters = getattr(self.view, "filters", None)
        if self.method != "GET":
            return []
        drawn = {name: _drawn(each) for name, each in filters.base_filters.items()} if filters else {}
        return [
            {"name": name, "in": "query", "schema": schema} for name, schema in (drawn | self.view.parameters).items()
        ]

    def _get_pagination_parameters(self) -> list[Json]:
        if self.method != "GET" or not isinstance(self.view, views.Listed):
            return []
        return [
            {"name": name, "in": "query", "schema": schema, "description": words}
            for name, (schema, words) in self.view.paging.described.items()
        ]

    def get_request_serializer(self) -> type[Serializer[Any]] | None:
        name = "takes_change" if self.method == "PATCH" else "takes"
        return getattr(self.view, name, None) if self.method in ("POST", "PATCH") else None

    def get_response_serializers(self) -> Json:
        """By status. Created rows may have been there already: then 200."""
        if self.view.binary:
            answers: Any = {("200", "application/octet-stream"): OpenApiTypes.BINARY}
            return answers  # type: ignore[no-any-return]
        answer = _object(self._answer())
        if isinstance(self.view, views.Created) and self.method == "POST":
            return {"201": answer, "200": answer}
        return {"200": answer}

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **options: Any) -> Json:
        drawn: Json = super()._get_response_for_code(serializer, status_code, *args, **options)
        return {**drawn, "description": "Made." if status_code == "201" else "Done."}

    def _answer(self) -> Json:
        default: Json = {} if self.method == "DELETE" else {self.view.noun: getattr(self.view, "shows", None)}
        if isinstance(self.view, views.Listed) and self.method == "GET":
            default = {self.view.nouns: [self.view.shows], "pagination": self.view.paging.answered}
        answers = self.view.answers.get(self.method, default)
        return {name: self._part(part) for name, part in answers.items()}

    def _part(self, part: Any) -> Json:
        """The JSON schema of a part of an answer: itself one, or a serializer, or a list with a serializer."""
        if isinstance(part, list):
            return {"type": "array", "items": self._part(part[0])}
        return part if isinstance(part, dict) else self.resolve_serializer(part, "response").ref


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.ApiKeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> Json:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "msk_ and 64 hexadecimal digits"}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> Json:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


def add_refusals(result: Json, **context: Any) -> Json:
    """Each status that refuses, described once and named by every operation."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Error"] = _ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    components["responses"] = {
        status.name: {"description": words, "content": content} for status, words in REFUSALS.items()
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            for status in REFUSALS:
                operation["responses"][str(status.value)] = {"$ref": f"#/components/responses/{status.name}"}
    return result


def _pattern(field: Text) -> str:
    if isinstance(field, Shaped):
        return f"^({field.form.pattern})?$" if field.allow_blank else f"^({field.form.pattern})$"
    return r"^[^\u0000]*$" if field.allow_blank else r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


def _object(properties: Json) -> Json:
    properties = {"success": SUCCESS, **properties}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _drawn(each: django_filters.Filter) -> Json:
    if isinstance(each, django_filters.ChoiceFilter):
        return {"type": "string", "enum": [value for value, _ in each.extra["choices"]]}
    for kind, schema in _KINDS.items():
        if isinstance(each, kind):
            return schema
    return {"type": "string", "maxLength": each.extra.get("max_length", 200), "pattern": r"^[^\u0000]*$"}


_KINDS: dict[Any, Json] = {
    IdFilter: ID,
    IdOrNoneFilter: {"anyOf": [ID, {"type": "string", "const": IdOrNoneFilter.NONE}]},
    MomentFilter: {"type": "string", "format": "date-time"},
    WholeFilter: {"type": "integer"},
}
_SENTENCES: Json = {"type": "array", "items": {"type": "string"}}
_DETAILS = {
    "type": "object",
    "properties": {"fieldErrors": {"type": "object", "additionalProperties": _SENTENCES}, "formErrors": _SENTENCES},
    "required": ["fieldErrors", "formErrors"],
}
_ERROR: Json = {
    "type": "object",
    "properties": {
        "success": {"type": "boolean", "const": False},
        "error": {"type": "string", "description": "One sentence that says what to do."},
        "error_type": {"type": "string", "description": "A stable code."},
        "message": {"type": "string", "description": "The same as `error`."},
        "request_id": {"type": "string"},
        "details": _DETAILS,
        "retryAfter": {"type": "integer", "description": "Seconds. With 429."},
        "existing_id": {"type": "string", "description": "What is in the way. With 409."},
        "version": {"type": "integer", "description": "The present one. With 412."},
    },
    "required": ["success", "error", "error_type", "message", "request_id"],
}
