"""Addresses that people type in: what is wrong with one is told when it is given, without asking any name server."""

import socket
from typing import Any

import pytest

from crm.outward import is_address, is_host, why_not, why_not_host


@pytest.fixture(autouse=True)
def deaf(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Nothing inside is allowed, and whoever asks a name server fails."""
    settings.PRIVATE_HOSTS = []
    asked = socket.getaddrinfo

    def numbers_alone(host: str, port: int | None, *, type: int, flags: int) -> Any:
        assert flags & socket.AI_NUMERICHOST
        return asked(host, port, type=type, flags=flags)

    monkeypatch.setattr(socket, "getaddrinfo", numbers_alone)


@pytest.mark.parametrize(
    "host",
    ["10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0", "127。0。0。1", "127.0.0.1.",
     "[::1]", "[::]", "[fc00::1]", "[fd12::1]", "[fe80::1]", "[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::a00:1]",
     "[2002:a00:1::]", "localhost", "LOCALHOST.", "app.localhost", "printer.local", "crm.internal", "nas.lan",
     "box.home.arpa", "ollama", "db.corp"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_is_plainly_inside_is_refused_at_once(scheme: str, host: str) -> None:
    address = f"{scheme}://{host}/hook"
    assert is_address(address, longest=100)
    assert why_not(address).endswith(
        "is inside this network. Whoever runs this installation can allow it with PARLEY_PRIVATE_HOSTS."
    )


@pytest.mark.parametrize(
    "host",
    ["example.com", "EXAMPLE.com.", "93.184.216.34", "[2606:2800:220:1::1]", "münchen.example", "local.example.com",
     "localhost.example.com", "internal.io", "notlocalhost.example", "10.example.com"],
)  # fmt: skip
def test_what_may_be_outside_is_taken_with_https_and_refused_in_the_clear(host: str) -> None:
    assert why_not(f"https://{host}:8443/hook") == ""
    assert why_not(f"http://{host}/hook").startswith("It must begin with https://")


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"), ("127.0.0.1", "https://2130706433/"), ("127.0.0.1", "http://localhost/"),
        ("localhost", "http://LOCALHOST./"), ("10.0.0.0/8", "http://10.1.2.3/"), ("fd00::/8", "https://[fd12::1]/"),
        ("ollama", "http://ollama:11434/v1"), ("crm.acme.com", "http://crm.acme.com/"),
        ("10.0.0.0/8", "http://muro.internal/"),  # it may lead there: known when it is gone to
    ],
)  # fmt: skip
def test_what_the_installation_names_is_taken_in_the_clear_too(allowed: str, address: str, settings: Any) -> None:
    assert why_not(address)
    settings.PRIVATE_HOSTS = [allowed]
    assert why_not(address) == ""


@pytest.mark.parametrize(
    ("allowed", "address"),
    [
        ("10.0.0.5", "https://10.0.0.6/"), ("muro", "http://ollama/"), ("10.0.0.0/8", "https://localhost/"),
        ("10.0.0.0/8", "http://crm.acme.com/"), ("93.184.216.34", "http://93.184.216.34/"),
    ],
)  # fmt: skip
def test_what_is_allowed_opens_nothing_else(allowed: str, address: str, settings: Any) -> None:
    settings.PRIVATE_HOSTS = [allowed]
    assert why_not(address)


@pytest.mark.parametrize(
    "text",
    ["", "nowhere", "ftp://a.example", "https://", "https:///x", "https://u:p@a.example", "https://u@a.example",
     "https://a.example:0", "https://a.example:99999", "https://a.example/#x", "https://a .example", "https://a..b",
     "https://%31%32%37.0.0.1/", "https://[::1", "https://10.0.0.256/", "https://a.example/\x00", "javascript:alert(1)",
     "https://ⓛocalhost/", "https://a.example/" + "x" * 100],
)  # fmt: skip
def test_what_is_no_address_is_told_from_what_is(text: str) -> None:
    assert not is_address(text, longest=100, takes_query=True)


def test_a_query_is_taken_where_it_makes_sense() -> None:
    assert is_address("https://a.example/?key=1", longest=100, takes_query=True)
    assert not is_address("https://a.example/?key=1", longest=100)


@pytest.mark.parametrize("text", ["imap.example.com:993", "imaps://imap.example.com", "imap example", "a@b.com", ""])
def test_a_server_is_named_alone(text: str) -> None:
    assert not is_host(text)


@pytest.mark.parametrize("host", ["localhost", "ⓛocalhost", "127.1", "::1", "mail.lan"])
def test_a_server_inside_is_refused_alike(host: str) -> None:
    assert is_host(host)
    assert "is inside this network" in why_not_host(host)
    assert why_not_host("imap.example.com") == ""
