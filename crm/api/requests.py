"""DRF's request, which takes a body without Content-Length (a chunked one) for none."""

from typing import TYPE_CHECKING, Any

from rest_framework.request import Request

if TYPE_CHECKING:
    from accounts.actors import Actor


class ApiRequest(Request):
    actor: "Actor"
    id: str
    _stream: Any

    def _load_stream(self) -> None:
        super()._load_stream()  # type: ignore[misc]
        if self._stream is None and "HTTP_TRANSFER_ENCODING" in self.META:
            self._stream = self._request
