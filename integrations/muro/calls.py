"""What we call at muro: `https://muro.chat/api/v1`, Bearer `mr_live_…`, 120 requests a minute for a key."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from activity.work import Failed, Later
from integrations import health
from integrations.base import Connected
from integrations.calling import Caller, Unreachable, VendorError
from integrations.muro.resting import MINUTE, Rest

BASE_URL = "https://muro.chat/api/v1"
MOST = 100  # of a list, a call
MOST_PAGES = 1_000  # of one transcript: beyond, the cursor leads in a circle
REFUSED = {
    "authentication_error": "muro does not accept the API key. Make a new one in muro and enter it here.",
    "permission_error": "muro's API key may not do this. Give it the right in muro, or enter another key here.",
}


class Muro(Caller):
    """The account of one connection. Use it with `with`.

    It rests, for all processes, once muro says that the minute's calls are used up; with `spares`, as soon as so many
    are left, so that a batch never stands in the way of a reply.

    Raises what `Caller` raises, but for an API key that is refused: then the connection fails, and so does the call,
    in words that say what to do.
    """

    def __init__(self, connected: Connected, *, spares: int = 0) -> None:
        key = connected.secrets.get("api_key")
        if not key:
            raise Failed("Enter muro's API key in the connection's settings: until then only its webhooks come in.")
        super().__init__(connected.settings.get("base_url") or BASE_URL, {"Authorization": f"Bearer {key}"})
        self._rest = Rest(connected.connection, sparing=bool(spares))
        self._connection, self._spares = connected.connection, spares

    def call(self, method: str, path: str, **options: Any) -> Any:
        self._rest.must_be_over()
        try:
            answer = super().call(method, path, **options)
        except Later as wait:
            self._rest.begin(wait.seconds, for_all=True)
            raise
        except VendorError as error:
            words = REFUSED.get(error.code) or (REFUSED["authentication_error"] if error.status == 401 else "")
            if not words:
                raise
            health.failing(self._connection, words)
            raise Failed(words) from error
        if self.remaining is not None and self.remaining <= self._spares:
            self._rest.begin(MINUTE, for_all=self.remaining == 0)
        return answer

    def page(self, path: str, cursor: str | None, limit: int = MOST) -> tuple[list[Any], str | None]:
        """A page of a list, and the cursor of the next one."""
        answer = self.get(path, {"limit": limit, "cursor": cursor})
        rows = answer.get("data") if isinstance(answer, Mapping) else None
        if not isinstance(answer, Mapping) or not isinstance(rows, list):
            raise Unreachable("It answered with something that is not a list.")
        following = answer.get("next_cursor") if answer.get("has_more", True) else None
        return rows, str(following) if following else None

    def transcript(self, conversation: str) -> list[Any]:
        """Every message of a conversation."""
        rows: list[Any] = []
        cursor: str | None = None
        for _ in range(MOST_PAGES):
            found, cursor = self.page(_messages(conversation), cursor)
            rows += found
            if cursor is None:
                return rows
        raise Unreachable("Its list of messages does not end.")

    def say(self, conversation: str, kind: str, content: str, idempotency_key: str) -> str:
        """Say something: kind agent, which the visitor sees, or note. muro's id of it; empty where it names none."""
        body = {"kind": kind, "content": content}
        answer = self.post(_messages(conversation), body, idempotency_key=idempotency_key)
        places = (answer, answer.get("data"), answer.get("message")) if isinstance(answer, Mapping) else ()
        return next((str(one["id"]) for one in places if isinstance(one, Mapping) and one.get("id")), "")


def _messages(conversation: str) -> str:
    return f"conversations/{quote(conversation, safe='')}/messages"
