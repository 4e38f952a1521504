"""Where a card stands in its column: a whole number, smaller is higher, with room between neighbours."""

from django.db.models import Max, Min

from deals.models import Deal, Stage

GAP = 2**20


def lock(stage: Stage) -> Stage:
    """Lock the column: places in it are given one after another. Deals that merely refer to it are not held up."""
    return Stage.objects.select_for_update(no_key=True).get(pk=stage.pk)


def top(stage: Stage) -> int:
    """A place above every card of a locked column."""
    highest: int | None = Deal.objects.filter(stage=stage).aggregate(place=Min("place"))["place"]
    return 0 if highest is None else highest - GAP


def before(stage: Stage, card: Deal) -> int:
    """A place directly above `card` in a locked column."""
    return _between(stage, card, above=True)


def after(stage: Stage, card: Deal) -> int:
    """A place directly below `card` in a locked column."""
    return _between(stage, card, above=False)


def _between(stage: Stage, card: Deal, *, above: bool) -> int:
    place = Deal.objects.values_list("place", flat=True).get(pk=card.pk)
    cards = Deal.objects.filter(stage=stage)
    if above:
        neighbour = cards.filter(place__lt=place).aggregate(place=Max("place"))["place"]
    else:
        neighbour = cards.filter(place__gt=place).aggregate(place=Min("place"))["place"]
    if neighbour is None:
        return int(place) + (-GAP if above else GAP)
    middle = (place + neighbour) // 2
    if middle in (place, neighbour):
        _space_out(stage)
        return _between(stage, card, above=above)
    return int(middle)


def _space_out(stage: Stage) -> None:
    """Give the cards of a locked column their places anew, in the same order, a full gap apart. Locks them: one that is
    leaving for another column at this moment has its place there."""
    cards = Deal.objects.filter(stage=stage).order_by("place").select_for_update(no_key=True)
    spaced = [Deal(pk=card.pk, place=number * GAP) for number, card in enumerate(cards.only("pk"), 1)]
    Deal.objects.bulk_update(spaced, ["place"], batch_size=1000)
