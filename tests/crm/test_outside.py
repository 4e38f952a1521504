"""Speaking HTTP with addresses that people typed in."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crm import outside
from crm.outside import Forbidden, Line, Unreachable, address_of
from tests.ports import free_port

Answering = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(answering: Answering) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answering(self)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield listening.server_port
        finally:
            listening.shutdown()
            thread.join()


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def got(port: int, path: str = "/x", host: str = "127.0.0.1") -> outside.Answer:
    with Line(f"http://{host}:{port}/base", {"Authorization": "Bearer k"}) as line:
        return line.call("GET", path, params={"a": "1"})


def test_the_whole_answer_comes_back_and_the_host_is_told_its_own_name() -> None:
    heard: list[Any] = []

    def tell(handler: BaseHTTPRequestHandler) -> None:
        heard.append((handler.path, handler.headers["Host"], handler.headers["Authorization"]))
        answer(handler, 404, b'{"no": 1}', **{"X-Request-Id": "r1"})

    with server(tell) as port:
        found = got(port, host="localhost")
    assert heard == [("/base/x?a=1", f"localhost:{port}", "Bearer k")]
    assert (found.status, found.json(), found.headers["x-request-id"]) == (404, {"no": 1}, "r1")


def test_what_is_asked_for_stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    def tell(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, 200, b"{}")

    with caplog.at_level(logging.INFO), server(tell) as port:
        got(port, path="/contacts/+6281234567890")
    assert "6281234567890" not in caplog.text


@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "[fe80::1]", "0.0.0.0", "224.0.0.1",  # noqa: S104
     "[64:ff9b::a00:1]", "[64:ff9b:1::a00:1]", "[::a00:1]", "[fec0::1]", "[2002:a00:1::]", "100.64.0.1"],
)  # fmt: skip
def test_nothing_inside_the_network_is_reached(host: str) -> None:
    with pytest.raises(Forbidden, match="PARLEY_PRIVATE_HOSTS"), Line(f"https://{host}", {}) as line:
        line.call("GET", "/")


def test_a_name_that_points_inside_is_not_reached_either(settings: Any) -> None:
    settings.PRIVATE_HOSTS = []
    with pytest.raises(Forbidden):
        address_of("localhost", 80)
    settings.PRIVATE_HOSTS = ["localhost"]
    assert address_of("localhost", 80) in ("127.0.0.1", "::1")


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    paths: list[str] = []

    def redirect(handler: BaseHTTPRequestHandler) -> None:
        paths.append(handler.path)
        answer(handler, 302, b"", Location="/elsewhere")

    with server(redirect) as port:
        assert got(port).status == 302
    assert len(paths) == 1


def test_more_than_the_cap_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "LARGEST_ANSWER", 1000)
    with server(lambda handler: answer(handler, 200, b"x" * 1001)) as port:  # noqa: SIM117
        with pytest.raises(Unreachable, match="more than 1,000 bytes"):
            got(port)


def test_a_compressed_bomb_is_stopped_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    monkeypatch.setattr(outside, "LARGEST_ANSWER", 1000)
    bomb = gzip.compress(b"0" * 10_000_000)
    with server(lambda handler: answer(handler, 200, bomb, **{"Content-Encoding": "gzip"})) as port:  # noqa: SIM117
        with pytest.raises(Unreachable, match="more than 1,000 bytes"):
            got(port)


def test_no_answer_in_time_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "READ_SECONDS", 0.2)
    over = threading.Event()

    def say_nothing(handler: BaseHTTPRequestHandler) -> None:
        over.wait(5)

    with server(say_nothing) as port:
        with pytest.raises(Unreachable, match=r"127\.0\.0\.1 did not answer in time\."):
            got(port)
        over.set()


def test_an_answer_that_drips_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "WHOLE_SECONDS", 0.2)

    def drip(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, 200, b"", **{"Content-Length": "1000"})
        with suppress(OSError):
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.02)
        handler.close_connection = True

    with server(drip) as port, pytest.raises(Unreachable, match="did not answer in time"):
        got(port)


def test_a_cut_connection_is_said_in_words() -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, 200, b"ab", **{"Content-Length": "100"})
        handler.connection.shutdown(socket.SHUT_RDWR)

    with server(cut) as port, pytest.raises(Unreachable, match=r"The connection to 127\.0\.0\.1 failed"):
        got(port)


def test_nobody_there_and_no_such_host_are_said_in_words() -> None:
    with pytest.raises(Unreachable, match="failed"):
        got(free_port())
    with pytest.raises(Unreachable, match="There is no host"):
        address_of("nothing.invalid", 443)


@pytest.mark.parametrize("url", ["ftp://a.example", "a.example", "https://", "https://user:pw@a.example"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Unreachable, match="no address"):
        Line(url, {})


def test_an_answer_that_is_no_json_is_unreachable_when_it_is_read() -> None:
    with server(lambda handler: answer(handler, 200, b"<html>")) as port:
        found = got(port)
    with pytest.raises(Unreachable, match="not JSON"):
        found.json()
