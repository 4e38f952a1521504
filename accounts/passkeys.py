"""Where passkeys work: https://www.w3.org/TR/webauthn-3/#relying-party-identifier wants a domain, never an IP address,
and a page that came safely."""

import ipaddress

from django.http import HttpRequest
from django.http.request import split_domain_port


def why_not(request: HttpRequest) -> str:
    """What stands in the way at the address that this page is served at, and what to do; empty where nothing does."""
    host, port = split_domain_port(request.get_host())
    if _is_address(host):
        if ipaddress.ip_address(host.strip("[]")).is_loopback:
            return f"Passkeys need a name, not a number: open Parley at http://localhost{':' + port if port else ''}."
        return "Passkeys need a name, not a number: open Parley at its https address."
    if request.is_secure() or host == "localhost" or host.endswith(".localhost"):
        return ""
    return "Passkeys need a secure connection: open Parley at its https address."


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
