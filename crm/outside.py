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
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2 as httpx
from django.conf import settings

CONNECT_SECONDS = 5
READ_SECONDS = 15
# All in all: a server that answers a byte a second is given up on before the work's lease runs out.
WHOLE_SECONDS = 40
LARGEST_ANSWER = 16 * 1024 * 1024
# Prefixes whose last 32 bits are an IPv4 address: NAT64, its local one (RFC 8215), and the old "compatible" form.
WRAPPING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))


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
    allowed = next((each for each in addresses if _may_reach(each, host)), None)
    if allowed is None:
        raise Forbidden(
            f"“{host}” is inside this network. Whoever runs this installation can allow it with PARLEY_PRIVATE_HOSTS."
        )
    return allowed


def _may_reach(address: str, host: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = _behind(ip)
    return (ip.is_global and not ip.is_multicast and not getattr(ip, "is_site_local", False)) or any(
        _named(name, ip, host) for name in settings.PRIVATE_HOSTS
    )


def _behind(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one only wraps: a gateway would take us there."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    wrapped = ip.ipv4_mapped or ip.sixtofour
    if wrapped is None and int(ip) > 1 and any(ip in each for each in WRAPPING):
        wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return wrapped or ip


def _named(name: str, ip: ipaddress.IPv4Address | ipaddress.IPv6Address, host: str) -> bool:
    try:
        return ip in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return name.lower() == host.lower()


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are believed. Reading them takes 30 ms, too much for each call."""
    return httpx.create_ssl_context(trust_env=False)


class Line:
    """Connections to one server, kept open between calls. Close it, or use it with `with`."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        """base_url: https://host/path (http only where the host is allowed inside the network)."""
        parts = urlsplit(base_url.rstrip("/"))
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Unreachable(f"“{base_url}” is no address: it begins with https:// and names a host.")
        self._host, self._tls = parts.hostname, parts.scheme == "https"
        self._port = parts.port or (443 if self._tls else 80)
        self._netloc, self._path = parts.netloc, parts.path
        self._headers = {**headers, "Host": self._netloc}
        limits = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.Client(timeout=limits, follow_redirects=False, trust_env=False, verify=_trusted())

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
            with self._client.stream(
                method, self._url(path), params=params, json=json, headers={**self._headers, **(headers or {})},
                extensions={"sni_hostname": self._host},
            ) as response:  # fmt: skip
                return Answer(response.status_code, self._read(response), dict(response.headers))
        except httpx.TimeoutException:
            raise Unreachable(f"{self._host} did not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise Unreachable(f"The connection to {self._host} failed ({type(error).__name__}).") from None

    def _url(self, path: str) -> str:
        """By the address that was checked; TLS still asks for the host's own certificate."""
        address = address_of(self._host, self._port)
        shown = f"[{address}]" if ":" in address else address
        return f"http{'s' if self._tls else ''}://{shown}:{self._port}{self._path}/{path.lstrip('/')}"

    def _read(self, response: httpx.Response) -> bytes:
        body, until = bytearray(), time.monotonic() + WHOLE_SECONDS
        for part in response.iter_bytes():
            body += part
            if time.monotonic() > until:
                raise Unreachable(f"{self._host} did not answer in time.")
            if len(body) > LARGEST_ANSWER:
                raise Unreachable(f"{self._host} answered with more than {LARGEST_ANSWER:,} bytes.")
        return bytes(body)
