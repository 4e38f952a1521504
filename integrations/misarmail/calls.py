"""MisarMail's API, and its mirror in another Parley: which addresses it has, and what its refusals mean."""

from collections.abc import Mapping
from typing import Any

from crm.outside import Answer, Unreachable
from integrations.base import Connected, Failed, Later
from integrations.calling import LONGEST_WAIT, Caller, VendorError

TITLE = "MisarMail"
# Beside the CRM, not in it.
BESIDE = ("contacts", "campaigns")
_BARRED = 403
_ABSENT = 404


class Api(Caller):
    """Use it with `with`."""

    def __init__(self, connected: Connected) -> None:
        key = connected.secrets.get("api_key")
        if not key:
            raise Failed("Enter the API key in the connection's settings: until then only webhooks come in.")
        super().__init__(base_of(connected.settings["base_url"]), {"Authorization": f"Bearer {key}"})

    def listed(self, path: str, params: Mapping[str, Any]) -> Any:
        """A list's answer. Raises Failed in words where the list is refused for good."""
        try:
            return self.get(path, params)
        except VendorError as error:
            raise Failed(sentence(error)) from None

    def speaks_cursor(self) -> bool:
        """Whether its lists can be walked by cursor: another Parley's can, MisarMail's only by page."""
        try:
            answer = self.get("crm/conversations", {"cursor": "", "per_page": 1})
        except VendorError as error:
            if error.status in (401, _BARRED, _ABSENT):
                raise Failed(sentence(error)) from None
            return False
        return isinstance(answer, dict) and "has_more" in (answer.get("pagination") or {})

    def file(self, path: str) -> bytes:
        """The bytes of an attachment."""
        answer = self._line.call("GET", path)
        if answer.status != 200:
            raise self._refusal(answer)
        return answer.body

    def _refusal(self, answer: Answer) -> Exception:
        if answer.status == 429 and "retry-after" not in answer.headers and (seconds := _retry_after(answer)):
            return Later(seconds, "Their limit of requests is reached; it goes on by itself.")
        return super()._refusal(answer)

    def words_of(self, answer: Answer) -> tuple[str, str]:
        code, words = super().words_of(answer)
        if not words:
            words = str(_object(answer).get("message") or "")[:500]
        return code, words


def base_of(typed: str) -> str:
    """The base of an edition (https://api.misar.io/mail/v1), however it was copied."""
    return typed.strip().rstrip("/").removesuffix("/crm")


def address(noun: str, *parts: str) -> str:
    return "/".join((noun, *parts) if noun in BESIDE else ("crm", noun, *parts))


def is_lacking(error: VendorError) -> bool:
    """Its plan, its edition or the key's scopes do not have this."""
    return error.status in (_BARRED, _ABSENT)


def sentence(error: VendorError) -> str:
    """What is wrong and what to do."""
    said = f" It says: “{error.words}”" if error.words else ""
    if error.status == 401:
        return f"{TITLE} does not accept the API key. Make one with the scope crm and enter it here.{said}"
    if error.status == _BARRED:
        return f"The API key may not read the CRM: it needs the scope crm, and the plan must have it.{said}"
    if error.status == _ABSENT:
        return f"There is no {TITLE} at this base URL. It looks like https://api.misar.io/mail/v1.{said}"
    return f"{TITLE} refused ({error.status}).{said}"


def _retry_after(answer: Answer) -> float:
    seconds = _object(answer).get("retryAfter")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool):
        return 0.0
    return min(max(float(seconds), 0.0), LONGEST_WAIT)


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except Unreachable:
        return {}
    return body if isinstance(body, dict) else {}
