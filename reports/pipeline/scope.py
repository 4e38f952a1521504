"""Which deals a report of the pipeline is about, as a person narrowed it."""

from typing import TypeVar

from django.db.models import QuerySet

from deals.models import DealQuerySet
from reports.base import Chosen

States = TypeVar("States", bound="QuerySet")  # type: ignore[type-arg]


def owned(rows: DealQuerySet, chosen: Chosen) -> DealQuerySet:
    if chosen.of_nobody:
        return rows.filter(owner=None)
    return rows.filter(owner=chosen.owner) if chosen.owner else rows


def owned_then(states: States, chosen: Chosen) -> States:
    """States of deals that had the owner then, whoever has them now."""
    if chosen.of_nobody:
        return states.filter(owner_id=None)
    return states.filter(owner_id=chosen.owner) if chosen.owner else states


def through(rows: DealQuerySet, chosen: Chosen) -> DealQuerySet:
    """Deals of conversations that came by the chosen channel and campaign."""
    if chosen.channel:
        rows = rows.filter(conversation__channel=chosen.channel)
    return rows.filter(conversation__campaign=chosen.campaign) if chosen.campaign else rows
