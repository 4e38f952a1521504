"""A process that speaks as OpenAI's and Anthropic's APIs do, over real HTTP, and misbehaves on command."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[4]
PATIENCE = 30
TOOL = "label_reply"


class Handler(BaseHTTPRequestHandler):
    """`how`, as arranged: answer (label, confidence, evidence), and raw, body, status, headers, slow, cut, drip."""

    protocol_version = "HTTP/1.1"
    how: dict[str, Any] = {}
    calls: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/_arrange":
            type(self).how, type(self).calls = json.loads(body), []
            return self._send(200, b"{}")
        if self.path == "/_calls":
            return self._send(200, json.dumps(self.calls).encode())
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.asked = json.loads(body)
        self.calls.append({"path": self.path, "headers": headers, "body": self.asked})
        with suppress(OSError):  # who waited no longer has hung up
            self._answer()
        return None

    def _answer(self) -> None:
        time.sleep(self.how.get("slow", 0))
        if "status" in self.how:
            body = json.dumps(self.how.get("body", {"error": {"message": "No."}})).encode()
            return self._send(self.how["status"], body, **self.how.get("headers", {}))
        if "raw" in self.how:
            return self._send(200, self.how["raw"].encode(), **self.how.get("headers", {}))
        made = self._anthropic() if self.path == "/v1/messages" else self._openai()
        body = json.dumps(made | self.how.get("body", {})).encode()
        return self._send(200, body, cut=self.how.get("cut", False), drip=self.how.get("drip", False))

    def _openai(self) -> dict[str, Any]:
        asked, said = self.asked, self._said()
        message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
        if "tools" in asked:
            function = {"name": self.how.get("tool", TOOL), "arguments": said}
            message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
        else:
            message["content"] = said
        message |= self.how.get("message", {})
        choice = {"index": 0, "message": message, "finish_reason": self.how.get("reason", "stop")}
        usage = {"prompt_tokens": 400, "completion_tokens": 30, "total_tokens": 430}
        return {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [choice],
            "usage": usage,
        }

    def _anthropic(self) -> dict[str, Any]:
        said = self._said()
        given = json.loads(said) if said.startswith("{") else said
        tool = {"type": "tool_use", "id": "t1", "name": self.how.get("tool", TOOL), "input": given}
        text = {"type": "text", "text": "Let me label this."}
        return {
            "id": "m1", "type": "message", "role": "assistant", "model": "m",
            "content": self.how.get("content", [text, tool]), "stop_reason": self.how.get("reason", "tool_use"),
            "stop_sequence": None, "usage": {"input_tokens": 400, "output_tokens": 30},
        }  # fmt: skip

    def _said(self) -> str:
        answer = self.how.get("answer")
        return answer if isinstance(answer, str) else json.dumps(answer)

    def _send(self, status: int, body: bytes, *, cut: bool = False, drip: bool = False, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if drip:
            for each in body:
                self.wfile.write(bytes([each]))
                time.sleep(0.02)
            return
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


class StandIn:
    """The test's end of it: start the process, tell it what to do, ask what it was sent."""

    def __init__(self) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.inbox.intents.llm.stand_in", str(port)],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
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

    def says(self, intent: Any = "interested", confidence: Any = 0.9, evidence: Any = "", **how: Any) -> None:
        """From now on it answers so."""
        self.does(answer={"intent": intent, "confidence": confidence, "evidence": evidence}, **how)

    def does(self, **how: Any) -> None:
        self.client.post("/_arrange", json=how).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        """What it was asked since it was told what to do."""
        found: list[dict[str, Any]] = self.client.post("/_calls", json={}).json()
        return found


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
