"""What a person does on the board. Each answers with what changed of it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from clients.pages import PageRequest, page
from contacts import queries as people
from contacts.models import Contact
from crm.errors import Invalid, NotAllowed, Refusal, Stale
from crm.pages.answers import refused, see, sentence, wants_part
from deals import actions, forms, queries
from deals.models import Deal, Stage
from deals.stages import lay_out
from deals.views import deal_of, found, narrowed_of, sums_of
from inbox.models import Conversation


@require_POST
@page
def move(request: PageRequest) -> HttpResponse:
    """A card was dropped, or sent by “Move to…”. Refused, it goes to where the deal is, and the page says why."""
    deal = found(request, _required(request, "deal"))
    try:
        actions.move(
            actor=request.actor,
            deal=deal,
            stage=request.POST.get("stage", ""),
            before=forms.identifier(request.POST.get("before", ""), "before"),
            after=forms.identifier(request.POST.get("after", ""), "after"),
            reason=request.POST.get("reason", "").strip()[:300],
            version=forms.number(request.POST.get("version", "")),
        )
    except NotAllowed:
        raise
    except Refusal as refusal:
        return _slot(request, found(request, deal.pk), refusal)
    return _slot(request, found(request, deal.pk))


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    request.actor.must_write()
    if request.method == "POST":
        return _create(request)
    template = "deals/_new.html" if wants_part(request) else "deals/new.html"
    return render(request, template, _blank(request))


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    deal = found(request, pk)
    typed = forms.fields(request.POST.dict(), currency=deal.currency)
    version = forms.number(request.POST.get("version", ""))
    stage = {"stage": request.POST["stage"]} if request.POST.get("stage") else {}
    try:
        actions.change(actor=request.actor, deal=deal, version=version, **typed, **stage)
    except Stale as stale:
        return _panel(request, deal.pk, stale)
    return _panel(request, deal.pk)


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    deal = found(request, pk)
    actions.delete(actor=request.actor, deal=deal, version=forms.number(request.POST.get("version", "")))
    url = _url("deals:board", request)
    return HttpResponseClientRedirect(url) if wants_part(request) else see(url)


def _create(request: PageRequest) -> HttpResponse:
    typed = forms.fields(request.POST.dict(), currency=request.actor.workspace.currency)
    deal = actions.create(
        actor=request.actor,
        conversation_id=forms.identifier(request.POST.get("conversation", ""), "conversation"),
        contact_id=forms.identifier(request.POST.get("contact", ""), "contact"),
        stage=request.POST.get("stage", "new"),
        **typed,
    )
    if wants_part(request) and request.POST.get("conversation"):  # made beside a thread, which stays open
        done = render(request, "_told.html", {"sentence": f"“{deal.title}” is on the board."})
        return trigger_client_event(trigger_client_event(done, "close-dialog"), "deals-changed")
    url = _url("deals:deal", request, deal.pk)
    return HttpResponseClientRedirect(url) if wants_part(request) else see(url)


def _blank(request: PageRequest) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "stages": [one for one in lay_out(request.actor.workspace) if one.kind == Stage.Kind.OPEN],
        "owners": queries.owners(request.actor),
        "stage": request.GET.get("stage", "new"),
        "about": None,
    }
    if request.GET.get("conversation"):
        pk = forms.identifier(request.GET["conversation"], "conversation")
        rows = Conversation.objects.visible_to(request.actor).select_related("contact")
        return shown | {"about": get_object_or_404(rows, pk=pk)}
    return shown | {"choices": people.choices(Contact.objects.visible_to(request.looking))}


def _slot(request: PageRequest, deal: Deal, refusal: Refusal | None = None) -> HttpResponse:
    """The card where it belongs, and the heads of the columns; with a refusal its sentence."""
    if not wants_part(request):
        return refused(request, refusal) if refusal else see(_url("deals:board", request))
    if (request.htmx.target or "").startswith("stages-"):
        return refused(request, refusal) if refusal else _buttons(request, deal)
    shown = {
        **sums_of(request),
        "deal": deal,
        "above": queries.above(narrowed_of(request).rows, deal),
        "refusal": refusal,
        "sentence": _why(refusal, deal) if refusal else "",
    }
    response = render(request, "deals/_moved.html", shown, status=409 if refusal else 200)
    if refusal:
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
    return trigger_client_event(trigger_client_event(response, "close-dialog"), "deal-moved", {"card": str(deal.pk)})


def _buttons(request: PageRequest, deal: Deal) -> HttpResponse:
    """The buttons that were pressed, anew: they stand beside a thread, where there is no board."""
    return render(request, "deals/_stage_buttons.html", {"deal": deal, "stages": lay_out(request.actor.workspace)})


def _why(refusal: Refusal, deal: Deal) -> str:
    if isinstance(refusal, Stale):
        return f"Somebody changed “{deal.title}” before you did. It is in {deal.stage.name} now; nothing was moved."
    return sentence(refusal)


def _panel(request: PageRequest, pk: UUID, stale: Stale | None = None) -> HttpResponse:
    """The deal as it is now, its card on the board with it; with `stale` the sentence that nothing was changed."""
    if not wants_part(request):
        return refused(request, stale) if stale else see(_url("deals:deal", request, pk))
    deal = found(request, pk)
    shown = {
        **sums_of(request),
        **deal_of(request, deal),
        "stale": stale,
        "above": queries.above(narrowed_of(request).rows, deal),
    }
    response = render(request, "deals/_changed.html", shown, status=409 if stale else 200)
    response.headers["HX-Retarget"] = "#panel"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _required(request: PageRequest, name: str) -> UUID:
    pk = forms.identifier(request.POST.get(name, ""), name)
    if pk is None:
        raise Invalid(fields={name: [f"Say which {name}."]})
    return pk


def _url(name: str, request: PageRequest, *args: Any) -> str:
    query = request.GET.copy()
    for one in ("stage", "conversation"):
        query.pop(one, None)
    path = reverse(name, args=args)
    return f"{path}?{query.urlencode()}" if query else path
