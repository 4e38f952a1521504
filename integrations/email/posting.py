"""Handing a mail to the server that sends."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import socket
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.functional import cached_property

from crm.outside import Unreachable
from integrations.email.accounts import PATIENCE, Refused, Server
from integrations.email.reaching import reach, words_of


class Backend(EmailBackend):
    """Django's, which goes to the address that was checked and trusts what the account trusts."""

    def __init__(self, server: Server) -> None:
        self.server = server
        super().__init__(
            host=server.host, port=server.port, username=server.user, password=server.password,
            use_tls=server.security == "starttls", use_ssl=server.security == "tls", timeout=PATIENCE,
        )  # fmt: skip

    @property
    def connection_class(self) -> Any:
        return _Tls if self.use_ssl else _Plain

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        return self.server.trust()


def post(server: Server, mail: EmailMessage) -> None:
    """Returns once the server has taken it. Raises Refused where it never will, Unreachable where it may later or where
    nobody knows; both with the server's words."""
    backend = Backend(server)
    with _explained(backend):
        backend.open()
        backend.send_messages([mail])


@contextmanager
def talking(server: Server) -> Iterator[smtplib.SMTP]:
    """Signed in to the server that sends. Raises as `post` does."""
    backend = Backend(server)
    with _explained(backend):
        backend.open()
        if backend.connection is not None:
            yield backend.connection


@contextmanager
def _explained(backend: Backend) -> Iterator[None]:
    server = backend.server
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        said = _said(error.smtp_code, error.smtp_error)
        raise _refusal(error.smtp_code, f"{server.place} refuses “{server.user}” or the password: {said}") from None
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _refusal(code, _said(code, words)) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code, _said(error.smtp_code, error.smtp_error)) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(f"{server.place} cannot do what is asked of it: {error}") from None
    except smtplib.SMTPServerDisconnected:
        raise Unreachable(f"{server.place} ended the talk before it answered.") from None
    except OSError as error:
        raise Unreachable(words_of(error, server)) from None
    finally:
        # Whether it says goodbye says nothing of the mail.
        with suppress(smtplib.SMTPException, OSError):
            backend.close()


def _refusal(code: int, words: str) -> Exception:
    """RFC 5321, 4.2.1: 4yz may pass, 5yz will not."""
    return Unreachable(words) if 400 <= code < 500 else Refused(words)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:500]


class _Plain(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        return reach(host, port, timeout)


class _Tls(smtplib.SMTP_SSL):
    context: ssl.SSLContext

    def _get_socket(self, host: str, port: int, timeout: float) -> socket:
        return self.context.wrap_socket(reach(host, port, timeout), server_hostname=host)
