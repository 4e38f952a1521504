"""What the page asks for when it hears that something changed: rows, counts, the head of the thread, the person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from clients.pages import PageRequest, page
from crm.pages.typed import identifier, instant
from inbox import next_steps, queries
from inbox.models import INTENTS
from inbox.pages.listing import narrowed_of, split_of, splits_of
from inbox.views import choices_of

MOST = 200


@require_GET
@page
def rows(request: PageRequest) -> HttpResponse:
    """`row`: shown ones to show as they are now. `new`: others that something happened to. `top`: when the list's first
    row was sorted, beyond which everything is new. `here`: what the list shows. Costs the same for one and for all."""
    split, left = split_of(request), narrowed_of(request)
    rows = queries.refreshed(request.actor, left.rows, split, _ids(request, "row"))
    new, here = _ids(request, "new"), _ids(request, "here")
    waiting = queries.waiting_above(left.rows, split, top=_top(request), named=new, shown=here)
    shown: dict[str, Any] = {"rows": rows, "waiting": waiting, **splits_of(request, left)}
    request.GET = _of_the_list(request)  # type: ignore[assignment]  # what the links in the rows keep
    return render(request, "inbox/_fresh.html", shown)


@require_GET
@page
def head(request: PageRequest, pk: UUID) -> HttpResponse:
    """The head of the thread and what is proposed next: what one is writing below stays."""
    opened = get_object_or_404(queries.opened(request.actor), pk=pk)
    shown = {"conversation": opened, "intents": INTENTS, "split": split_of(request), **choices_of(request, opened)}
    shown["steps"] = next_steps.steps(request.actor, opened, next_steps.newest(opened))
    return render(request, "inbox/_head.html", shown)


def _of_the_list(request: PageRequest) -> QueryDict:
    kept = request.GET.copy()
    for name in ("row", "new", "here", "top"):
        kept.pop(name, None)
    return kept


def _ids(request: PageRequest, name: str) -> list[UUID]:
    found = (identifier(text, name) for text in request.GET.getlist(name)[:MOST])
    return [pk for pk in found if pk]


def _top(request: PageRequest) -> datetime | None:
    return instant(request.GET.get("top", ""))
