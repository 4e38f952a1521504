"""What a person chose, read from an address: of a page, of a saved report, of one that is sent by mail."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Campaign
from crm.errors import Invalid
from crm.pages.typed import identifier
from crm.references import referred
from inbox.channels import Channel
from reports import spans
from reports.base import Chosen, Report, Takes
from reports.spans import Span

NOBODY = "none"
# The names in an address of which each is about.
NAMES: dict[str, tuple[str, ...]] = {one.value: (one.value,) for one in Takes} | {"span": ("span", "from", "to")}


def choose(report: Report, actor: Actor, given: Mapping[str, str]) -> Chosen:
    """What of `given` the report takes; the rest of it says nothing here. Days are those of the active time zone.
    Raises Invalid for what cannot be chosen, in the same words whether it does not exist or is hidden."""
    names = [name for one in Takes if one in report.takes for name in NAMES[one]]
    query = {name: text for name in names if (text := given.get(name, "").strip())}
    today = timezone.localdate()
    of_nobody = query.get("owner") == NOBODY
    owner = None if of_nobody else _owner(actor, query.get("owner", ""))
    channel, campaign = _channel(query.get("channel", "")), _campaign(actor, query.get("campaign", ""))
    return Chosen(
        today=today,
        query=query,
        span=_span(report, query, today),
        on=_on(query, today),
        owner=owner.pk if owner else None,
        of_nobody=of_nobody,
        channel=channel,
        campaign=campaign.pk if campaign else None,
        narrowed=tuple(_narrowed(owner, channel, campaign, of_nobody=of_nobody)),
    )


def _span(report: Report, query: Mapping[str, str], today: date) -> Span:
    first, last = query.get("from", ""), query.get("to", "")
    key = query.get("span", spans.CUSTOM if first or last else report.span)
    return spans.custom(first, last, today) if key == spans.CUSTOM else spans.preset(key, today)


def _on(query: Mapping[str, str], today: date) -> date:
    on = spans.day(query["on"], "on") if "on" in query else today
    if on > today:
        raise Invalid(fields={"on": ["This day is not over yet. Choose today or a day before it."]})
    return on


def _narrowed(owner: Membership | None, channel: str, campaign: Campaign | None, *, of_nobody: bool) -> Iterator[str]:
    if of_nobody:
        yield "owned by nobody"
    if owner:
        yield f"owned by {owner.user}"
    if channel:
        yield f"by {Channel(channel).label}"
    if campaign:
        yield f"campaign “{campaign.name}”"


def _owner(actor: Actor, text: str) -> Membership | None:
    rows = Membership.objects.visible_to(actor).select_related("user")
    return referred(rows, identifier(text, "owner"), field="owner")


def _channel(text: str) -> str:
    if text and text not in Channel.values:
        raise Invalid(fields={"channel": [f"“{text}” is no channel. Use one of: {', '.join(Channel.values)}."]})
    return text


def _campaign(actor: Actor, text: str) -> Campaign | None:
    return referred(Campaign.objects.visible_to(actor), identifier(text, "campaign"), field="campaign")
