"""What the API answers when it does not do what was asked: one envelope, and a sentence that says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from psycopg.errors import ForeignKeyViolation, UniqueViolation
from rest_framework import exceptions
from rest_framework.response import Response

from crm import errors

logger = structlog.get_logger(__name__)

API_PATHS = ("/api/", "/mail/v1/")


@dataclass
class Fault:
    """An answer that refuses. `more` stands beside the envelope's own keys."""

    status: HTTPStatus
    code: str
    sentence: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    form: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def envelope(self, request_id: str) -> dict[str, Any]:
        body = {
            "success": False,
            "error": self.sentence,
            "error_type": self.code,
            "message": self.sentence,  # which MisarMail's own libraries read first
            **self.more,
            "request_id": request_id,
        }
        if self.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
            form = self.form if self.form or self.fields else [self.sentence]
            body["details"] = {"fieldErrors": dict(self.fields), "formErrors": form}
        return body


class BodyTooLarge(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than the {limit} bytes that are allowed: send less at once.")


class KeyReused(errors.Refusal):
    """The Idempotency-Key was used for another request."""

    code = "idempotency_key_reuse"


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler. What nobody foresaw is logged, and tells the outside nothing."""
    request = context["request"]
    answer = fault(error)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("api_request_failed", path=request.path, exc_info=error)
    if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        got_request_exception.send(sender=type(context.get("view")), request=request)
    return Response(answer.envelope(request.id), status=answer.status, headers=answer.headers)


@singledispatch
def fault(error: Exception) -> Fault:
    sentence = "Something went wrong on our side. Try again; if it stays, report the request_id."
    return Fault(HTTPStatus.INTERNAL_SERVER_ERROR, "server_error", sentence)


@fault.register
def _(error: errors.Refusal) -> Fault:
    return Fault(HTTPStatus.BAD_REQUEST, error.code, error.message)


@fault.register
def _(error: errors.Invalid) -> Fault:
    named = {name: texts for name, texts in error.fields.items() if name}
    form = list(error.fields.get("", []))
    return Fault(HTTPStatus.BAD_REQUEST, error.code, error.message.removeprefix(": "), fields=named, form=form)


@fault.register
def _(error: errors.NotFound) -> Fault:
    return Fault(HTTPStatus.NOT_FOUND, error.code, error.message)


@fault.register
def _(error: errors.NotAllowed) -> Fault:
    return Fault(HTTPStatus.FORBIDDEN, error.code, error.message)


@fault.register
def _(error: errors.Conflict) -> Fault:
    more = {} if error.existing is None else {"existing_id": str(error.existing)}
    return Fault(HTTPStatus.CONFLICT, error.code, error.message, more=more)


@fault.register
def _(error: errors.Stale) -> Fault:
    etag = getattr(error, "etag", f'"{error.version}"')
    return Fault(
        HTTPStatus.PRECONDITION_FAILED,
        error.code,
        error.message,
        headers={"ETag": etag},
        more={"version": error.version},
    )


@fault.register
def _(error: KeyReused) -> Fault:
    return Fault(HTTPStatus.UNPROCESSABLE_ENTITY, error.code, error.message)


@fault.register
def _(error: exceptions.APIException) -> Fault:
    """Those of DRF whose own words do: a body that is no JSON, wrong or missing keys, what a view raises itself."""
    codes = {"not_authenticated": "unauthenticated", "authentication_failed": "unauthenticated"}
    code = str(error.get_codes())
    scheme = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": scheme} if scheme else {}
    return Fault(HTTPStatus(error.status_code), codes.get(code, code), str(error.detail), headers=headers)


@fault.register
def _(error: exceptions.ValidationError) -> Fault:
    from crm.api.params import flattened  # which stands on this module

    return fault(errors.Invalid(fields=flattened(error.detail)))


@fault.register
def _(error: exceptions.MethodNotAllowed) -> Fault:
    """The header `Allow` is on every answer of a view already."""
    sentence = f"{error.args[0] if error.args else 'This method'} is not possible here: see the header Allow."
    return Fault(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", sentence)


@fault.register
def _(error: exceptions.NotAcceptable) -> Fault:
    return Fault(
        HTTPStatus.NOT_ACCEPTABLE, "not_acceptable", "Only JSON is spoken here: send Accept: application/json."
    )


@fault.register
def _(error: exceptions.UnsupportedMediaType) -> Fault:
    sentence = "Send the body as JSON, with Content-Type: application/json."
    return Fault(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", sentence)


@fault.register
def _(error: exceptions.Throttled) -> Fault:
    seconds = int(getattr(error, "wait", None) or 1)
    return Fault(
        HTTPStatus.TOO_MANY_REQUESTS,
        "rate_limited",
        f"Too many requests in this minute: wait {seconds} seconds.",
        headers={"Retry-After": str(seconds)},
        more={"retryAfter": seconds},
    )


@fault.register
def _(error: Http404) -> Fault:
    return Fault(HTTPStatus.NOT_FOUND, "not_found", "There is nothing here: check the address.")


@fault.register
def _(error: PermissionDenied) -> Fault:
    return Fault(HTTPStatus.FORBIDDEN, "permission_denied", "You may not do this.")


@fault.register
def _(error: RequestDataTooBig) -> Fault:
    return Fault(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", "The body is too large: send less at once.")


@fault.register
def _(error: SuspiciousOperation) -> Fault:
    return Fault(HTTPStatus.BAD_REQUEST, "bad_request", "This request is malformed.")


@fault.register(OperationalError)
@fault.register(InterfaceError)
def _(error: Exception) -> Fault:
    sentence = "The database is not to be had right now. Nothing was changed: try again in a moment."
    return Fault(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", sentence, headers={"Retry-After": "2"})


@fault.register
def _(error: IntegrityError) -> Fault:
    """Two requests raced and the database let one through. Any other broken constraint is our own mistake."""
    if isinstance(error.__cause__, UniqueViolation | ForeignKeyViolation):
        sentence = "Somebody changed the same at this very moment. Nothing was done: read it again, then decide."
        return Fault(HTTPStatus.CONFLICT, "conflict", sentence)
    return fault.dispatch(Exception)(error)


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PATHS)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's last word, where something broke outside of a view."""
    return _plain(request, fault(Exception())) if is_api(request) else defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _plain(request, fault(exception)) if is_api(request) else defaults.bad_request(request, exception)


def _plain(request: HttpRequest, answer: Fault) -> JsonResponse:
    return JsonResponse(answer.envelope(getattr(request, "id", "")), status=answer.status, headers=answer.headers)
