"""A new conversation: a dialog over the page, and without a script a page of its own."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from clients.pages import PageRequest, page
from contacts import queries as people
from contacts.models import Contact
from crm.pages.answers import see, wants_part
from crm.pages.typed import identifier
from inbox.channels import Channel
from inbox.composing.beginning import begin
from inbox.composing.context import Written
from inbox.composing.pages import text_of


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    request.actor.must_write()
    if request.method == "POST":
        return _begin(request)
    shown = {
        "channels": Channel.choices,
        "choices": people.choices(Contact.objects.visible_to(request.looking)),
        "token": Written().token,
    }
    return render(request, "inbox/_new.html" if wants_part(request) else "inbox/new.html", shown)


def _begin(request: PageRequest) -> HttpResponse:
    def chosen(name: str) -> UUID | None:
        return identifier(request.POST.get(name, ""), name)

    message = begin(
        actor=request.actor,
        channel=request.POST.get("channel", ""),
        body=text_of(request),
        subject=request.POST.get("subject", ""),
        contact_id=None if request.POST.get("to", "").strip() else chosen("contact"),
        to=request.POST.get("to", ""),
        client_id=chosen("for") or (request.client.pk if request.client and request.POST.get("to") else None),
        token=chosen("token"),
    )
    url = f"{reverse('inbox:conversation', args=[message.conversation_id])}?split=theirs"
    url += f"&client={request.client.pk}" if request.client else ""
    return HttpResponseClientRedirect(url) if wants_part(request) else see(url)
