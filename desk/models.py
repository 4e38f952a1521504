"""What a person keeps to find their work again."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.db.models.functions import Lower

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from clients.models import ClientRow
from crm.constraints import WithinWorkspace
from crm.models import Versioned


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, and what is shared: of whoever sees only certain clients, the shared ones of these clients."""
        shared = Q(shared=True) if actor.clients is None else Q(shared=True, client__in=actor.clients)
        rows = self.filter(workspace=actor.workspace, deleted_at=None)
        return rows.filter(Q(member=actor.membership) | shared)

    def arranged_for(self, actor: Actor) -> Self:
        """In the person's own order; what they never placed stands at the end, as it was made. Annotates `pinned`."""
        mine = self.alias(place=FilteredRelation("places", condition=Q(places__member=actor.membership)))
        rows = mine.annotate(pinned=F("place__pinned"))
        return rows.order_by(F("place__position").asc(nulls_last=True), "created_at", "id")


class SavedView(Versioned, ClientRow):
    """The filter of a room's list under a name. `query` holds what the room's own URL holds, and nothing else."""

    class Room(models.TextChoices):
        INBOX = "inbox", "Inbox"
        BOARD = "board", "Board"
        CONTACTS = "contacts", "Contacts"

    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    room = models.CharField(max_length=20, choices=Room.choices)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    shared = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)
    pinned: bool | None  # by `arranged_for`

    objects = SavedViewQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        verbose_name = "view"
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="desk_savedview_id_workspace"),
            # two of one name in one menu could not be told apart
            models.UniqueConstraint(
                "member", "room", Lower("name"), condition=Q(deleted_at=None), name="desk_savedview_name"
            ),
            WithinWorkspace(field="member", name="desk_savedview_member_in_workspace"),
        ]
        indexes: ClassVar = [
            # the menu of a room, on each of its pages
            models.Index(fields=["workspace", "room"], condition=Q(deleted_at=None), name="desk_savedview_room")
        ]

    def __str__(self) -> str:
        return self.name


class ViewPlace(WorkspaceRow):
    """Where a person has put a view, and whether it stays in sight."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="places")
    position = models.PositiveSmallIntegerField()
    pinned = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "view"], name="desk_viewplace_once"),
            WithinWorkspace(field="member", name="desk_viewplace_member_in_workspace"),
            WithinWorkspace(field="view", name="desk_viewplace_view_in_workspace"),
        ]
