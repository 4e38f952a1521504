"""People: their addresses, their labels, what they asked us not to do, and the record of each merge."""

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from clients.models import ClientRow, WalledQuerySet
from crm.constraints import WithinWall, WithinWorkspace
from crm.models import Versioned


class LabelQuerySet(models.QuerySet["Label"]):
    def visible_to(self, actor: Actor) -> "LabelQuerySet":
        return self.filter(workspace=actor.workspace)


class Label(Versioned, WorkspaceRow):
    name = models.CharField(max_length=60)
    colour = models.CharField(max_length=7, default="#6b7280")

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint("workspace", Lower("name"), name="contacts_label_name"),
            models.UniqueConstraint(fields=["id", "workspace"], name="contacts_label_id_workspace"),
        ]

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(WalledQuerySet):
    def visible_to(self, actor: Actor) -> "ContactQuerySet":
        return super().visible_to(actor).filter(deleted_at=None, merged_into=None)


class Contact(Versioned, ClientRow):
    """A person. `email` and `phone` are the primary ones; every address, these included, is also an `Identity`."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        BOUNCED = "bounced", "Bounced"

    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=20, blank=True, help_text="E.164")
    company = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    source = models.CharField(max_length=60, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)
    field_origins = models.JSONField(default=dict, blank=True, help_text="{field: {by, at}}: who wrote it last.")
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    labels = models.ManyToManyField(Label, through="ContactLabel", related_name="contacts")
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    last_activity_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    search = models.GeneratedField(
        expression=SearchVector(
            "name",
            "email",
            "phone",
            "company",
            Func(F("email"), Value("@.-_+"), Value("     "), function="translate", output_field=models.TextField()),
            config="simple",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ContactQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            WithinWorkspace(field="owner", name="contacts_contact_owner_in_workspace"),
            # contact labels and merges refer to a contact by its workspace
            models.UniqueConstraint(fields=["id", "workspace"], name="contacts_contact_id_workspace"),
            WithinWall(field="merged_into", name="contacts_contact_merged_into_within_wall"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="contacts_contact_not_merged_into_itself"),
        ]
        indexes: ClassVar = [
            # the contact list, newest activity first, of the workspace and of one client
            models.Index(F("workspace"), F("last_activity_at").desc(), F("id").desc(), name="contacts_contact_recent"),
            models.Index(F("client"), F("last_activity_at").desc(), F("id").desc(), name="contacts_contact_client"),
            # integrators polling by updated_after
            models.Index(fields=["workspace", "updated_at"], name="contacts_contact_updated"),
            GinIndex(fields=["search"], name="contacts_contact_search"),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or "Unknown person"


class Identity(ClientRow):
    """One address of a contact. `kind` is email, phone or the name of an outside system; `value` is normalised."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="identities")
    kind = models.CharField(max_length=30)
    value = models.CharField(max_length=500)
    written = models.CharField(max_length=500, blank=True, help_text="As it came in.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        verbose_name_plural = "identities"
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            # one address, one contact: what parallel arrivals of a new person meet at
            models.UniqueConstraint(fields=["wall", "kind", "value"], name="contacts_identity_once"),
            WithinWall(field="contact", name="contacts_identity_contact_within_wall"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class ContactLabel(WorkspaceRow):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    label = models.ForeignKey(Label, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["contact", "label"], name="contacts_contactlabel_once"),
            WithinWorkspace(field="contact", name="contacts_contactlabel_contact_in_workspace"),
            WithinWorkspace(field="label", name="contacts_contactlabel_label_in_workspace"),
        ]


class Suppression(ClientRow):
    """An address that nothing is sent to any more, for this client (or for the workspace's own contacts)."""

    kind = models.CharField(max_length=30)
    value = models.CharField(max_length=500)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["wall", "kind", "value"], name="contacts_suppression_once"),
        ]


class Merge(WorkspaceRow):
    """One contact was joined into another: what moved, so that it can be taken apart again. Only `unmerged_at`
    changes."""

    winner = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="merges_won")
    loser = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="merges_lost")
    moved = models.JSONField(default=dict, help_text="{table: [ids]} and the winner's fields as they were before.")
    merged_by = models.CharField(max_length=200)
    merged_at = models.DateTimeField(auto_now_add=True)
    unmerged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            # a contact is merged away at most once at a time
            models.UniqueConstraint(fields=["loser"], condition=Q(unmerged_at=None), name="contacts_merge_once"),
            WithinWorkspace(field="winner", name="contacts_merge_winner_in_workspace"),
            WithinWorkspace(field="loser", name="contacts_merge_loser_in_workspace"),
        ]
