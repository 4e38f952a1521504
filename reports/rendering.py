"""A report as somebody else may see it than whoever looks at a page: the reader of a mail, the holder of a link."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.formats import date_format

from accounts.actors import Actor
from clients.models import Client
from crm.errors import Invalid, NotFound
from reports import registry
from reports.base import Chosen, Report, Takes
from reports.choosing import NAMES, choose
from reports.sheets import Sheet


@dataclass(frozen=True)
class Rendered:
    """actor: who sees it. client: the one it was narrowed to."""

    actor: Actor
    report: Report
    chosen: Chosen
    sheets: Sequence[Sheet]
    client: Client | None

    @property
    def about(self) -> str:
        """Which days, and what else it was narrowed to, in words."""
        days = self.chosen.span.words if Takes.SPAN in self.report.takes else ""
        day = date_format(self.chosen.on, "j M Y") if Takes.ON in self.report.takes else ""
        return ", ".join(words for words in (days, day, *self.chosen.narrowed) if words)

    @property
    def shows(self) -> Mapping[str, Any]:
        return self.report.shows(self.actor, self.chosen)


def render(
    actor: Actor, report: str, query: str, client_id: UUID | None, *, seconds: int | None = None
) -> Rendered:  # fmt: skip
    """What `actor` may see of it, of one client where one is named. Days are those of the active time zone. Raises
    NotFound where the report or the client is not for them (any more), Invalid where a filter names what is gone,
    TookTooLong where a query of it takes more than `seconds`, or than it may on a page."""
    client = None
    if client_id is not None:
        client = Client.objects.visible_to(actor).filter(pk=client_id).first()
        if client is None:
            raise NotFound("This client is not there any more.")
        actor = replace(actor, clients=frozenset([client.pk]))
    found = registry.keyed(report)
    chosen = choose(found, actor, QueryDict(query).dict())
    return Rendered(actor, found, chosen, found.sheets(actor, chosen, seconds=seconds), client)


def kept_query(report: Report, given: QueryDict) -> str:
    """Of a page's address, what the report takes, always in the same order; the client is kept beside it."""
    kept = QueryDict(mutable=True)
    for name in (name for one in sorted(report.takes) for name in NAMES[one]):
        if text := given.get(name, "").strip():
            kept[name] = text
    query = kept.urlencode()
    if len(query) > 2000:
        raise Invalid("This filter is too long to be kept. Choose less, then try again.")
    return query
