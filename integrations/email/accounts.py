"""The two sides of a mail account, as an admin set them: the mailbox that is read, the server that sends."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Security = Literal["tls", "starttls", "none"]
# Seconds for each answer: the lease of the work that asks is a minute.
PATIENCE = 20
IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}


class Refused(Exception):
    """A server said no, and would say so again (a wrong password, a folder that is not there), or is set up wrongly.
    Its text is a sentence for people."""


@dataclass(frozen=True)
class Server:
    """Where to, and who we are there. `certificate`: PEM of an authority of the house's own, trusted beside the
    world's."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    certificate: str = ""

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    def trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.certificate:
            try:
                context.load_verify_locations(cadata=self.certificate)
            except (ssl.SSLError, ValueError) as error:
                raise Refused(f"The certificate of the authority cannot be read: {error}") from None
        return context


@dataclass(frozen=True)
class Account:
    """`addresses`: ours, the first is the one we send from. `folders`: as named by the admin; none: the inbox and
    wherever the server keeps what was sent. `backfill_days`: 0 takes in nothing that was there before."""

    addresses: Sequence[str]
    display_name: str
    imap: Server
    smtp: Server
    folders: Sequence[str]
    backfill_days: int
    saves_sent: bool
    signature: str
    quotes: bool

    @property
    def address(self) -> str:
        return self.addresses[0]

    @classmethod
    def of(cls, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> "Account":
        given = {**settings, **secrets}
        imap = _server(given, "imap", IMAP_PORTS, fallback={})
        smtp = _server(given, "smtp", SMTP_PORTS, fallback=given)
        return cls(
            addresses=[each.strip().lower() for each in _lines(given.get("addresses"))],
            display_name=str(given.get("display_name") or "").strip(),
            imap=imap,
            smtp=smtp,
            folders=_lines(given.get("folders")),
            backfill_days=int(given.get("backfill_days") or 0),
            saves_sent=bool(given.get("save_to_sent", True)),
            signature="\n".join(str(given.get("signature") or "").splitlines()).strip("\n"),
            quotes=bool(given.get("quote_history", False)),
        )


def _server(given: Mapping[str, Any], side: str, ports: Mapping[str, int], *, fallback: Mapping[str, Any]) -> Server:
    """The sending side has the mailbox's user and password where it names none of its own."""
    security: Security = given.get(f"{side}_security") or "tls"
    return Server(
        host=str(given.get(f"{side}_host") or "").strip(),
        port=int(given.get(f"{side}_port") or ports[security]),
        security=security,
        user=str(given.get(f"{side}_user") or fallback.get("imap_user") or ""),
        password=str(given.get(f"{side}_password") or fallback.get("imap_password") or ""),
        certificate=str(given.get("certificate") or ""),
    )


def _lines(value: Any) -> list[str]:
    lines = value if isinstance(value, list | tuple) else str(value or "").replace(",", "\n").splitlines()
    return [line.strip() for line in map(str, lines) if line.strip()]
