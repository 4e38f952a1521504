"""The line to the model: what leaves by it is what the API asks for, and nothing else."""

import httpx2 as httpx

from crm.outside import Guarded
from inbox.intents.llm.models import LlmSettings

LARGEST_ANSWER = 256 * 1024
# What the libraries are told instead of the key.
NO_KEY = "put in by the line"
_SENT = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "anthropic-version"}


class Discreet(Guarded):
    """Sends the named headers and the key. The libraries would add what this machine is, and
    whatever headers, organisations and keys its environment names; and as they do not know the key, nothing that they
    log, print or raise can hold it."""

    def __init__(self, settings: LlmSettings) -> None:
        super().__init__(whole_seconds=settings.seconds, largest=LARGEST_ANSWER)
        self._key = str(settings.secrets.get("api_key") or "")
        self._is_anthropic = settings.kind == LlmSettings.Kind.ANTHROPIC

    def _headers(self, request: httpx.Request) -> httpx.Headers:
        kept = [(name, value) for name, value in request.headers.multi_items() if name.lower() in _SENT]
        return httpx.Headers([*kept, ("user-agent", "Parley/1"), *self._signature()])

    def _signature(self) -> list[tuple[str, str]]:
        if not self._key:
            return []
        return [("x-api-key", self._key)] if self._is_anthropic else [("authorization", f"Bearer {self._key}")]
