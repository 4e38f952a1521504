"""What the link of an invitation opens."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from crm.errors import Invalid
from crm.pages.answers import see, told
from desk.people import joining
from desk.people.access_form import errors
from desk.people.entrance import enter, entrance, sign_in


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@entrance
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever is new gives a name and a password; whoever is known signs in first, and then accepts."""
    user = request.user
    if request.method == "GET":
        return _shown(request, token)
    if isinstance(user, User):
        member = joining.accept_as(token=token, user=user)
        enter(request.session, member)
        return told(request, see("/"), f"You are in {member.workspace.name} now.")
    try:
        name, password = request.POST.get("name", ""), request.POST.get("password", "")
        member = joining.accept_as_new(token=token, name=name, password=password)
    except Invalid as refusal:
        return _shown(request, token, refusal)
    return sign_in(request, member)


def _shown(request: HttpRequest, token: str, refusal: Invalid | None = None) -> HttpResponse:
    asked = joining.asked_by(token)
    user = request.user
    mine = isinstance(user, User) and user.email.lower() == asked.invitation.email.lower()
    return render(request, "desk/people/join.html", {
        "invitation": asked.invitation,
        "is_known": asked.user is not None,
        "is_mine": mine,
        "name": request.POST.get("name", ""),
        "errors": errors(refusal),
    }, status=422 if refusal else 200)  # fmt: skip
