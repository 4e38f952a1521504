"""The port is taken by `up` itself and handed to the web server: it is ours before anything is started, and a web
server that has to be started again finds the connections waiting."""

import errno
import socket
import time

from crm.boot import StartError

BACKLOG = 1024
# A web server whose `up` was killed lets go of the port a moment later.
TRIES = 10
PAUSE = 0.1


def listen(host: str, port: int) -> socket.socket:
    for _ in range(TRIES - 1):
        try:
            return _listen(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StartError(_reason(host, port, error)) from None
        time.sleep(PAUSE)
    try:
        return _listen(host, port)
    except OSError as error:
        raise StartError(_reason(host, port, error)) from None


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except BaseException:
        listening.close()
        raise
    return listening


def _reason(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: stop that one, or choose another port with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} is only for root: choose one above 1023 with --port."
    return f"Parley cannot listen on {host}, port {port} ({error.strerror}): choose others with --host and --port."


def address_of(listening: socket.socket) -> str:
    """The address to open in a browser on this machine."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # read, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
