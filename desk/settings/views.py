"""A person's own settings, and the way to the others."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import Membership
from accounts.people import change_profile
from clients.pages import PageRequest, page
from crm.pages.answers import see, told
from desk.people.places import zones


@require_http_methods(["GET", "POST"])
@page
def profile(request: PageRequest) -> HttpResponse:
    user = cast("Membership", request.actor.membership).user
    if request.method == "POST":
        change_profile(
            user=user, name=request.POST.get("name", ""), time_zone=request.POST.get("time_zone", ""),
            single_keys="single_keys" in request.POST,
        )  # fmt: skip
        return told(request, see(reverse("desk:settings")), "Saved.")
    return render(request, "desk/profile.html", {"user": user, "zones": zones(user.time_zone)})
