"""What people wanted, where they came from, and what came of it."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from accounts.actors import Actor
from clients.models import Campaign
from inbox.channels import Channel
from inbox.intents.labels import Intent
from reports.base import Chosen, Report, Takes
from reports.seconds import whole
from reports.sheets import Chart, Column, Kind, Row, Shape, Sheet
from reports.wanted import Group, Outcome, Wanted, wanted

K = TypeVar("K", bound=Hashable)
NAMES = {intent.value: intent.value.replace("_", " ").capitalize() for intent in Intent}

INTENT = Column("intent", "Intent")
FIGURES = (
    Column("messages", "Messages", Kind.NUMBER),
    Column("conversations", "Conversations", Kind.NUMBER),
    Column("dealt", "With a deal", Kind.NUMBER),
    Column("won", "Won", Kind.NUMBER),
    Column("dealt_share", "Become deals", Kind.SHARE),
    Column("won_share", "Are won", Kind.SHARE),
    Column("took", "Median time to the deal", Kind.SECONDS),
)
CORRECTED = Column("corrected", "Corrected", Kind.SHARE)
NOTHING = "No message of this time has an intent. Choose a longer time, or take a filter out."
ANY_NOTE = (
    "A conversation counts under each intent that it had in this time. Corrected: how often a person took another than "
    "the one that was found."
)
FIRST_NOTE = "A conversation counts once, under what its very first message wanted."


def figures(one: Outcome) -> tuple[int | float | None, ...]:
    share = one.conversations or None
    counted = (one.conversations, one.dealt, one.won)
    return (*counted, share and one.dealt / share, share and one.won / share, whole(one.median))


def answer(actor: Actor, chosen: Chosen) -> list[Sheet]:
    found = wanted(actor, chosen)
    names = dict(Campaign.objects.visible_to(actor).order_by("name", "pk").values_list("pk", "name"))
    channels = {one.value: one.label for one in Channel}
    return [
        _any(found),
        _first(found),
        _values(found),
        _across("channels", "By channel", found.channels, channels),
        _across("campaigns", "By campaign", found.campaigns, {**names, None: "No campaign"}),
    ]


def _any(found: Wanted) -> Sheet:
    groups = {intent: found.intents.get(intent, Group()) for intent in Intent if found.intents}
    rows = [
        Row((NAMES[intent], group.messages, *figures(group.any), found.corrected.get(intent)))
        for intent, group in groups.items()
    ]
    chart = Chart(Shape.BARS, "intent", ("conversations", "dealt", "won"))
    columns = (INTENT, *FIGURES, CORRECTED)
    return Sheet("any", "What people wanted", columns, rows, NOTHING, note=ANY_NOTE, chart=chart)


def _first(found: Wanted) -> Sheet:
    begun = {intent: found.intents.get(intent, Group()).first for intent in Intent}
    some = any(one.conversations for one in begun.values())
    columns = (INTENT, *FIGURES[1:])
    rows = [Row((NAMES[intent], *figures(one))) for intent, one in begun.items() if some]
    chart = Chart(Shape.BARS, "intent", ("dealt_share", "won_share"))
    return Sheet("first", "How conversations began", columns, rows, NOTHING, FIRST_NOTE, chart)


def _values(found: Wanted) -> Sheet:
    rows = [
        Row((NAMES[intent], currency, worth.any, worth.first), currency=currency)
        for intent in Intent
        for currency, worth in sorted(found.worth.get(intent, {}).items())
    ]
    columns = (
        INTENT, Column("currency", "Currency"), Column("won", "Won, with this intent at any time", Kind.MONEY),
        Column("first_won", "Won, begun with it", Kind.MONEY),
    )  # fmt: skip
    chart = Chart(Shape.BARS, "intent", ("won", "first_won"))
    return Sheet(
        "values", "Value won", columns, rows, "None of these conversations has a deal that is won.", chart=chart
    )


def _across(key: str, title: str, groups: Mapping[tuple[K, str], Group], names: Mapping[K, str]) -> Sheet:
    rows = [
        Row((name, NAMES[intent], group.messages, *figures(group.any)))
        for place, name in names.items()
        for intent in Intent
        if (group := groups.get((place, intent.value)))
    ]
    columns = (Column("where", title.removeprefix("By ").capitalize()), INTENT, *FIGURES)
    return Sheet(key, title, columns, rows, NOTHING)


INTENTS = Report(
    key="intents",
    title="Intents and their outcome",
    says="What people wanted, by channel and campaign, and which of it became deals and was won.",
    group="Conversations",
    takes=frozenset({Takes.SPAN, Takes.CHANNEL, Takes.CAMPAIGN}),
    answer=answer,
)
