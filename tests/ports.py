"""Where the servers of tests listen."""

import secrets
import socket
from contextlib import suppress

# From here on the system gives ports away by itself, to both ends of connections.
THE_SYSTEMS_OWN = 32_768
FIRST = 15_000


def free_port() -> int:
    """One on which nobody listens. None of those that the system gives away: a connection of another test might have it
    by the time that a process has come so far as to bind it, and who tries again and again whether somebody answers
    there may be connected to themselves."""
    while True:
        port = FIRST + secrets.randbelow(THE_SYSTEMS_OWN - FIRST)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
