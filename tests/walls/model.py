"""Who may see what, once more: slowly, in plain Python, over plain rows, written from the design and from nothing else.

Nothing here calls `visible_to`, `Actor` or a filter of the product.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models

from accounts.models import Membership
from clients.models import Campaign, Client, ClientAccess
from contacts.models import Contact, ContactLabel, Label, Segment
from deals.models import Deal, Stage
from inbox.models import Attachment, Conversation, ConversationLabel, FollowUp, Message
from tests.walls.world import Who, World

Row = Mapping[str, Any]
TABLES: dict[str, type[models.Model]] = {
    "clients": Client, "campaigns": Campaign, "contacts": Contact, "conversations": Conversation, "deals": Deal,
    "follow_ups": FollowUp, "segments": Segment, "labels": Label, "stages": Stage, "users": Membership,
    "messages": Message, "attachments": Attachment,
}  # fmt: skip
# What a list is ordered by, and whether the newest comes first. Stages stand as they stand on the board.
ORDER = {
    "contacts": ("last_activity_at", True), "conversations": ("sorted_at", True), "follow_ups": ("due_at", False),
    "segments": ("created_at", False), "labels": ("created_at", False), "users": ("created_at", False),
    "messages": ("occurred_at", False),
}  # fmt: skip
PARENTS = {"messages": ("conversations", "conversation_id"), "attachments": ("messages", "message_id")}


@dataclass
class Model:
    """Every row of each table, as it is in the database."""

    world: World
    rows: dict[str, list[Row]]
    borne: set[tuple[UUID, UUID]]
    access: set[tuple[UUID, UUID]]

    @classmethod
    def of(cls, world: World) -> "Model":
        rows: dict[str, list[Row]] = {noun: [*_all(table).values()] for noun, table in TABLES.items()}
        borne = {*_all(ContactLabel).values_list("contact", "label")}
        borne |= {*_all(ConversationLabel).values_list("conversation", "label")}
        return cls(world, rows, borne, {*_all(ClientAccess).values_list("membership", "client")})

    def clients_of(self, who: Who) -> set[UUID]:
        return {client.pk for side in who.sees if (client := self.world.client(side))}

    def workspace_of(self, who: Who) -> UUID:
        return self.world.sides[next(iter(who.sees))].workspace.pk

    def seen(self, who: Who, noun: str) -> list[Row]:
        """The rows of a list that they see, in its order."""
        found = [row for row in self.rows[noun] if self.may_see(who, noun, row)]
        column, newest_first = ORDER.get(noun, ("position", False) if noun == "stages" else ("created_at", True))
        return sorted(found, key=lambda row: (row[column], row["id"]), reverse=newest_first)

    def may_see(self, who: Who, noun: str, row: Row) -> bool:
        if row["workspace_id"] != self.workspace_of(who) or not _is_there(noun, row):
            return False
        if noun in ("labels", "stages"):
            return True
        if noun == "users":
            theirs = {client for member, client in self.access if member == row["id"]}
            return who.sees_all or row["all_clients"] or bool(theirs & self.clients_of(who))
        if noun == "clients":
            return who.sees_all or row["id"] in self.clients_of(who)
        if noun in ("messages", "attachments"):
            parent, key = {"messages": ("conversations", "conversation_id"), "attachments": ("messages", "message_id")}[
                noun
            ]
            return any(self.may_see(who, parent, each) for each in self.rows[parent] if each["id"] == row[key])
        return who.sees_all or row["client_id"] in self.clients_of(who)

    def narrowed(self, rows: Iterable[Row], query: Mapping[str, str]) -> list[Row]:
        """As the query says: the filters of the lists that name a row, and a search for a word of a name."""
        return [row for row in rows if all(self._fits(row, name, value) for name, value in query.items())]

    def _fits(self, row: Row, name: str, value: str) -> bool:
        if name == "label":
            return (row["id"], UUID(value)) in self.borne
        if name == "search":
            return any(word.casefold().startswith(value.casefold()) for word in row["name"].split())
        column = {"owner": "owner_id", "assigned_to": "assignee_id"}.get(name, name)
        return row[column] is None if value == "none" else row[column] == UUID(value)


def _is_there(noun: str, row: Row) -> bool:
    gone = {
        "clients": ("deleted_at",), "contacts": ("deleted_at", "merged_into_id"), "deals": ("deleted_at",),
        "segments": ("deleted_at",), "stages": ("retired_at",),
    }  # fmt: skip
    if noun == "users":
        return bool(row["is_active"])
    return all(row[column] is None for column in gone.get(noun, ()))


def _all(table: type[models.Model]) -> Any:
    return table._base_manager.all()
