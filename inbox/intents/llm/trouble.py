"""What went wrong between us and a model, in a sentence for people."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2 as httpx

from crm.outside import Unreachable
from crm.text import storable
from inbox.intents.llm.models import LlmSettings
from inbox.intents.passes import PassFailed

LONGEST_WORDS = 160


class Refused(PassFailed):
    """The endpoint did not answer with an answer. wait: how long it asks to be left alone."""

    def __init__(self, words: str, wait: timedelta = timedelta()) -> None:
        super().__init__(words)
        self.wait = wait


@contextmanager
def in_words(settings: LlmSettings, errors: type[Exception]) -> Iterator[None]:
    try:
        yield
    except (errors, Unreachable, httpx.HTTPError, httpx.InvalidURL) as error:
        raise _refusal(settings, error) from None


def _refusal(settings: LlmSettings, error: BaseException) -> PassFailed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Unreachable):
            return Refused(str(cause))
        if isinstance(cause, httpx.TimeoutException):
            return Refused(f"It did not answer within {settings.seconds} seconds.")
        cause = cause.__cause__
    status = getattr(error, "status_code", None)
    if not isinstance(status, int):
        return Refused("The connection to it failed.")
    return Refused(_words(settings, status, getattr(error, "body", None)), _wait(getattr(error, "response", None)))


_BY_STATUS = {
    401: "It refused the key", 402: "There is no credit left", 403: "The key may not do this",
    404: "There is no such model or address", 429: "It asks to be left alone for a while, or its quota is used up",
}  # fmt: skip


def _words(settings: LlmSettings, status: int, body: object) -> str:
    """What the endpoint itself says is repeated only about a request that it did not take, without the key."""
    if status >= 500:
        return f"It has a fault of its own ({status})."
    if status < 400:
        return f"It sends elsewhere ({status}): enter the address itself."
    words = _BY_STATUS.get(status, "It did not take the request")
    theirs = _theirs(settings, body) if status in (400, 404, 422) else ""
    return f"{words} ({status}){f': {theirs}' if theirs else '.'}"


def _theirs(settings: LlmSettings, body: object) -> str:
    said: Any = body
    for name in ("error", "message"):
        said = said.get(name, said) if isinstance(said, Mapping) else said
    key = str(settings.secrets.get("api_key") or "")
    text = said if isinstance(said, str) else ""
    text = text.replace(key, "…") if key else text
    return storable(" ".join(text.split()), LONGEST_WORDS)


def _wait(response: object) -> timedelta:
    text = response.headers.get("retry-after", "") if isinstance(response, httpx.Response) else ""
    return timedelta(seconds=int(text) if re.fullmatch("[0-9]{1,6}", text) else 0)
