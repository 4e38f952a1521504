"""Addresses that people type in for Parley to go to: what can be told of one the moment it is given.

No name is looked up here: a name server that is slow would hold the request up with nothing to bound it, and what it
says may be otherwise a minute later. Where a name leads is looked at whenever it is gone to (`crm.outside`).
"""

import ipaddress
import re
import socket

import httpx2 as httpx
from django.conf import settings

from crm.text import UNSTORABLE

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# Prefixes whose last 32 bits are an IPv4 address: NAT64, its local one (RFC 8215), and the old "compatible" form.
WRAPPING = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
# Names that no public name server knows: RFC 6761, 6762, 8375, those that ICANN keeps free, and what routers make up.
PRIVATE_NAMES = (
    "localhost", "local", "internal", "home.arpa", "localdomain", "lan", "intranet", "private", "corp", "home",
)  # fmt: skip
LOOPBACK = ("127.0.0.1", "::1")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.ASCII | re.IGNORECASE)
_ALLOWED_BY = "Whoever runs this installation can allow it with PARLEY_PRIVATE_HOSTS."


def is_address(text: str, *, longest: int, takes_query: bool = False) -> bool:
    """Whether it is an http or https address with a host, and without a user, a password or a fragment."""
    if len(text) > longest or UNSTORABLE.search(text) or any(one.isspace() for one in text):
        return False
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        return False
    plain = not (url.userinfo or url.fragment) and (takes_query or not url.query)
    leads_on = url.scheme in ("http", "https") and (url.port is None or 0 < url.port < 65536)
    return plain and leads_on and is_host(url.raw_host.decode())


def is_host(text: str) -> bool:
    return bool(_numbered(text) or _NAME.fullmatch(_plain(text)))


def why_not(address: str) -> str:
    """Why this address, one by `is_address`, is not gone to: a sentence, or nothing where it may be."""
    url = httpx.URL(address)
    if refused := why_not_host(url.host):
        return refused
    if url.scheme == "http" and not _may_be_inside(url.host):
        return f"It must begin with https://: http is for hosts inside this network. {_ALLOWED_BY}"
    return ""


def why_not_host(host: str) -> str:
    """As `why_not`, of a host alone."""
    known = _known(host)
    if known:
        return "" if any(may_reach(each, host) for each in known) else is_inside(host)
    return is_inside(host) if _is_private(host) and not _may_be_inside(host) else ""


def is_inside(host: str) -> str:
    return f"“{host[:100]}” is inside this network. {_ALLOWED_BY}"


def may_reach(address: str, host: str) -> bool:
    """Whether the IP address that `host` leads to is outside of this network, or allowed within."""
    ip = _behind(ipaddress.ip_address(address.partition("%")[0]))
    return _is_outside(ip) or any(_names(name, ip, host) for name in settings.PRIVATE_HOSTS)


def _is_outside(ip: IP) -> bool:
    return ip.is_global and not ip.is_multicast and not getattr(ip, "is_site_local", False)


def _behind(ip: IP) -> IP:
    """The IPv4 address that an IPv6 one only wraps: a gateway would take us there."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    wrapped = ip.ipv4_mapped or ip.sixtofour
    if wrapped is None and int(ip) > 1 and any(ip in each for each in WRAPPING):
        wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return wrapped or ip


def _names(name: str, ip: IP, host: str) -> bool:
    network = _network(name)
    return ip in network if network else _same(name, host)


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(name, strict=False)
    except ValueError:
        return None


def _same(name: str, host: str) -> bool:
    return _plain(name) == _plain(host)


def _plain(host: str) -> str:
    """As the resolver asks for it; nothing where it cannot."""
    try:
        return host.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        return ""


def _known(host: str) -> tuple[str, ...]:
    """The IP addresses that it leads to whoever is asked; none where a name server says which."""
    if number := _numbered(host):
        return (number,)
    return LOOPBACK if f".{_plain(host)}".endswith(".localhost") else ()


def _numbered(host: str) -> str:
    """The IP address that it is, in any of the ways in which the resolver reads one: 127.1, 0x7f000001, 2130706433."""
    try:
        found = socket.getaddrinfo(_plain(host), None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return ""
    return str(found[0][4][0])


def _is_private(host: str) -> bool:
    """A name without a dot, or with an ending that only this network knows."""
    name = _plain(host)
    return "." not in name or name.endswith(tuple(f".{each}" for each in PRIVATE_NAMES))


def _may_be_inside(host: str) -> bool:
    """Whether it may turn out, once it is gone to, to be inside and allowed."""
    if known := _known(host):
        return any(not _is_outside(_behind(ipaddress.ip_address(each.partition("%")[0]))) for each in known)
    if any(_same(name, host) for name in settings.PRIVATE_HOSTS):
        return True
    return _is_private(host) and any(map(_network, settings.PRIVATE_HOSTS))
