"""People: their addresses, labels and segments, what they asked us not to do, the record of each merge, who may be the
same, and files of people that were uploaded."""

from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Left, Lower, NullIf

from accounts.actors import Actor
from accounts.models import Membership, WorkspaceRow
from activity.models import Run
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
    listed_as = models.GeneratedField(
        # A lower case may be longer, and an index entry holds 2,700 bytes.
        expression=Lower(Left(Coalesce(NullIf("name", Value("")), NullIf("email", Value("")), "phone"), 200)),
        output_field=models.TextField(),
        db_persist=True,
    )
    compared_version = models.PositiveIntegerField(
        default=0, editable=False, help_text="The version that was last looked at for duplicates."
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
            # the contact list by name, and by the day they became one, of the workspace and of one client
            models.Index(fields=["workspace", "listed_as", "id"], name="contacts_contact_named"),
            models.Index(fields=["client", "listed_as", "id"], name="contacts_contact_client_named"),
            models.Index(F("workspace"), F("created_at").desc(), F("id").desc(), name="contacts_contact_created"),
            # the contact list of one owner, and of those who are not written to
            models.Index(F("owner"), F("last_activity_at").desc(), F("id").desc(), name="contacts_contact_owner"),
            models.Index(
                F("workspace"), F("status"), F("last_activity_at").desc(), F("id").desc(),
                condition=~Q(status="active"), name="contacts_contact_status",
            ),
            # the sweep that looks for duplicates of whoever is new or changed
            models.Index(
                fields=["updated_at"],
                condition=Q(compared_version__lt=F("version")),
                name="contacts_contact_uncompared",
            ),
        ]  # fmt: skip

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


class SegmentQuerySet(WalledQuerySet):
    def visible_to(self, actor: Actor) -> "SegmentQuerySet":
        """One of the whole workspace only to whoever sees all clients: it counts everybody's contacts."""
        return super().visible_to(actor).filter(deleted_at=None)


class Segment(Versioned, ClientRow):
    """A filter of contacts that is kept, and who it leaves: of one client, or with no client of the whole workspace.
    Its members stand in `SegmentMember`; `contacts.membership` keeps them true."""

    name = models.CharField(max_length=100)
    filters = models.JSONField(help_text="As `contacts.filters.ContactFilters` takes them: {name: text}.")
    member_count = models.PositiveIntegerField(default=0, editable=False)
    refreshed_at = models.DateTimeField(null=True, help_text="None: its members are still being found.")
    walked_to = models.UUIDField(null=True, help_text="How far, by the contacts' ids, the search for them has come.")
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SegmentQuerySet.as_manager()

    # What to write for its members to be found anew.
    ANEW: ClassVar[dict[str, None]] = {"refreshed_at": None, "walked_to": None}

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            # members refer to a segment by its workspace
            models.UniqueConstraint(fields=["id", "workspace"], name="contacts_segment_id_workspace"),
            # two of one name could not be told apart in a menu
            models.UniqueConstraint(
                "wall", Lower("name"), condition=Q(deleted_at=None), name="contacts_segment_name"
            ),
        ]  # fmt: skip
        indexes: ClassVar = [
            # the sweep: whose members are still to be found
            models.Index(fields=["workspace"], condition=Q(refreshed_at=None), name="contacts_segment_waiting")
        ]

    def __str__(self) -> str:
        return self.name


