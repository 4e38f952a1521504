"""Which model a workspace asks, what it asked today, and the messages that wait to be asked about."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import WorkspaceRow
from crm.constraints import WithinWorkspace
from crm.models import SealedField, Versioned, Work


class LlmSettings(Versioned, WorkspaceRow):
    """One of a workspace. `failures` in a row and `paused_until` are the breaker's (`budget`), not people's."""

    class Kind(models.TextChoices):
        OPENAI = "openai", "OpenAI-compatible"
        ANTHROPIC = "anthropic", "Anthropic"

    class Shape(models.TextChoices):
        """How an OpenAI-compatible endpoint is made to answer in our form: not every one knows the first."""

        SCHEMA = "schema", "JSON schema"
        TOOL = "tool", "Tool call"

    enabled = models.BooleanField(default=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OPENAI)
    base_url = models.CharField(max_length=500)
    model = models.CharField(max_length=100)
    shape = models.CharField(max_length=10, choices=Shape.choices, default=Shape.SCHEMA)
    secrets = SealedField(default=dict, help_text="api_key. What only shows the settings defers it.")
    has_key = models.BooleanField(default=False)
    seconds = models.PositiveSmallIntegerField(default=20, help_text="To wait for an answer.")
    calls_per_day = models.PositiveIntegerField(default=200)
    tokens_per_day = models.PositiveIntegerField(default=200_000)
    failures = models.PositiveIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "language model"
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace"], name="inbox_llmsettings_once")]

    def __str__(self) -> str:
        return self.version_of_tags

    @property
    def version_of_tags(self) -> str:
        return f"{self.kind}:{self.model}"


class LlmDay(WorkspaceRow):
    """What was asked on one day of the workspace's own calendar. `skipped`: messages for which the budget was used
    up, or that came in a pause."""

    day = models.DateField()
    calls = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    last_failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            # the count of a day, however many processes count
            models.UniqueConstraint(fields=["workspace", "day"], name="inbox_llmday_once")
        ]


class LlmWork(Work):
    """A message of which the local model is unsure waits to be asked about. Its tag by the local model stands already:
    nobody waits for an outside service."""

    message = models.OneToOneField("inbox.Message", on_delete=models.PROTECT, related_name="llm_work")
    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")

    class Meta(Work.Meta):
        constraints: ClassVar = [WithinWorkspace(field="message", name="inbox_llmwork_message_in_workspace")]
        indexes: ClassVar = [
            *Work.Meta.indexes,
            # whether a workspace's model is being asked already
            models.Index(fields=["workspace"], condition=Q(state="waiting"), name="inbox_llmwork_waiting"),
        ]
