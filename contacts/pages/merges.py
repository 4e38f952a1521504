"""Two people who are one: chosen, seen side by side, merged; and taken apart again."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from activity.undoing import offer
from clients.pages import PageRequest, page
from contacts import comparing, merging, queries
from contacts import taking_back as back
from contacts.models import Contact, Merge
from contacts.verbs import kept, on_to
from contacts.views import narrowed_of
from crm.errors import Invalid, Stale
from crm.pages.answers import status_of, wants_part
from crm.pages.typed import identifier

BIGINT_DIGITS = 19
KEEP = "keep."


@require_http_methods(["GET", "POST"])
@page
def merge(request: PageRequest, pk: UUID) -> HttpResponse:
    """Without `other`, who it is to be; with it, both side by side; sent, one of them.

    `other` is merged into the contact of the address; the page turns that round with a link. `keep.<field>` says
    whose value stays: the winner's or the loser's.
    """
    request.actor.must_write()
    winner = get_object_or_404(queries.contact(request.actor), pk=pk)
    other = identifier(request.POST.get("other") or request.GET.get("other", ""), "other")
    if other is None:
        return _choose(request, winner)
    loser = get_object_or_404(queries.contact(request.actor), pk=other)
    kept_of_other = {name.removeprefix(KEEP) for name, whose in request.POST.items() if whose == "loser"}
    taken = comparing.takeable(kept_of_other, winner, loser)
    if request.method == "POST":
        try:
            return _merged(request, winner, loser, taken)
        except Stale as stale:
            sentence = "One of the two was changed since you looked. This is how they are now; nothing was merged."
            return _compare(request, winner.pk, loser.pk, taken, sentence, status_of(stale))
    return _compare(request, winner.pk, loser.pk, taken)


@require_GET
@page
def history(request: PageRequest, pk: UUID) -> HttpResponse:
    """Who was merged into this contact, and into those."""
    contact = get_object_or_404(queries.contact(request.actor), pk=pk)
    shown = {"contact": contact, "merges": _all_merges(contact)}
    return render(request, "contacts/merges.html", shown)


@require_http_methods(["GET", "POST"])
@page
def apart(request: PageRequest, pk: UUID, merge_pk: UUID) -> HttpResponse:
    """What goes back and what stays; sent, they are two again."""
    request.actor.must_write()
    contact = get_object_or_404(queries.contact(request.actor), pk=pk)
    rows = Merge.objects.filter(workspace=request.actor.workspace, unmerged_at=None).select_related("winner", "loser")
    done = get_object_or_404(rows, pk=merge_pk)
    if not request.actor.sees(done.winner.client_id):
        raise Http404
    if pk not in merging.holders(done.winner_id):
        raise Invalid("This merge is not one of theirs.")
    if request.method == "POST":
        return _parted(request, contact, done)
    shown = {"contact": contact, "merge": done, "parting": comparing.parting(done)}
    return render(request, "contacts/apart.html", shown)


def _choose(request: PageRequest, winner: Contact) -> HttpResponse:
    found = narrowed_of(request).rows.filter(client=winner.client_id).exclude(pk=winner.pk)
    shown = {"contact": winner, "choices": queries.choices(found), "search": request.GET.get("search", "")}
    return render(request, "contacts/_merge_choices.html" if wants_part(request) else "contacts/merge_with.html", shown)


def _compare(
    request: PageRequest, winner_pk: UUID, loser_pk: UUID, taken: list[str], problem: str = "", status: int = 200
) -> HttpResponse:
    people = {one.pk: one for one in queries.contact(request.actor).filter(pk__in=[winner_pk, loser_pk])}
    if len(people) < 2:
        raise Invalid("Choose somebody else: a contact cannot be merged with itself.")
    winner, loser = people[winner_pk], people[loser_pk]
    if winner.client_id != loser.client_id:
        problem = "They belong to different clients, and what belongs to one client never goes to another."
    shown: dict[str, Any] = {
        "winner": winner, "loser": loser, "lines": comparing.lines(winner, loser, taken),
        "moving": comparing.moving(loser), "problem": problem, "apart": winner.client_id != loser.client_id,
    }  # fmt: skip
    return render(request, "contacts/merge.html", shown, status=status)


def _merged(request: PageRequest, winner: Contact, loser: Contact, taken: list[str]) -> HttpResponse:
    with transaction.atomic():
        done = merging.merge(
            actor=request.actor,
            winner=winner,
            loser=loser,
            taken=taken,
            versions=(_number(request, "version"), _number(request, "other_version")),
        )
        words = f"Merged {loser} into {winner}."
        undo = offer(request.actor, words, kind=back.MERGE, data={"merge": str(done.pk)})
    return on_to(request, f"{reverse('contacts:contact', args=[winner.pk])}{kept(request)}", words, undo)


def _parted(request: PageRequest, contact: Contact, done: Merge) -> HttpResponse:
    with transaction.atomic():
        loser, edited = merging.unmerge(actor=request.actor, done=done)
        words = f"{loser} and {done.winner} are two people again."
        if edited:
            names = ", ".join(comparing.title_of(name) for name in edited)
            words += f" Edited since the merge, and left as they are: {names}."
        data = {"winner": str(done.winner_id), "loser": str(loser.pk), "taken": done.moved.get("taken", [])}
        undo = offer(request.actor, words, kind=back.UNMERGE, data=data) if done.winner_id == contact.pk else None
    return on_to(request, f"{reverse('contacts:contact', args=[loser.pk])}{kept(request)}", words, undo)


def _all_merges(contact: Contact) -> list[Merge]:
    """The newest first, whoever they were merged into on the way here."""
    found: list[Merge] = []
    into = [contact.pk]
    while into:
        rows = Merge.objects.filter(winner__in=into, unmerged_at=None).select_related("winner", "loser")
        level = list(rows)
        found += level
        into = [one.loser_id for one in level]
    return sorted(found, key=lambda one: one.merged_at, reverse=True)


def _number(request: PageRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    if not text.isdecimal():
        return None
    return int(text) if len(text) < BIGINT_DIGITS else -1
