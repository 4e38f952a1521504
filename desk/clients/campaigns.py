"""The campaigns of a client: made, changed, archived, deleted."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from activity.models import Undo
from activity.undoing import offer
from clients import actions
from clients.models import Campaign, Client
from clients.pages import PageRequest
from crm.errors import Invalid
from crm.pages.answers import see, told
from crm.versions import expect
from desk.clients.door import clients_page, found
from desk.clients.forms import version_of

LONGEST_SUBJECT = 998


@require_POST
@clients_page
def new(request: PageRequest, pk: UUID) -> HttpResponse:
    client = found(request, pk)
    campaign = actions.create_campaign(actor=request.actor, client_id=client.pk, **_given(request))
    return _answer(request, client, f"Made the campaign “{campaign.name}”.")


@require_POST
@clients_page
def change(request: PageRequest, pk: UUID, campaign_pk: UUID) -> HttpResponse:
    """Name, subject and status; a status alone archives it or takes it back out."""
    client = found(request, pk)
    with transaction.atomic():
        campaign = _found(request, campaign_pk)
        expect(campaign, version_of(request))
        before = {"name": campaign.name, "subject": campaign.subject, "status": campaign.status}
        given = _given(request, campaign)
        actions.change_campaign(actor=request.actor, campaign=campaign, **given)
        undo = _undo(request, campaign, before, given)
    words = _words(campaign, before) if undo else "Nothing was changed."
    return _answer(request, client, words, undo)


@require_POST
@clients_page
def delete(request: PageRequest, pk: UUID, campaign_pk: UUID) -> HttpResponse:
    client, campaign = found(request, pk), _found(request, campaign_pk)
    actions.delete_campaign(actor=request.actor, campaign=campaign)
    return _answer(request, client, f"Deleted the campaign “{campaign.name}”.")


def _found(request: PageRequest, pk: UUID) -> Campaign:
    campaign: Campaign = get_object_or_404(Campaign.objects.visible_to(request.looking), pk=pk)
    return campaign


def _given(request: PageRequest, campaign: Campaign | None = None) -> dict[str, str]:
    """What the form holds; what it does not have is as it was."""
    given = {name: " ".join(request.POST[name].split()) for name in ("name", "subject") if name in request.POST}
    given.setdefault("name", campaign.name if campaign else "")
    if len(given.get("subject", "")) > LONGEST_SUBJECT:
        raise Invalid(fields={"subject": [f"A subject has at most {LONGEST_SUBJECT} characters."]})
    if "status" in request.POST:
        given["status"] = request.POST["status"]
        if given["status"] not in Campaign.Status.values:
            raise Invalid(fields={"status": ["Choose one of the statuses."]})
    return given


def _undo(request: PageRequest, campaign: Campaign, before: dict[str, str], given: dict[str, str]) -> Undo | None:
    after = {name: text for name, text in given.items() if text != before[name]}
    if not after:
        return None
    data: dict[str, Any] = {"id": str(campaign.pk), "before": {name: before[name] for name in after}, "after": after}
    return offer(request.actor, _words(campaign, before), kind="campaign.changed", data=data)


def _words(campaign: Campaign, before: dict[str, str]) -> str:
    archived = Campaign.Status.ARCHIVED
    if campaign.status == archived != before["status"]:
        return f"Archived the campaign “{campaign.name}”."
    return f"Saved the campaign “{campaign.name}”."


def _answer(request: PageRequest, client: Client, words: str, undo: Undo | None = None) -> HttpResponse:
    url = f"{reverse('desk:client', args=[client.pk])}#campaigns"
    return told(request, see(url), words, undo=undo.pk if undo else None)
