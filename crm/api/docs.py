"""The API described: for machines at `/api/schema`, for people at `/api/docs`."""

from functools import cache
from typing import Any, ClassVar

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response


@cache
def document() -> dict[str, Any]:
    """The whole description. It follows from the code alone, so it is drawn once in a process."""
    drawn: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return drawn


class SchemaDocument(SpectacularAPIView):
    """JSON, unless YAML is asked for. The same for everybody, so that anyone may read it."""

    authentication_classes: ClassVar[list[Any]] = []
    permission_classes: ClassVar[list[Any]] = []
    renderer_classes: ClassVar[list[Any]] = [JSONRenderer, OpenApiJsonRenderer, OpenApiYamlRenderer]

    def _get_schema_response(self, request: Request) -> Response:
        return Response(document())


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI from the static files. Its own page has a style sheet in it, which our content security policy
    forbids: ours has none."""

    authentication_classes: ClassVar[list[Any]] = []
    permission_classes: ClassVar[list[Any]] = []
    url_name = "api_schema"
    template_name = "api/docs.html"
