"""Workspaces, the people in them and the keys that act for them."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.plans import Plan
from crm.constraints import WithinWorkspace
from crm.models import Row, Versioned, Work

if TYPE_CHECKING:
    from accounts.actors import Actor


class Workspace(Versioned, Row):
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=60, unique=True)
    plan = models.CharField(max_length=20, choices=Plan.choices, default=Plan.FREE)
    currency = models.CharField(max_length=3, default="EUR")
    time_zone = models.CharField(max_length=64, default="UTC")
    region = models.CharField(max_length=2, default="US", help_text="Country of phone numbers written without a code.")
    requires_second_step = models.BooleanField(default=False, help_text="Pages let in only who has a second step.")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(Row, AbstractBaseUser):
    """A person who signs in. What they may do hangs on their memberships, never on the user."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty: the workspace's.")
    single_keys = models.BooleanField(default=True, help_text="Off: pages take no key that types a letter.")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="accounts_user_one_per_email")]

    def __str__(self) -> str:
        return self.name or self.email


class WorkspaceRow(Row):
    """A row of one workspace. Parents are referred to together with it (`crm.constraints.WithinWorkspace`)."""

    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    AGENT = "agent", "Agent"
    VIEWER = "viewer", "Client viewer"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def visible_to(self, actor: "Actor") -> "MembershipQuerySet":
        """The people that `actor` works with. Whoever sees only certain clients meets those who see one of them too."""
        rows = self.filter(workspace=actor.workspace, is_active=True, user__is_active=True)
        if actor.clients is None:
            return rows
        access = self.model._meta.get_field("client_access").related_model
        with_access = access._base_manager.filter(client__in=actor.clients)
        return rows.filter(models.Q(all_clients=True) | models.Q(pk__in=with_access.values("membership")))


class Membership(WorkspaceRow):
    """A person in a workspace. With `all_clients` off, they see only the clients named in `clients.ClientAccess`.
    lacks_second_step: that the workspace asks for one and they have none, where `accounts.sessions` looked."""

    lacks_second_step = False

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.AGENT)
    all_clients = models.BooleanField(default=True)
    is_available = models.BooleanField(default=True, help_text="Gets new conversations by round robin.")
    is_active = models.BooleanField(default=True)
    last_assigned_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="accounts_membership_once"),
            models.UniqueConstraint(fields=["id", "workspace"], name="accounts_membership_id_workspace"),
            models.CheckConstraint(
                condition=~models.Q(role=Role.VIEWER, all_clients=True), name="accounts_membership_viewer_has_clients"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.workspace}"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, actor: "Actor") -> "ApiKeyQuerySet":
        """Whoever sees only certain clients knows of their keys alone."""
        rows = self.filter(workspace=actor.workspace)
        return rows if actor.clients is None else rows.filter(client__in=actor.clients)

    def open(self) -> "ApiKeyQuerySet":
        """Those that let a program in: neither revoked nor expired."""
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()), is_active=True)


class ApiKey(WorkspaceRow):
    """A program's key: `msk_` and 64 hex characters. Only its first characters and its SHA-256 are kept."""

    client = models.ForeignKey("clients.Client", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200)
    key_prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    is_active = models.BooleanField(default=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    rate_limit = models.PositiveIntegerField(null=True, blank=True, help_text="A minute. Empty: the plan's.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [WithinWorkspace(field="client", name="accounts_apikey_client_in_workspace")]

    def __str__(self) -> str:
        return f"{self.name} ({self.key_prefix}…)"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, actor: "Actor") -> "InvitationQuerySet":
        """For whoever runs the workspace; nobody else learns of any."""
        return self.filter(workspace=actor.workspace) if actor.runs_workspace else self.none()

    def unanswered(self) -> "InvitationQuerySet":
        """Neither accepted nor withdrawn; it may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def open(self) -> "InvitationQuerySet":
        return self.unanswered().filter(expires_at__gt=timezone.now())


class Invitation(WorkspaceRow):
    """Somebody is asked to join. client_ids: with `all_clients` off, those that they would see."""

    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role.choices)
    all_clients = models.BooleanField(default=True)
    client_ids = ArrayField(models.UUIDField(), default=list)
    invited_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            WithinWorkspace(field="invited_by", name="accounts_invitation_invited_by_in_workspace"),
            models.UniqueConstraint(fields=["id", "workspace"], name="accounts_invitation_id_workspace"),
            # a person asked twice would have two links of different roles
            models.UniqueConstraint(
                "workspace", Lower("email"), name="accounts_invitation_one_unanswered",
                condition=models.Q(accepted_at=None, withdrawn_at=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_role_display()} in {self.workspace}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class InvitationLink(WorkspaceRow):
    """A link of an invitation that was mailed, by the SHA-256 of its token. A mail that is sent again has another link,
    and each leads to the invitation for as long as it is open."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints: ClassVar = [
            WithinWorkspace(field="invitation", name="accounts_invitationlink_invitation_in_workspace")
        ]


class Letter(Work):
    """A mail of Parley's own that a worker is to send. What has a link in it is written when it is sent, so that no
    token is kept; a notice to a member stands here with its subject and body. Without a workspace it is the first mail
    to somebody who wants to open one."""

    class Kind(models.TextChoices):
        INVITATION = "invitation"
        SIGN_UP = "sign_up"
        NOTICE = "notice"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    to = models.EmailField()
    workspace = models.ForeignKey(Workspace, on_delete=models.PROTECT, null=True, related_name="+")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, null=True, related_name="letters")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Work.Meta):
        constraints: ClassVar = [
            WithinWorkspace(field="invitation", name="accounts_letter_invitation_in_workspace"),
            WithinWorkspace(field="member", name="accounts_letter_member_in_workspace"),
            models.CheckConstraint(
                condition=models.Q(kind="notice", member__isnull=False) | ~models.Q(kind="notice"),
                name="accounts_letter_notice_to_a_member",
            ),
        ]
        indexes: ClassVar = [
            *Work.Meta.indexes,
            # how many went to an address, or out of a workspace, in the last hour
            models.Index(Lower("to"), "created_at", name="accounts_letter_to"),
            models.Index(fields=["workspace", "created_at"], name="accounts_letter_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"


class IdempotentRequest(WorkspaceRow):
    """What a POST with an Idempotency-Key answered, kept 24 hours and written in the transaction of the work itself."""

    sender = models.UUIDField(help_text="The API key or membership that sent it.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)  # the nightly clean-up

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sender", "key"], name="accounts_idempotentrequest_once")
        ]


class RequestCount(models.Model):
    """How many requests a key, a member or an address made in one minute (`accounts.rates`). The table is unlogged:
    after a crash everybody starts from nothing, which is harmless."""

    subject = models.CharField(max_length=60, primary_key=True)
    minute = models.DateTimeField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.subject}: {self.used}"
