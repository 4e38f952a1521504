"""Conversations, and the messages in them, which never change."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Left

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from clients.models import SIDES, Campaign, ClientRow, WalledQuerySet
from contacts.models import Contact, Identity, Label
from crm.constraints import WithinSides, WithinWall, WithinWorkspace
from crm.immutable import append_only
from crm.models import Versioned, Work
from inbox.channels import Channel
from inbox.composing.models import KeptDraft
from inbox.intents.labels import Intent
from inbox.intents.learning.models import LearnedModel, ShadowTag  # noqa: F401  (tables of this app)
from inbox.intents.llm.models import LlmDay, LlmSettings, LlmWork  # noqa: F401  (tables of this app)

INTENTS = [(intent.value, intent.value.replace("_", " ").capitalize()) for intent in Intent]


class ConversationQuerySet(WalledQuerySet):
    def with_drafts_of(self, actor: Actor) -> Self:
        """With `has_draft`: whether the actor has written a reply or note there that is not sent yet."""
        drafts = KeptDraft.objects.filter(conversation=OuterRef("pk"), member=actor.membership)
        return self.annotate(has_draft=Exists(drafts) if actor.membership else Value(value=False))


class Conversation(Versioned, ClientRow):
    """A thread with one contact on one channel. What stands here besides people's choices (status, assignee, snooze) is
    derived from its messages and written in the transaction that appends one."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        CLOSED = "closed", "Closed"
        SNOOZED = "snoozed", "Snoozed"

    class Turn(models.TextChoices):
        OURS = "ours", "My turn"
        THEIRS = "theirs", "Their turn"
        NOBODY = "nobody", "Nobody's turn"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="conversations")
    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    connection = models.ForeignKey(
        "integrations.Connection", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    external_id = models.CharField(max_length=500, null=True, blank=True)
    subject = models.CharField(max_length=998, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    labels = models.ManyToManyField(Label, through="ConversationLabel", related_name="conversations")
    intent = models.CharField(max_length=20, choices=INTENTS, blank=True)
    intent_tag = models.ForeignKey("IntentTag", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    needs_look = models.BooleanField(default=False, help_text="The tag's confidence is below the threshold.")
    turn = models.CharField(max_length=10, choices=Turn.choices, default=Turn.NOBODY)
    unread_count = models.PositiveIntegerField(default=0)
    message_count = models.PositiveIntegerField(default=0)
    chain_digest = models.CharField(max_length=64, blank=True, help_text="Digest of the newest message.")
    last_message = models.CharField(max_length=300, blank=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_inbound_at = models.DateTimeField(null=True, blank=True)
    last_outbound_at = models.DateTimeField(null=True, blank=True)
    sorted_at = models.DateTimeField(help_text="The newest message's time, or the creation where there is none.")

    objects = ConversationQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="inbox_conversation_id_workspace"),
            models.UniqueConstraint(
                fields=["wall", "connection", "external_id"],
                condition=Q(external_id__isnull=False),
                nulls_distinct=False,
                name="inbox_conversation_external_once",
            ),
            WithinWall(field="contact", name="inbox_conversation_contact_within_wall"),
            WithinWall(field="identity", name="inbox_conversation_identity_within_wall"),
            WithinSides(field="campaign", name="inbox_conversation_campaign_within_wall", table=SIDES),
            WithinSides(field="connection", name="inbox_conversation_connection_within_wall", table=SIDES),
            WithinWorkspace(field="assignee", name="inbox_conversation_assignee_in_workspace"),
            WithinWorkspace(field="intent_tag", name="inbox_conversation_intent_tag_in_workspace"),
            models.CheckConstraint(
                condition=Q(status="snoozed", snoozed_until__isnull=False)
                | (~Q(status="snoozed") & Q(snoozed_until__isnull=True)),
                name="inbox_conversation_snoozed_until",
            ),
        ]
        indexes: ClassVar = [
            # the API's list, of the workspace and of one client
            models.Index(F("workspace"), F("sorted_at").desc(), F("id").desc(), name="inbox_conversation_recent"),
            models.Index(F("client"), F("sorted_at").desc(), F("id").desc(), name="inbox_conversation_client"),
            # the inbox's splits: my turn, their turn, snoozed, closed
            models.Index(
                F("workspace"), F("status"), F("turn"), F("sorted_at").desc(), F("id").desc(),
                name="inbox_conversation_split",
            ),
            models.Index(
                F("assignee"), F("sorted_at").desc(), F("id").desc(), name="inbox_conversation_assignee"
            ),
            # the same of one client, as the switcher chooses it
            models.Index(
                F("client"), F("status"), F("turn"), F("sorted_at").desc(), F("id").desc(),
                name="inbox_conversation_of_client",
            ),
            # the splits of one agent: of many thousands closed, few are snoozed or open
            models.Index(
                F("assignee"), F("status"), F("sorted_at").desc(), F("id").desc(), name="inbox_conversation_mine"
            ),
            # the split of those that nobody has
            models.Index(
                F("workspace"), F("sorted_at").desc(), F("id").desc(),
                condition=Q(assignee=None, status="active"), name="inbox_conversation_nobodys",
            ),
            # the filter for the few that are unread, in any split
            models.Index(
                F("workspace"), F("sorted_at").desc(), F("id").desc(),
                condition=Q(unread_count__gt=0), name="inbox_conversation_unread",
            ),
            # the sweep that wakes snoozed ones
            models.Index(fields=["snoozed_until"], condition=Q(status="snoozed"), name="inbox_conversation_snoozed"),
            # integrators polling by updated_after
            models.Index(fields=["workspace", "updated_at"], name="inbox_conversation_updated"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.subject or f"{self.get_channel_display()} with {self.contact}"


class Message(ClientRow):
    """What was said, as it was said. Inserted by `inbox.messages.append` alone; triggers refuse any change.

    `digest` chains it to the message before (`inbox.chain`). `occurred_at` is the provider's time, `arrived_at` ours.
    """

    class Direction(models.TextChoices):
        INBOUND = "inbound", "Inbound"
        OUTBOUND = "outbound", "Outbound"

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    position = models.PositiveIntegerField()
    direction = models.CharField(max_length=10, choices=Direction.choices)
    subject = models.CharField(max_length=998, blank=True)
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    new_text = models.TextField(blank=True, help_text="The body without quoted history and signature.")
    headers = models.JSONField(default=list, blank=True)
    author_kind = models.CharField(max_length=10, help_text="contact, person, key or system")
    author_id = models.UUIDField(null=True, blank=True)
    author_name = models.CharField(max_length=300, blank=True)
    connection = models.ForeignKey(
        "integrations.Connection", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    external_id = models.CharField(max_length=998, null=True, blank=True)
    occurred_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    salt = models.CharField(max_length=32, blank=True)
    content_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    offline = models.BooleanField(default=False, help_text="Left while nobody was there to answer.")
    moved_from = models.UUIDField(
        null=True, editable=False, help_text="The client it came from, where its outside id was known here already."
    )
    erased_at = models.DateTimeField(null=True, blank=True)
    search = models.GeneratedField(
        # A tsvector holds at most 1 MB: what stands further down a very long mail is not searched.
        expression=SearchVector(Left("subject", 1000), Left("new_text", 100_000), config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["id", "workspace"], name="inbox_message_id_workspace"),
            # one outside message is one row; with no connection (API, import) an outside id counts within the client
            models.UniqueConstraint(
                fields=["wall", "connection", "external_id", "moved_from"],
                condition=Q(external_id__isnull=False),
                nulls_distinct=False,
                name="inbox_message_external_once",
            ),
            # the chain, and the thread in order of arrival
            models.UniqueConstraint(fields=["conversation", "position"], name="inbox_message_position"),
            WithinWall(field="conversation", name="inbox_message_conversation_within_wall"),
            WithinSides(field="connection", name="inbox_message_connection_within_wall", table=SIDES),
        ]
        indexes: ClassVar = [
            # the thread, oldest first by provider time
            models.Index(fields=["conversation", "occurred_at", "position"], name="inbox_message_thread"),
            GinIndex(fields=["search"], name="inbox_message_search"),
            # the search's newest first, of the workspace and of one client: what has a common word is met at once.
            # Of the workspace with all that reports ask of a message, so that a year of them leaves the texts unread
            models.Index(
                fields=["workspace", "-occurred_at", "-id"],
                include=["conversation", "client", "position", "direction", "author_kind", "author_id"],
                name="inbox_message_told",
            ),
            models.Index(F("client"), F("occurred_at").desc(), F("id").desc(), name="inbox_message_client"),
        ]
        triggers: ClassVar = append_only(
            erasable=("subject", "body", "html", "new_text", "headers", "author_name", "salt", "search", "wall"),
            stamped=("erased_at",),
            moved=("client_id", "moved_from", "search", "wall"),
        )

    def __str__(self) -> str:
        return f"{self.direction} {self.position} of {self.conversation_id}"


class OutsideId(ClientRow):
    """What an outside system calls a message that we sent through it: it says so after the message was written."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="outside_ids")
    connection = models.ForeignKey("integrations.Connection", on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=998)

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            # the echo of what we sent is that message, not one more
            models.UniqueConstraint(fields=["connection", "external_id"], name="inbox_outsideid_once"),
            WithinWall(field="message", name="inbox_outsideid_message_within_wall"),
            WithinSides(field="connection", name="inbox_outsideid_connection_within_wall", table=SIDES),
        ]


class Attachment(WorkspaceRow):
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=300, blank=True)
    content_type = models.CharField(max_length=200)
    content_id = models.CharField(max_length=998, blank=True)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "position"], name="inbox_attachment_position"),
            WithinWorkspace(field="message", name="inbox_attachment_message_in_workspace"),
        ]
        triggers: ClassVar = append_only(erasable=("name", "content_id", "content", "sha256"))


class MessageDelivery(WorkspaceRow):
    """What became of an outgoing message, a row for each thing the provider said."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        READ = "read", "Read"
        FAILED = "failed", "Failed"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices)
    words = models.TextField(blank=True, help_text="The provider's own.")
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [WithinWorkspace(field="message", name="inbox_messagedelivery_message_in_workspace")]
        triggers: ClassVar = append_only(erasable=("words",))


class IntentTag(WorkspaceRow):
    """What an inbound message wants, who said so, and the words it rests on (`start` to `end` of the message's new
    text)."""

    class Maker(models.TextChoices):
        RULE = "rule", "Rule"
        MODEL = "model", "Model"
        LLM = "llm", "LLM"
        PERSON = "person", "Person"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="intent_tags")
    intent = models.CharField(max_length=20, choices=INTENTS)
    confidence = models.FloatField()
    start = models.PositiveIntegerField(default=0)
    end = models.PositiveIntegerField(default=0)
    evidence = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)
    made_by = models.CharField(max_length=10, choices=Maker.choices)
    version = models.CharField(max_length=130, blank=True)
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "workspace"], name="inbox_intenttag_id_workspace"),
            # one judgement of one version for one message, however often it is asked
            models.UniqueConstraint(
                fields=["message", "version"], condition=~Q(made_by="person"), name="inbox_intenttag_once_per_version"
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="inbox_intenttag_confidence"
            ),
            WithinWorkspace(field="message", name="inbox_intenttag_message_in_workspace"),
            WithinWorkspace(field="member", name="inbox_intenttag_member_in_workspace"),
        ]
        triggers: ClassVar = append_only(erasable=("evidence", "reason"))


