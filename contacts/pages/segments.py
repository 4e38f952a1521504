"""The kept filters of contacts: made of what the list shows, renamed, deleted."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from activity.undoing import offer
from clients.pages import PageRequest, page
from contacts import queries, segments
from contacts import taking_back as back
from contacts.models import Contact, Label, Segment
from contacts.pages.bulk import counted
from contacts.verbs import kept
from contacts.views import narrowed_of
from crm.errors import Invalid
from crm.pages.answers import see, told, wants_part


@require_GET
@page
def listed(request: PageRequest) -> HttpResponse:
    rows = Segment.objects.visible_to(request.looking).select_related("client").order_by("name", "pk")
    words = _Words(request)
    shown = [(segment, words.of(segment.filters)) for segment in rows]
    template = "contacts/_segments.html" if wants_part(request) else "contacts/segments.html"
    return render(request, template, {"segments": shown})


@require_POST
@page
def new(request: PageRequest) -> HttpResponse:
    """Keep the filter in the address under a name."""
    filters = dict(narrowed_of(request).chosen)
    if "segment_id" in filters:
        raise Invalid("A segment cannot be made of another one. Take that filter off first.")
    client = request.client.pk if request.client else None
    with transaction.atomic():
        segment = segments.create(
            actor=request.actor, name=request.POST.get("name", ""), filters=filters, client_id=client
        )
        words = f"Saved the segment “{segment.name}”{_how_many(segment)}."
        undo = offer(request.actor, words, kind=back.SEGMENT_NEW, data={"id": str(segment.pk)})
    where = {"segment_id": str(segment.pk)} | ({"client": str(client)} if client else {})
    response = see(f"{reverse('contacts:list')}?{urlencode(where)}")
    return told(request, response, words, undo=undo.pk if undo else None)


@require_POST
@page
def change(request: PageRequest, pk: UUID) -> HttpResponse:
    with transaction.atomic():
        segment = _found(request, pk)
        before = segment.name
        segments.change(actor=request.actor, segment=segment, name=request.POST.get("name", ""))
        words = f"“{before}” is called “{segment.name}” now."
        data = {"id": str(pk), "before": before, "after": segment.name}
        undo = offer(request.actor, words, kind=back.SEGMENT_NAME, data=data) if segment.name != before else None
    return told(request, _list(request), words if undo else "Nothing was changed.", undo=undo.pk if undo else None)


@require_POST
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponse:
    with transaction.atomic():
        segment = _found(request, pk)
        segments.delete(actor=request.actor, segment=segment)
        words = f"Deleted the segment “{segment.name}”. Its contacts stay."
        undo = offer(request.actor, words, kind=back.SEGMENT_GONE, data={"id": str(pk)})
    return told(request, _list(request), words, undo=undo.pk if undo else None)


class _Words:
    """What filters say, in words: “Label: VIP”."""

    def __init__(self, request: PageRequest) -> None:
        self.labels = {str(label.pk): label.name for label in Label.objects.visible_to(request.actor)}
        owners = queries.owners(request.actor)
        self.owners = {"none": "nobody"} | {str(owner.pk): str(owner.user) for owner in owners}
        self.statuses = dict(Contact.Status.choices)

    def of(self, filters: Mapping[str, str]) -> list[str]:
        return [self._one(name, value) for name, value in sorted(filters.items())]

    def _one(self, name: str, value: str) -> str:
        known: dict[str, dict[str, str]] = {"label": self.labels, "owner": self.owners, "status": self.statuses}
        if name == "search":
            return f"“{value}”"
        words = known.get(name, {}).get(value, "not there any more" if name in known else value)
        return f"{name.replace('_', ' ').capitalize()}: {words}"


def _how_many(segment: Segment) -> str:
    return f": {counted(segment.member_count)}" if segment.refreshed_at else ". Its contacts are being found"


def _found(request: PageRequest, pk: UUID) -> Segment:
    found: Segment = get_object_or_404(Segment.objects.visible_to(request.actor).select_for_update(), pk=pk)
    return found


def _list(request: PageRequest) -> HttpResponse:
    return see(f"{reverse('contacts:segments')}{kept(request)}")
