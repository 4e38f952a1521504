"""The test's end of it: start the process, and speak to its control."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from tests.integrations.kirim.stand_in.house import Row
from tests.integrations.kirim.stand_in.world import API_KEY, SECRET
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[4]
PATIENCE = 30


class StandIn:
    """`kirim.writes("+62…", "Halo")`, `kirim.deliver(double=True)`, `kirim.state()["contacts"]`, …: each method that is
    not here is a verb of `control`."""

    api_key = API_KEY
    secret = SECRET
    phone_number_id = "106540352242922"

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "uvicorn", "tests.integrations.kirim.stand_in.app:app", "--host", "127.0.0.1",
                "--port", str(port), "--lifespan", "off", "--log-level", "critical", "--no-access-log",
            ],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.client = httpx2.Client(base_url=self.url, timeout=PATIENCE, trust_env=False)
        self._wait(port)

    def _wait(self, port: int) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                assert self.process.poll() is None, "the stand-in could not start"
                assert time.monotonic() < until, "the stand-in does not start"
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        self.client.close()
        self.process.terminate()
        self.process.wait(PATIENCE)

    def base(self, generation: str = "kckit") -> str:
        """The base URL of a generation: "kckit" has no prefix, "kirim" and "kirimdev" take the phone_number_id."""
        return f"{self.url}/{generation}/v1"

    def settings(self, generation: str = "kckit", **more: Any) -> Row:
        """What a connection to it is made with."""
        oldest = generation == "kckit"
        return {
            "base_url": self.base(generation), "phone_number_id": "" if oldest else self.phone_number_id,
            "messaging_product": not oldest, "api_key": self.api_key, "webhook_secret": self.secret, **more,
        }  # fmt: skip

    def writes(self, phone: str, said: str | Row, **how: Any) -> Row:
        """The person writes a text, or a message of another type as Meta words it."""
        content = {"type": "text", "text": {"body": said}} if isinstance(said, str) else said
        answer: Row = self._do("writes", phone=phone, content=content, **how)
        return answer

    def deliver(self, **how: Any) -> list[Row]:
        answered = self.client.post("/_control/deliver", json=how)
        assert answered.status_code == 200, answered.text
        rows: list[Row] = answered.json()
        return rows

    def fails(self, *faults: Row) -> None:
        self._do("arrange", faults=list(faults))

    def asked(self, method: str = "", path: str = "") -> list[Row]:
        """The calls since one last looked, of this method and with this in their path."""
        return [one for one in self._do("calls") if method in ("", one["method"]) and path in one["path"]]

    def __getattr__(self, verb: str) -> Any:
        if verb.startswith("_"):
            raise AttributeError(verb)
        return lambda *args, **given: self._do(verb, **dict(zip(ORDER.get(verb, ()), args, strict=True)), **given)

    def _do(self, verb: str, **given: Any) -> Any:
        answered = self.client.post(f"/_control/{verb}", json=given)
        assert answered.status_code == 200, answered.text
        return answered.json()["answer"]


ORDER = {
    "many_contacts": ("count",), "user": ("name", "email"), "label": ("name",), "contact": ("phone",),
    "edit_contact": ("id",), "edit_conversation": ("id",), "sends": ("phone", "body"),
    "status": ("message_id", "status"), "event": ("source", "type", "data"), "pass_time": ("seconds",),
}  # fmt: skip
