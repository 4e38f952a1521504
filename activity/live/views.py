"""The door of the live stream."""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from accounts.actors import Actor, person
from accounts.models import User
from accounts.sessions import membership_of
from activity.live.streaming import stream
from activity.log import Position

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would hold small parts back
}


@require_safe
def live(request: HttpRequest) -> HttpResponseBase:
    """What happens in the workspace, while it happens: from `Last-Event-ID`, else `?after=`, else from now on.

    401 for who is not signed in, not a member any more, or asked for a second step first: a browser then asks no more.
    204 from a server that cannot keep a stream open (WSGI). HEAD tells which it is.
    """
    actor = _actor(request)
    if actor is None:
        return HttpResponse("Sign in to follow along.", status=401, content_type="text/plain")
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    try:
        after = _after(request)
    except ValueError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    if request.method == "HEAD":
        return HttpResponse(headers=HEADERS)
    return StreamingHttpResponse(stream(actor, after, request.session.session_key), headers=HEADERS)


def _actor(request: HttpRequest) -> Actor | None:
    membership = membership_of(request.user, request.session) if isinstance(request.user, User) else None
    return person(membership) if membership and not membership.lacks_second_step else None


def _after(request: HttpRequest) -> Position | None:
    text = request.headers.get("Last-Event-ID") or request.GET.get("after")
    return Position.parse(text) if text else None
