"""The page behind the link that confirms a new address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import addresses
from crm.errors import Conflict


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Only the button changes something: programs that look into mails follow each link in them."""
    try:
        if request.method == "POST":
            user = addresses.change(token=token)
            return render(request, "account/address_changed.html", {"to": user.email})
        user, to = addresses.opened(token)
    except Conflict as refusal:
        return render(request, "account/address_gone.html", {"sentence": refusal.message}, status=409)
    return render(request, "account/address_confirm.html", {"user": user, "to": to, "token": token})
