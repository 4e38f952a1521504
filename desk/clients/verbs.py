"""Adding a client, and changing what is said about one."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from activity.models import Undo
from activity.undoing import offer
from clients import actions
from clients.models import Client
from clients.pages import PageRequest
from contacts.verbs import on_to
from crm.errors import Conflict, Invalid
from crm.pages.answers import status_of, wants_part
from desk.clients.door import clients_page, found
from desk.clients.forms import FIELDS, Form, overtaken, shown, typed


@require_http_methods(["GET", "POST"])
@clients_page
def new(request: PageRequest) -> HttpResponse:
    request.actor.must_administer()
    request.actor.must_see_all()
    if request.method == "GET":
        return _form(request, Form(dict.fromkeys(FIELDS, "")))
    form = typed(request)
    try:
        client = actions.create_client(actor=request.actor, **form.values)
    except (Invalid, Conflict) as refusal:
        return _refused(request, form, refusal)
    return on_to(request, _page_of(client), f"Added {client}.", None)


@require_http_methods(["GET", "POST"])
@clients_page
def edit(request: PageRequest, pk: UUID) -> HttpResponse:
    """What somebody else wrote since the form was opened is told beside what was typed, and nothing is lost."""
    client = found(request, pk)
    request.actor.must_administer()
    if request.method == "GET":
        return _form(request, shown(client), client)
    form = typed(request)
    try:
        client, undo = _saved(request, pk, form)
    except (Invalid, Conflict) as refusal:
        return _refused(request, form, refusal, client)
    if form.theirs:
        return _form(request, form, client, status=409)
    return on_to(request, _page_of(client), "Saved." if undo else "Nothing was changed.", undo)


def _saved(request: PageRequest, pk: UUID, form: Form) -> tuple[Client, Undo | None]:
    with transaction.atomic():
        rows = Client.objects.visible_to(request.actor).select_for_update(no_key=True)
        client: Client = get_object_or_404(rows, pk=pk)
        latest = overtaken(form, client)
        if client.version != form.version and latest.theirs:
            form.theirs, form.version = latest.theirs, latest.version
            return client, None
        before = shown(client).values
        after = {name: text for name, text in form.values.items() if text != before[name]}
        actions.change_client(actor=request.actor, client=client, **after)
        data = {"id": str(pk), "before": {name: before[name] for name in after}, "after": after}
        return client, offer(request.actor, "Saved.", kind="client.changed", data=data) if after else None


def _page_of(client: Client) -> str:
    return reverse("desk:client", args=[client.pk])


def _refused(
    request: PageRequest, form: Form, refusal: Invalid | Conflict, client: Client | None = None
) -> HttpResponse:
    fields = refusal.fields if isinstance(refusal, Invalid) else {"name": [refusal.message]}
    form.errors = {name: " ".join(texts) for name, texts in fields.items()} or {"": refusal.message}
    return _form(request, form, client, status=status_of(refusal))


def _form(request: PageRequest, form: Form, client: Client | None = None, *, status: int = 200) -> HttpResponse:
    template = "desk/clients/_form.html" if wants_part(request) else "desk/clients/form.html"
    response = render(request, template, {"form": form, "client": client}, status=status)
    if wants_part(request) and status != 200:
        response.headers["HX-Retarget"] = "#dialog"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
