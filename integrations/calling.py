"""Calling a vendor's REST API: what every system does the same way about limits, errors and time-outs."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from activity.work import Later
from crm.outside import Answer, Line, Unreachable

__all__ = ["Caller", "Unreachable", "VendorError"]
DEFAULT_WAIT = 30.0
LONGEST_WAIT = 3600.0


class VendorError(Exception):
    """The vendor refused. `code` is its own name for it, `words` its own sentence, cut; neither holds our secrets."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(f"{words or code or 'It refused'} ({status})")
        self.status, self.code, self.words = status, code, words


class Caller:
    """A vendor's API. Use it with `with`: connections stay open between calls."""

    remaining_header = "x-ratelimit-remaining"
    reset_header = "x-ratelimit-reset"
    remaining: int | None = None
    """How many calls are left for now, by the last answer; None where it did not say."""

    def __init__(self, base_url: str, headers: Mapping[str, str]) -> None:
        self._told: Mapping[str, str] = {}
        self._line = Line(base_url, {"Accept": "application/json", "User-Agent": "Parley/1", **headers})

    def pause(self) -> float:
        """Seconds until they take another request, by what the last answer's headers tell; 0 where they do now."""
        left, reset = self._told.get(self.remaining_header, ""), self._told.get(self.reset_header, "")
        if not (left.isdigit() and int(left) == 0 and reset.isdigit()):
            return 0.0
        # Some tell when it is, some how long it is until then.
        seconds = int(reset) - time.time() if int(reset) > LONGEST_WAIT else float(reset)
        return min(max(seconds, 0.0), LONGEST_WAIT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.__exit__(kind, error, trace)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return self.call("GET", path, params=params)

    def post(self, path: str, json: Any, *, idempotency_key: str = "") -> Any:
        return self.call("POST", path, json=json, idempotency_key=idempotency_key)

    def patch(self, path: str, json: Any) -> Any:
        return self.call("PATCH", path, json=json)

    def put(self, path: str, json: Any) -> Any:
        return self.call("PUT", path, json=json)

    def delete(self, path: str) -> Any:
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        idempotency_key: str = "",
    ) -> Any:
        """The JSON of a 2xx answer. Raises Later for 429 and 503 with Retry-After, VendorError for other 4xx,
        Unreachable for 5xx, a redirect, a cut connection, a time-out, or what is no JSON."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        given = {name: value for name, value in (params or {}).items() if value is not None}
        answer = self._line.call(method, path, params=given, json=json, headers=headers)
        left = answer.headers.get(self.remaining_header, "")
        self.remaining = int(left) if left.isascii() and left.isdigit() else None
        self._told = answer.headers
        if 200 <= answer.status < 300:
            return answer.json()
        raise self._refusal(answer)

    def _refusal(self, answer: Answer) -> Exception:
        wait = answer.headers.get("retry-after", "")
        if answer.status == 429 or (answer.status == 503 and wait):
            return Later(_seconds(wait), "Their limit of requests is reached; it goes on by itself.")
        if answer.status < 400 or answer.status >= 500:
            return Unreachable(f"It answered {answer.status}.")
        return VendorError(answer.status, *self.words_of(answer))

    def words_of(self, answer: Answer) -> tuple[str, str]:
        """The error's code and sentence, as most vendors write them: under `error`, as an object or a text."""
        try:
            body = answer.json()
        except Unreachable:
            return "", ""
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, dict):
            return str(error.get("code") or error.get("type") or "")[:100], str(error.get("message") or "")[:500]
        return str(body.get("error_type") or "")[:100] if isinstance(body, dict) else "", str(error or "")[:500]


def _seconds(retry_after: str) -> float:
    return min(float(retry_after), LONGEST_WAIT) if retry_after.replace(".", "", 1).isdigit() else DEFAULT_WAIT