class SegmentMember(WorkspaceRow):
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="members", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="memberships")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "contact"], name="contacts_segmentmember_once"),
            WithinWorkspace(field="segment", name="contacts_segmentmember_segment_in_workspace"),
            WithinWorkspace(field="contact", name="contacts_segmentmember_contact_in_workspace"),
        ]
        triggers: ClassVar = [
            # A segment of the workspace has contacts of all clients, so that no foreign key can say this.
            pgtrigger.Trigger(
                name="of_its_client",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT FROM contacts_segment segment, contacts_contact contact
                        WHERE segment.id = NEW.segment_id AND contact.id = NEW.contact_id
                        AND segment.client_id IS NOT NULL AND contact.client_id IS DISTINCT FROM segment.client_id
                    ) THEN
                        RAISE EXCEPTION 'a segment has contacts of its own client alone'
                        USING ERRCODE = 'foreign_key_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]


class Suppression(ClientRow):
    """An address that nothing is sent to any more, for this client (or for the workspace's own contacts)."""

    kind = models.CharField(max_length=30)
    value = models.CharField(max_length=500)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    search = models.GeneratedField(
        expression=SearchVector(
            "value",
            Func(F("value"), Value("@.-_+"), Value("     "), function="translate", output_field=models.TextField()),
            config="simple",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["wall", "kind", "value"], name="contacts_suppression_once"),
        ]
        indexes: ClassVar = [
            # the list, newest first, of the workspace and of one client
            models.Index(F("workspace"), F("created_at").desc(), F("id").desc(), name="contacts_suppression_recent"),
            models.Index(F("client"), F("created_at").desc(), F("id").desc(), name="contacts_suppression_client"),
            GinIndex(fields=["search"], name="contacts_suppression_search"),
        ]

    def __str__(self) -> str:
        return self.value


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


class MatchKey(ClientRow):
    """Something that two records of one person share, in a form in which it is written the same: `contacts.likeness`
    makes and compares them."""

    person = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="match_keys")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=200)

    class Meta(ClientRow.Meta):
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["person", "kind", "value"], name="contacts_matchkey_once"),
            WithinWall(field="person", name="contacts_matchkey_person_within_wall"),
        ]
        indexes: ClassVar = [
            # who else has this key
            models.Index(fields=["wall", "kind", "value"], name="contacts_matchkey_shared")
        ]


class Likeness(ClientRow):
    """Two contacts who may be one person, and why. `first` has the smaller id. Once somebody said that they are not the
    same, they are never proposed again."""

    first = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.CharField(max_length=200, blank=True)

    objects = WalledQuerySet.as_manager()

    class Meta(ClientRow.Meta):
        verbose_name_plural = "likenesses"
        constraints: ClassVar[list[Any]] = [
            *ClientRow.Meta.constraints,
            models.UniqueConstraint(fields=["first", "second"], name="contacts_likeness_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="contacts_likeness_in_order"),
            WithinWall(field="first", name="contacts_likeness_first_within_wall"),
            WithinWall(field="second", name="contacts_likeness_second_within_wall"),
        ]
        indexes: ClassVar = [
            # the page of duplicates, the likeliest first, of the workspace and of one client
            models.Index(
                F("workspace"), F("score").desc(), F("id").desc(),
                condition=Q(dismissed_at=None), name="contacts_likeness_open",
            ),
            models.Index(
                F("client"), F("score").desc(), F("id").desc(),
                condition=Q(dismissed_at=None), name="contacts_likeness_client",
            ),
        ]  # fmt: skip


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, actor: Actor) -> "UploadQuerySet":
        """One's own: nobody else has seen the file."""
        return self.filter(workspace=actor.workspace, member=actor.membership)


class Upload(WorkspaceRow):
    """A file of people to import. Its rows stand in `UploadPart`, and go a week after it came."""

    member = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    columns = models.JSONField(help_text="The first row.")
    row_count = models.PositiveIntegerField()
    run = models.OneToOneField(Run, on_delete=models.SET_NULL, null=True, related_name="upload")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)  # the sweep of old ones

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "workspace"], name="contacts_upload_id_workspace"),
            WithinWorkspace(field="member", name="contacts_upload_member_in_workspace"),
            WithinWorkspace(field="run", name="contacts_upload_run_in_workspace"),
        ]

    def __str__(self) -> str:
        return self.name


class UploadPart(WorkspaceRow):
    """A hundred rows of an upload: what one step of the import handles."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    rows = models.JSONField(help_text="[[line, [cell, …]], …]: line is where the row begins in the file.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="contacts_uploadpart_once"),
            WithinWorkspace(field="upload", name="contacts_uploadpart_upload_in_workspace"),
        ]
