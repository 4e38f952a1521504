"""The list of the inbox as its URL narrows it: the split, the filters, what is on offer to narrow it further."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.http import HttpRequest

from clients.pages import PageRequest
from crm.pages.narrowing import Narrowed, narrowed
from inbox import queries
from inbox.channels import Channel
from inbox.filters import ListFilters
from inbox.models import INTENTS, Conversation

Left: TypeAlias = Narrowed[queries.Rows]

FILTERS = ("search", "channel", "intent", "label", "campaign_id", "assigned_to", "unread")
# What of a page's address belongs to the list: the rest is about what is open beside it.
KEPT = ("split", "client", *FILTERS)


@dataclass(frozen=True)
class Choice:
    """A filter that the page offers, as a menu of values."""

    name: str
    title: str
    values: Iterable[tuple[str, str]]
    chosen: str

    @property
    def words(self) -> str:
        """What it is narrowed to; a value that is not on offer any more stands for itself."""
        return next((words for value, words in self.values if value == self.chosen), self.chosen)


def narrowed_of(request: PageRequest) -> Left:
    """What the URL leaves of the list, in all its splits."""
    return narrowed(request, Conversation.objects.visible_to(request.looking), ListFilters, FILTERS)


def chosen_of(request: HttpRequest) -> dict[str, str]:
    """The filters that are on, by their names."""
    given = {name: request.GET.get(name, "").strip() for name in FILTERS}
    return {name: value for name, value in given.items() if value}


def split_of(request: HttpRequest) -> str:
    wanted = request.GET.get("split", "")
    return wanted if wanted in queries.SPLITS else queries.FIRST_SPLIT


def rows_of(request: PageRequest, left: Left | None = None) -> dict[str, Any]:
    """`left`: what `narrowed_of` said, where it was asked already."""
    left, mark = left or narrowed_of(request), request.GET.get("more", "")
    return {
        "stretch": queries.conversations(request.actor, left.rows, split_of(request), mark),
        "split": split_of(request),
        "chosen": left.chosen,
    }


def splits_of(request: PageRequest, left: Left | None = None) -> dict[str, Any]:
    left = left or narrowed_of(request)
    most = queries.MOST_FOUND if "search" in left.chosen else queries.MOST_COUNTED
    return {"splits": queries.splits(left.rows, split_of(request), most=most)}


def list_of(request: PageRequest) -> dict[str, Any]:
    left = narrowed_of(request)
    choices = _choices(request, left.chosen)
    active = [one for one in choices if one.chosen]
    return {**rows_of(request, left), **splits_of(request, left), "choices": choices, "active": active}


def _choices(request: PageRequest, chosen: Mapping[str, str]) -> list[Choice]:
    on_offer = queries.on_offer(request.looking)
    people = [("me", "Me"), ("none", "Nobody"), *on_offer.members]
    offered = (
        ("channel", "Channel", Channel.choices),
        ("intent", "Intent", INTENTS),
        ("label", "Label", on_offer.labels),
        ("campaign_id", "Campaign", on_offer.campaigns),
        ("assigned_to", "Assigned to", people),
        ("unread", "Read", [("true", "Unread"), ("false", "Read")]),
    )
    return [Choice(name, title, values, chosen.get(name, "")) for name, title, values in offered if values]
