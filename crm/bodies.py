"""A cap on what anybody can make the web server take in. Django spools a whole body to disk before a view sees it."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

# More than any form or upload of a page; the API's own limit for JSON is far below and is told in its own words.
LARGEST = 32 * 1024 * 1024

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]

_TOO_LARGE = b'{"success": false, "error": "The body is too large.", "error_type": "body_too_large"}'


def capped(application: Application, largest: int = LARGEST) -> Application:
    """`application`, for bodies of at most `largest` bytes. A larger one is answered 413 where its length is announced;
    where it is not (chunked), the request ends like one whose sender hung up."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _announced(scope) > largest:
            await _refuse(send)
            return
        await application(scope, _counting(receive, largest), send)

    return guarded


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def _counting(receive: Receive, largest: int) -> Receive:
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > largest else message

    return counted


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _TOO_LARGE})
