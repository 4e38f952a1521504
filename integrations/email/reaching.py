"""Getting to a mail server: its address looked up once and checked, and what is wrong in words."""

import socket
import ssl

from crm.outside import address_of
from integrations.email.accounts import Server


def reach(host: str, port: int, seconds: float) -> socket.socket:
    """A connection to the very address that was checked. Raises Unreachable where it may not be, OSError as sockets
    do."""
    return socket.create_connection((address_of(host, port), port), timeout=seconds)


def words_of(error: OSError, server: Server) -> str:
    """What is wrong, and what to do about it. Never holds a password."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"The certificate of {server.place} cannot be trusted: {error.verify_message}. Use the name that the "
            "certificate is made for, or give the certificate of its authority."
        )
    if isinstance(error, ssl.SSLError):
        return (
            f"{server.place} answers, but not in TLS ({error.reason or error}). Choose STARTTLS, or the port that "
            "speaks TLS."
        )
    if isinstance(error, TimeoutError):
        return f"{server.place} does not answer in time. Check the port, and that a firewall lets it through."
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing answers at {server.place}. Check the port."
    return f"The talk with {server.place} broke off: {error.strerror or error}."
