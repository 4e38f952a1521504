"""The SMTP server as the tests see it: what it took, and what it should refuse."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from crm.boot.children import end_with_parent

PASSWORD = "correct-horse"
PATIENCE = 30
PROJECT = Path(__file__).resolve().parents[3]


@dataclass
class Orders:
    """senders, recipients: what it answers to these instead of taking them; data: to any mail; cut: keep the mail and
    end the connection without an answer; seconds: how long it takes over a mail."""

    password: str = PASSWORD
    senders: dict[str, str] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)
    data: str = ""
    cut: bool = False
    seconds: float = 0


@dataclass(frozen=True)
class Posted:
    sender: str
    recipients: list[str]
    raw: bytes
    encrypted: bool
    user: str | None

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=default)

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    @property
    def html(self) -> str:
        part = self.mail.get_body(("html",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")


class Post:
    def __init__(self, folder: Path, certificate: Path, key: Path) -> None:
        self.folder = folder
        self.do()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.integrations.email.smtp_server", folder, certificate, key],
            cwd=PROJECT, stdin=subprocess.DEVNULL, preexec_fn=end_with_parent(signal.SIGTERM),
        )  # fmt: skip
        self.ports: dict[str, int] = self._ports()

    def do(self, **orders: object) -> None:
        """From now on, and nothing else."""
        path = self.folder / "orders.part"
        path.write_text(json.dumps(asdict(Orders(**orders))))  # type: ignore[arg-type]
        path.rename(self.folder / "orders.json")

    @property
    def taken(self) -> list[Posted]:
        files = sorted((self.folder / "mails").glob("*.json"))
        kept = [json.loads(file.read_text()) for file in files]
        return [Posted(**{**each, "raw": each["raw"].encode("latin-1")}) for each in kept]

    def empty(self) -> None:
        self.do()
        for file in (self.folder / "mails").glob("*.json"):
            file.unlink()

    def _ports(self) -> dict[str, int]:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            if (self.folder / "ports.json").exists():
                return dict(json.loads((self.folder / "ports.json").read_text()))
            time.sleep(0.02)
        raise AssertionError("the SMTP server does not listen")
