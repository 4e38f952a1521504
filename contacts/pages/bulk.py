"""One verb over many people of the list: those that are ticked, or all that match."""

from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from activity.models import Undo
from activity.undoing import offer
from clients.pages import PageRequest, page
from contacts import bulk, labels
from contacts import taking_back as back
from contacts.models import Label
from contacts.views import FILTERS, list_of, narrowed_of
from crm.errors import Invalid
from crm.pages.answers import see, told, wants_part
from crm.pages.typed import identifier

# An address line holds no more ids.
MOST_IN_ADDRESS = 400
MOST_COUNTED = 100_000


@require_GET
@page
def count(request: PageRequest) -> HttpResponse:
    """How many match: what the button that chooses all of them says."""
    request.actor.must_write()
    rows = narrowed_of(request).rows.order_by().values("pk")[:MOST_COUNTED]
    return render(request, "contacts/_matching.html", {"matching": rows.count(), "most_counted": MOST_COUNTED})


@require_POST
@page
def act(request: PageRequest) -> HttpResponse:
    """`scope` is `matching`, or the ticked ones stand in `id`. `label`, `unlabel` and `owner` say what is done."""
    ids = [pk for text in request.POST.getlist("id") if (pk := identifier(text, "id"))]
    matching = request.POST.get("scope") == "matching"
    if "export" in request.POST:
        return _export(request, ids, matching=matching)
    request.actor.must_write()
    if not matching and not ids:
        raise Invalid("Choose at least one contact.")
    verb, value, title = _deed(request)
    if matching:
        return _begun(request, verb, value, title)
    with transaction.atomic():
        words, undo = _done(request, ids, verb, value, title)
    response: HttpResponse = see(_list(request))
    if wants_part(request):
        response = render(request, "contacts/_rows.html", list_of(request))
    return told(request, response, words, undo=undo.pk if undo else None)


def _deed(request: PageRequest) -> tuple[str, str, str]:
    """The verb, the id of what it is about, and both in words."""
    post = request.POST
    if "owner" in post:
        owner = bulk.owner_of(request.actor, post["owner"])
        title = f"Given to {owner.user}" if owner else "Owner taken off"
        return bulk.OWN, str(owner.pk) if owner else "", title
    for name, verb, words in (("label", bulk.ATTACH, "Labelled “{}”"), ("unlabel", bulk.DETACH, "Took “{}” off")):
        if post.get(name):
            label = labels.chosen(actor=request.actor, label_id=identifier(post[name], name))
            return verb, str(label.pk), words.format(label.name)
    if post.get("new", "").strip():
        label = labels.named(actor=request.actor, name=post["new"])
        return bulk.ATTACH, str(label.pk), f"Labelled “{label.name}”"
    raise Invalid("Say what is to be done with them.")


def _done(request: PageRequest, ids: list[UUID], verb: str, value: str, title: str) -> tuple[str, Undo | None]:
    actor = request.actor
    if len(ids) > labels.MOST:
        raise Invalid(f"At most {labels.MOST:,} at a time. Choose all that match for more.")
    if verb == bulk.OWN:
        _, before = bulk.own(actor, dict.fromkeys(map(str, ids), value or None))
        touched = list(before)
        kind = back.OWNER
        data: dict[str, object] = {"before": before, "after": value}
    else:
        label = Label.objects.get(pk=value)
        _, rows = labels.put_on(actor=actor, contact_ids=ids, label=label, attach=verb == bulk.ATTACH)
        touched = [str(row.pk) for row in rows]
        kind = back.LABEL
        data = {"ids": touched, "label": value, "attach": verb == bulk.ATTACH}
    words = f"{title}: {counted(len(touched))}."
    return words, offer(actor, words, kind=kind, data=data) if touched else None


def counted(number: int) -> str:
    return "1 contact" if number == 1 else f"{number:,} contacts"


def _begun(request: PageRequest, verb: str, value: str, title: str) -> HttpResponse:
    """Worked off while one goes on: the toast leads to how far it is."""
    chosen = {name: text for name, text in narrowed_of(request).chosen.items() if name in FILTERS}
    with transaction.atomic():
        run = bulk.start_over_all(
            looking=request.looking, chosen=chosen, verb=verb, value=value, title=f"{title}: all that match"
        )  # fmt: skip
    if not wants_part(request):
        return see(reverse("desk:run", args=[run.pk]))
    response = render(request, "desk/_begun.html", {"run": run, "undo": True})
    response.headers["HX-Reswap"] = "none"
    return response


def _export(request: PageRequest, ids: list[UUID], *, matching: bool) -> HttpResponse:
    query = request.GET.urlencode()
    if not matching:
        if not ids:
            raise Invalid("Choose at least one contact.")
        if len(ids) > MOST_IN_ADDRESS:
            raise Invalid(f"At most {MOST_IN_ADDRESS} at a time. Choose all that match for more.")
        query = urlencode({"id": [str(pk) for pk in ids]}, doseq=True)
    url = f"{reverse('contacts:export')}?{query}"
    return HttpResponseClientRedirect(url) if wants_part(request) else see(url)


def _list(request: PageRequest) -> str:
    return f"{reverse('contacts:list')}?{request.GET.urlencode()}" if request.GET else reverse("contacts:list")
