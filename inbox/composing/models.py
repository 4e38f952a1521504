"""What stands around the messages of a conversation and belongs to the team alone."""

from typing import Any, ClassVar, Self
from uuid import uuid4

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from clients.models import ClientRow, WalledQuerySet
from crm.constraints import WithinWall, WithinWorkspace
from crm.immutable import append_only
from crm.models import Versioned


class NoteQuerySet(WalledQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Nothing, for whoever is not of the team."""
        return super().visible_to(actor) if actor.on_team else self.none()


class Note(ClientRow):
    """What the team tells itself about a conversation. Never sent, never changed; `token` is the form's that it was
    written in, so that the same press twice is one note."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.PROTECT, related_name="notes")
    body = models.TextField(blank=True)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    author_name = models.CharField(max_length=200, blank=True)
    token = models.UUIDField(default=uuid4)
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)
    search = models.GeneratedField(
        expression=SearchVector("body", config="simple"), output_field=SearchVectorField(), db_persist=True
    )

    objects = NoteQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="inbox_note_id_workspace"),
            models.UniqueConstraint(fields=["conversation", "token"], name="inbox_note_once"),
            WithinWall(field="conversation", name="inbox_note_conversation_within_wall"),
            WithinWorkspace(field="author", name="inbox_note_author_in_workspace"),
        ]
        indexes: ClassVar = [
            # the thread, and the API's list of one conversation
            models.Index(fields=["conversation", "created_at", "id"], name="inbox_note_thread"),
            GinIndex(fields=["search"], name="inbox_note_search"),
        ]
        triggers: ClassVar = append_only(
            erasable=("body", "search", "wall"), stamped=("erased_at",), moved=("client_id", "search", "wall")
        )

    def __str__(self) -> str:
        return self.body[:60]


class Mention(WorkspaceRow):
    """A member who was named in a note, until they have seen it."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="mentions")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "member"], name="inbox_mention_once"),
            WithinWorkspace(field="note", name="inbox_mention_note_in_workspace"),
            WithinWorkspace(field="member", name="inbox_mention_member_in_workspace"),
        ]
        indexes: ClassVar = [
            # what Today shows to who was named
            models.Index(fields=["member"], condition=Q(seen_at=None), name="inbox_mention_unseen")
        ]


class KeptDraft(WorkspaceRow):
    """What a member has written in a conversation and not sent yet. `seen`: the position of the last message when they
    began; `token`: the form's, by which one draft is sent once."""

    class Kind(models.TextChoices):
        REPLY = "reply", "Reply"
        NOTE = "note", "Note"

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="drafts")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    body = models.TextField()
    seen = models.PositiveIntegerField(default=0)
    token = models.UUIDField(default=uuid4)
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # the composer, and the mark in the list; two windows write the same row
            models.UniqueConstraint(fields=["member", "conversation", "kind"], name="inbox_keptdraft_once"),
            WithinWorkspace(field="conversation", name="inbox_keptdraft_conversation_in_workspace"),
            WithinWorkspace(field="member", name="inbox_keptdraft_member_in_workspace"),
        ]


class Press(WorkspaceRow):
    """A form was sent: the same press again (a double click, a retry, a second window) leads to the same message."""

    sender = models.UUIDField(help_text="The membership or API key that pressed.")
    token = models.UUIDField()
    message = models.ForeignKey("inbox.Message", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "token"], name="inbox_press_once"),
            WithinWorkspace(field="message", name="inbox_press_message_in_workspace"),
        ]


class StepAnswer(WorkspaceRow):
    """A next step that a message proposed was taken, or put off with “Not now”: nobody is shown it again."""

    message = models.ForeignKey("inbox.Message", on_delete=models.PROTECT, related_name="step_answers")
    key = models.CharField(max_length=20)
    taken = models.BooleanField()
    member = models.ForeignKey(Membership, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            # which steps of a message are answered; two presses are one answer
            models.UniqueConstraint(fields=["message", "key"], name="inbox_stepanswer_once"),
            WithinWorkspace(field="message", name="inbox_stepanswer_message_in_workspace"),
            WithinWorkspace(field="member", name="inbox_stepanswer_member_in_workspace"),
        ]


class LastSeen(WorkspaceRow):
    """How far a member had read when they left a conversation: where “New since you were here” stands."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    position = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "conversation"], name="inbox_lastseen_once"),
            WithinWorkspace(field="conversation", name="inbox_lastseen_conversation_in_workspace"),
            WithinWorkspace(field="member", name="inbox_lastseen_member_in_workspace"),
        ]


class Presence(WorkspaceRow):
    """A window in which a member looks at a conversation. The table is unlogged: after a crash nobody is there until
    the next beat."""

    conversation = models.ForeignKey("inbox.Conversation", on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    window = models.UUIDField()
    writing = models.BooleanField(default=False)
    beat_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # who is there, and the beat of one window
            models.UniqueConstraint(fields=["conversation", "member", "window"], name="inbox_presence_once"),
            WithinWorkspace(field="conversation", name="inbox_presence_conversation_in_workspace"),
            WithinWorkspace(field="member", name="inbox_presence_member_in_workspace"),
        ]


class CannedReplyQuerySet(models.QuerySet["CannedReply"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the whole team, and those of the clients that the actor sees. Nothing for who is not of the team."""
        if not actor.on_team:
            return self.none()
        rows = self.filter(workspace=actor.workspace)
        return rows if actor.clients is None else rows.filter(Q(client=None) | Q(client__in=actor.clients))


class CannedReply(Versioned, ClientRow):
    """Words to begin with, for everybody or for one client. `body` may hold the variables of `composing.variables`."""

    name = models.CharField(max_length=120)
    shortcut = models.CharField(max_length=40, blank=True)
    body = models.TextField()

    objects = CannedReplyQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        verbose_name = "canned reply"
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint("wall", Lower("name"), name="inbox_cannedreply_name"),
            models.UniqueConstraint(
                "wall", Lower("shortcut"), condition=~Q(shortcut=""), name="inbox_cannedreply_shortcut"
            ),
        ]

    def __str__(self) -> str:
        return self.name
