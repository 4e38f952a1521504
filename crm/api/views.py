"""What every door of the API does, so that a room's `api.py` says only its own: which rows, fields and actions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import models, transaction
from django.http import HttpRequest
from rest_framework import status
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from crm.api.etags import etag, is_known, must_match
from crm.api.fields import read_id
from crm.api.idempotency import once
from crm.api.paging import Page, Paging
from crm.api.params import check_query, taken
from crm.api.requests import ApiRequest
from crm.errors import Invalid, NotFound, Stale
from crm.filters import Filters, TextFilter
from crm.models import Versioned

# A change that met another one, and did not say which version it is about, is made again on what is there now.
TRIES = 5


@dataclass(frozen=True)
class Found:
    """What a `create` returns where the row was there already: the answer is 200 instead of 201."""

    row: Any


class ApiView(APIView):
    """noun and nouns: what one and several of it are called in an answer. shows: the serializer that draws one.
    parameters: what else than filters and paging a GET takes in its query, {name: JSON schema}. answers: what an answer
    holds, where it is not rows as `shows` draws them, {method: {key: JSON schema, or a serializer, or [serializer]}}.
    binary: a GET answers with the bytes of a file."""

    noun: ClassVar[str] = ""
    nouns: ClassVar[str] = ""
    shows: ClassVar[type[BaseSerializer[Any]]]
    parameters: ClassVar[Mapping[str, Any]] = {}
    answers: ClassVar[Mapping[str, Any]] = {}
    binary: ClassVar[bool] = False
    request: ApiRequest

    @property
    def actor(self) -> Any:
        return self.request.actor

    def rows(self) -> "models.QuerySet[Any]":
        """Those that the actor may see, with what `shows` needs of other tables."""
        raise NotImplementedError

    def row(self, rows: "models.QuerySet[Any] | None" = None, noun: str = "", id: str | None = None) -> Any:
        """The one that the address names, among `rows()`, or among others that `noun` calls by their name. Raises
        NotFound, in the same words whether it is missing or hidden."""
        pk = read_id(self.kwargs["id"] if id is None else id)
        row = (self.rows() if rows is None else rows).filter(pk=pk).first() if pk else None
        if row is None:
            raise NotFound(f"There is no {(noun or self.noun).replace('_', ' ')} with this id.")
        return row

    def show(self, row: Any) -> Any:
        return self.shows(row, context=self.context()).data

    def context(self) -> dict[str, Any]:
        """What `shows` is told of the request."""
        return {"actor": self.actor}

    def given(self, serializer: type[Serializer[Any]], *, partial: bool = False) -> dict[str, Any]:
        """What the body says. Raises Invalid."""
        return taken(serializer, self.request.data, partial=partial, context={"actor": self.actor})

    def query_names(self) -> tuple[str, ...]:
        """The query parameters of a GET. Other methods take none."""
        return tuple(self.parameters)

    def answer(self, row: Any, *, status: int = status.HTTP_200_OK) -> Response:
        shown = self.show(row)
        headers = {"ETag": etag(row, shown)} if isinstance(row, Versioned) else {}
        return Response({"success": True, self.noun: shown}, status=status, headers=headers)

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> ApiRequest:
        context = self.get_parser_context(request)
        return ApiRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=context,
        )

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:
            check_query(request.query_params, self.query_names() if request.method in ("GET", "HEAD") else ())

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Cache-Control": "private, no-cache"}

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_headers", {}).items():
            final.headers[name] = value
        return final

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response({"success": True, "methods": self.allowed_methods})


class Listed(ApiView):
    """GET of the rows: filtered, ordered, page by page."""

    filters: ClassVar[type[Filters] | None] = None
    paging: ClassVar[Paging] = Paging()

    def query_names(self) -> tuple[str, ...]:
        filters = tuple(self.filters.base_filters) if self.filters else ()
        return (*filters, *self.paging.parameters, *self.parameters)

    def get(self, request: ApiRequest, **named: str) -> Response:
        page = self.page(self.filtered(self.rows()))
        shown = self.shows(page.rows, many=True, context=self.context()).data
        return Response({"success": True, self.nouns: shown, "pagination": page.pagination})

    def filtered(self, rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
        if self.filters is None:
            return rows
        self._must_say_something(self.filters)
        return self.filters(self.request.query_params, rows, request=self.request).applied()  # type: ignore[no-any-return]

    def _must_say_something(self, filters: type[Filters]) -> None:
        """A page's form sends its empty fields too. A program that sends one has lost its value: better told than given
        everything."""
        typed = {name for name, each in filters.base_filters.items() if not isinstance(each, TextFilter)}
        lost = {
            name: ["Give it a value, or leave it out."] for name in typed if self.request.query_params.get(name) == ""
        }
        if lost:
            raise Invalid(fields=lost)

    def page(self, rows: "models.QuerySet[Any]") -> Page:
        return self.paging.page(rows, self.request.query_params)


class Created(ApiView):
    """POST of a new row."""

    takes: ClassVar[type[Serializer[Any]]]

    @once
    def post(self, request: ApiRequest, **named: str) -> Response:
        made = self.create(self.given(self.takes))
        if isinstance(made, Found):
            return self.answer(self.again(made.row))
        return self.answer(self.again(made), status=status.HTTP_201_CREATED)

    def create(self, given: dict[str, Any]) -> Any:
        """Call the action. Returns the row, or `Found` with the one that was there already."""
        raise NotImplementedError

    def again(self, row: Any) -> Any:
        """The row as a GET would read it."""
        return self.rows().get(pk=row.pk)


class Read(ApiView):
    """GET of one row, with its ETag."""

    def get(self, request: ApiRequest, **named: str) -> Response:
        answer = self.answer(self.row())
        if "ETag" in answer and is_known(request.headers.get("If-None-Match"), answer["ETag"]):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": answer["ETag"]})
        return answer


class Changing(ApiView):
    """What PATCH, DELETE and the verbs share: they change one row, and only the version that they name.

    locks: the row is locked before it is changed, so that requests naming no version never meet each other. Off where
    the action locks by itself, other rows before this one.
    """

    locks: ClassVar[bool] = True

    def changing(self, work: Callable[[Any], Any]) -> Any:
        """Do `work` on the row, in one transaction. Raises Stale where If-Match names another version."""
        if_match = self.request.headers.get("If-Match")
        for tries_left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    row = self.row(self.locked()) if self.locks else self.row()
                    must_match(if_match, row)
                    return work(row)
            except Stale as stale:
                if if_match is not None or not tries_left:
                    raise self.with_present(stale) from None
        raise AssertionError("the last try returns or raises")

    def locked(self) -> "models.QuerySet[Any]":
        # Without what is joined: a row whose lock was waited for is compared with the other tables as they were before.
        return self.rows().select_related(None).select_for_update(of=("self",), no_key=True)

    def version_of(self, row: Any) -> int | None:
        """For an action that locks by itself: the version it must find. None where the request names none."""
        return None if self.request.headers.get("If-Match", "*").strip() == "*" else row.version

    def with_present(self, stale: Stale) -> Stale:
        row = self.row()
        stale.version, stale.etag = row.version, etag(row, self.show(row))  # type: ignore[attr-defined]
        return stale


class Changed(Changing):
    """PATCH of one row. `takes_change` has no field that is required."""

    takes_change: ClassVar[type[Serializer[Any]]]

    def patch(self, request: ApiRequest, **named: str) -> Response:
        given = self.given(self.takes_change, partial=True)
        self.changing(lambda row: self.change(row, given))
        return self.answer(self.row())

    def change(self, row: Any, given: dict[str, Any]) -> None:
        raise NotImplementedError


class Deleted(Changing):
    """DELETE of one row."""

    def delete(self, request: ApiRequest, **named: str) -> Response:
        self.changing(self.remove)
        return Response({"success": True})

    def remove(self, row: Any) -> None:
        raise NotImplementedError


class Verb(Changing):
    """POST of something else than a new row, to one row: `/deals/:id/move`. Answers with the row, or as `act` says."""

    takes: ClassVar[type[Serializer[Any]]]

    @once
    def post(self, request: ApiRequest, **named: str) -> Response:
        given = self.given(self.takes)
        more = self.changing(lambda row: self.act(row, given))
        return Response({"success": True, **more}) if isinstance(more, Mapping) else self.answer(self.row())

    def act(self, row: Any, given: dict[str, Any]) -> Mapping[str, Any] | None:
        """Call the action. Returns what the answer holds; None: the row as it is now."""
        raise NotImplementedError


class NoSuchAddress(ApiView):
    """Whatever else begins like an address of the API: told in JSON, to those who may ask at all."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super(ApiView, self).initial(request, *args, **kwargs)
        path = request.path
        if path.endswith("/") and path.strip("/"):
            raise NotFound(f"There is nothing at {path[:200]}: drop the slash at the end.")
        raise NotFound(f"There is nothing at {path[:200]}: see /api/docs for what there is.")