class IntentThreshold(WorkspaceRow):
    """The confidence from which a label needs no look, where the workspace moved it."""

    intent = models.CharField(max_length=20, choices=INTENTS)
    value = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "intent"], name="inbox_intentthreshold_once"),
            models.CheckConstraint(condition=Q(value__gt=0, value__lt=1), name="inbox_intentthreshold_share"),
        ]


class IntentWork(Work):
    """An inbound message waits for its intent."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="intent_work")
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")

    class Meta(Work.Meta):
        constraints: ClassVar = [WithinWorkspace(field="message", name="inbox_intentwork_message_in_workspace")]


class ConversationLabel(WorkspaceRow):
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "label"], name="inbox_conversationlabel_once"),
            WithinWorkspace(field="conversation", name="inbox_conversationlabel_conversation_in_ws"),
            WithinWorkspace(field="label", name="inbox_conversationlabel_label_in_workspace"),
        ]


class FollowUp(Versioned, ClientRow):
    """A promise to do something about a person by a time."""

    class Source(models.TextChoices):
        AGENT = "agent", "Agent"
        SNOOZE = "snooze", "Snooze"
        OFFLINE_MESSAGE = "offline_message", "Offline message"

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="follow_ups")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups"
    )
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=20, choices=Source.choices, default=Source.AGENT)
    note = models.TextField(blank=True)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            WithinWall(field="contact", name="inbox_followup_contact_within_wall"),
            WithinWall(field="conversation", name="inbox_followup_conversation_within_wall"),
            WithinWorkspace(field="owner", name="inbox_followup_owner_in_workspace"),
        ]
        indexes: ClassVar = [
            # what is due, for Today and for the list of open ones
            models.Index(fields=["workspace", "due_at"], condition=Q(done_at=None), name="inbox_followup_due")
        ]

    def __str__(self) -> str:
        return self.note or "Follow-up"
