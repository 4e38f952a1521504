"""Speaking HTTP with addresses that people typed in: nothing there is trusted.

A host is resolved once and the connection goes to the very address that was checked, so that a name cannot point
elsewhere a moment later. Nothing inside the network is reached unless `PARLEY_PRIVATE_HOSTS` names it. No redirects, no
proxies of the environment, bounded time and size.
"""

import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2 as httpx

from crm.outward import is_inside, may_reach

CONNECT_SECONDS = 5
READ_SECONDS = 15
# All in all: a server that answers a byte a second is given up on before the work's lease runs out.
WHOLE_SECONDS = 40
LARGEST_ANSWER = 16 * 1024 * 1024


class Unreachable(Exception):
    """It did not answer, or not with what can be read. Its text is a sentence for people; worth another try."""


class Forbidden(Unreachable):
    """The address is inside the network, where connections do not go."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """Raises Unreachable where it is none."""
        try:
            return json.loads(self.body) if self.body.strip() else {}
        except ValueError:
            raise Unreachable("It answered with something that is not JSON.") from None


def address_of(host: str, port: int) -> str:
    """An IP address of `host` that may be connected to. Raises Forbidden where there is none, Unreachable where the
    name means nothing."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"There is no host “{host}”.") from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    allowed = next((each for each in addresses if may_reach(each, host)), None)
    if allowed is None:
        raise Forbidden(is_inside(host))
    return allowed


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are believed. Reading them takes 30 ms, too much for each call."""
    return httpx.create_ssl_context(trust_env=False)


class Guarded(httpx.BaseTransport):
    """What every call goes through, those of a vendor's own library as well (`httpx2.Client(transport=Guarded())`): to
    the address that was checked, in the clear only inside the network, and back with a whole answer of bounded size.

    Raises Unreachable. `whole_seconds`: from the first byte of the answer's head to its last.
    """

    def __init__(self, *, whole_seconds: float | None = None, largest: int | None = None) -> None:
        self._whole_seconds, self._largest = whole_seconds, largest
        self._inner = httpx.HTTPTransport(verify=_trusted(), trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host, tls = request.url.host, request.url.scheme == "https"
        address = address_of(host, request.url.port or (443 if tls else 80))
        if not tls and ipaddress.ip_address(address.partition("%")[0]).is_global:
            raise Forbidden(f"“{host}” is outside of this network: its address must begin with https://.")
        sent = httpx.Request(
            request.method, request.url.copy_with(host=address), headers=self._headers(request), stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )  # fmt: skip
        answer = self._inner.handle_request(sent)
        with closing(answer):
            return self._whole(host, answer)

    def _headers(self, request: httpx.Request) -> httpx.Headers:
        """What is sent of the request's headers."""
        return request.headers

    def close(self) -> None:
        self._inner.close()

    def _whole(self, host: str, answer: httpx.Response) -> httpx.Response:
        """Read here, decompressed, so that the caps hold whoever asked."""
        whole_seconds = WHOLE_SECONDS if self._whole_seconds is None else self._whole_seconds
        largest = LARGEST_ANSWER if self._largest is None else self._largest
        body, until = bytearray(), time.monotonic() + whole_seconds
        for part in answer.iter_bytes():
            body += part
            if time.monotonic() > until:
                raise Unreachable(f"{host} did not answer in time.")
            if len(body) > largest:
                raise Unreachable(f"{host} answered with more than {largest:,} bytes.")
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in _OF_THE_WIRE]
        return httpx.Response(answer.status_code, headers=headers, content=bytes(body))


# They told how the body travelled; it is here now.
_OF_THE_WIRE = {"content-encoding", "content-length", "transfer-encoding"}


class Line:
    """Connections to one server, kept open between calls. Close it, or use it with `with`."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        """base_url: https://host/path (http only where the host is allowed inside the network)."""
        parts = urlsplit(base_url.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Unreachable(f"“{base_url}” is no address: it begins with https:// and names a host.")
        self._host, self._base, self._headers = parts.hostname, base_url.rstrip("/"), dict(headers)
        limits = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.Client(transport=Guarded(), timeout=limits, follow_redirects=False, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """What the server answers, whatever its status. Raises Unreachable where there is no whole answer."""
        try:
            answer = self._client.request(
                method, f"{self._base}/{path.lstrip('/')}", params=params, json=json,
                headers={**self._headers, **(headers or {})},
            )  # fmt: skip
            return Answer(answer.status_code, answer.content, dict(answer.headers))
        except httpx.TimeoutException:
            raise Unreachable(f"{self._host} did not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unreachable(f"The connection to {self._host} failed ({type(error).__name__}).") from None
