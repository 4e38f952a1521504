"""An SMTP server in a process of its own: it keeps what it was given, and refuses as it is told.

`python -m tests.integrations.email.smtp_server FOLDER CERTIFICATE KEY`. What it should do stands in FOLDER/orders.json,
read at each command (`Orders` in `post.py`); each mail it takes is a file in FOLDER/mails; its ports, once it listens,
are in FOLDER/ports.json.
"""

import asyncio
import json
import ssl
import sys
from itertools import count
from pathlib import Path
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

_numbers = count(1)


class Handler:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "mails").mkdir()

    @property
    def orders(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "orders.json").read_text()))

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        known = isinstance(data, LoginPassword) and data.password.decode() == self.orders["password"]
        return AuthResult(success=known, handled=False, auth_data=data.login.decode() if known else None)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.orders["senders"].get(address):
            return str(refusal)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.orders["recipients"].get(address):
            return str(refusal)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        orders = self.orders
        await asyncio.sleep(orders["seconds"])
        if orders["data"]:
            return str(orders["data"])
        self._keep(server, session, envelope)
        if orders["cut"]:
            transport = cast("asyncio.Transport", server.transport)
            transport.abort()
        return "250 2.0.0 Taken"

    def _keep(self, server: SMTP, session: Session, envelope: Envelope) -> None:
        name = f"{next(_numbers):06}"
        kept = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "raw": (envelope.original_content or b"").decode("latin-1"),
            "encrypted": cast("asyncio.Transport", server.transport).get_extra_info("sslcontext") is not None,
            "user": session.auth_data,
        }
        path = self.folder / "mails" / f"{name}.part"
        path.write_text(json.dumps(kept))
        path.rename(path.with_suffix(".json"))


async def serve(folder: Path, certificate: Path, key: Path) -> None:
    handler, loop = Handler(folder), asyncio.get_running_loop()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    common: dict[str, Any] = {"authenticator": handler.authenticate, "hostname": "mail.test", "loop": loop}
    kinds: dict[str, tuple[dict[str, Any], ssl.SSLContext | None]] = {
        "none": ({"auth_require_tls": False}, None),
        "starttls": ({"tls_context": tls, "require_starttls": True, "auth_required": True}, None),
        "tls": ({"auth_require_tls": False, "auth_required": True}, tls),
    }
    ports = {}
    for kind, (how, context) in kinds.items():

        def session(how: dict[str, Any] = how) -> SMTP:
            return SMTP(handler, **common, **how)

        server = await loop.create_server(session, "127.0.0.1", 0, ssl=context)
        ports[kind] = server.sockets[0].getsockname()[1]
    (folder / "ports.part").write_text(json.dumps(ports))
    (folder / "ports.part").rename(folder / "ports.json")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*(Path(word) for word in sys.argv[1:4])))
