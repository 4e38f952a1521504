"""What the deals of a report are called, and where they are found."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse

from accounts.actors import Actor
from deals.models import Deal
from reports.people import may_be_named

# It may have gone to another client: what it is called now is not for whom it was there then.
NOT_HERE = "A deal that is not here any more"
_ANY = UUID(int=0)


def titles(actor: Actor, deals: "QuerySet[Any, Any] | list[UUID]") -> Callable[[UUID], tuple[str, str]]:
    """For one of `deals`, its title and its address: empty where it is not on the board now. Where nobody is named both
    are empty, since a deal is mostly called like a person. One query."""
    if not may_be_named(actor):
        return lambda _: ("", "")
    rows = Deal.objects.ever_visible_to(actor).filter(pk__in=deals)
    known = {pk: (title, gone_at) for pk, title, gone_at in rows.values_list("pk", "title", "deleted_at")}
    pattern = reverse("deals:deal", args=[_ANY])

    def of(pk: UUID) -> tuple[str, str]:
        title, gone_at = known.get(pk, (NOT_HERE, True))
        return title, "" if gone_at else pattern.replace(str(_ANY), str(pk))

    return of
