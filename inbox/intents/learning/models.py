"""Models that learned from what the people of a workspace corrected, and what each would have said otherwise."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Membership
from crm.constraints import WithinWorkspace
from crm.models import Work


class LearnedModel(Work):
    """A model of one workspace. As a piece of work it is trained first, and then runs in the shadow: over messages of
    the past, changing nothing. Only then can it be switched on."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.CharField(max_length=130, blank=True)
    features = models.PositiveSmallIntegerField(help_text="The format of the features it knows.")
    content = models.BinaryField(null=True, help_text="As `inbox.intents.local.write` has it.")
    figures = models.JSONField(default=dict, help_text="What cross-validation says (`learning.apart`).")
    total = models.PositiveIntegerField(default=0, help_text="How many messages it is to judge in the shadow.")
    judged = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="How judgements differ (`learning.shadow`).")
    below = models.UUIDField(null=True, help_text="The last message judged. They go from the newest back.")
    created_at = models.DateTimeField(auto_now_add=True)
    on_since = models.DateTimeField(null=True)
    off_since = models.DateTimeField(null=True)

    class Meta(Work.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "workspace"], name="inbox_learnedmodel_id_workspace"),
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(state="waiting"), name="inbox_learnedmodel_one_at_work"
            ),
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(on_since__isnull=False, off_since=None),
                name="inbox_learnedmodel_one_on",
            ),
            models.CheckConstraint(
                condition=Q(on_since=None) | Q(state="done", content__isnull=False), name="inbox_learnedmodel_whole"
            ),
            WithinWorkspace(field="member", name="inbox_learnedmodel_member_in_workspace"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.version or "at work"

    @property
    def is_on(self) -> bool:
        return self.on_since is not None and self.off_since is None


class ShadowTag(models.Model):
    """A message that a model in the shadow judges otherwise than the tag it has. It holds none of its words."""

    workspace = models.ForeignKey("accounts.Workspace", on_delete=models.PROTECT, related_name="+")
    model = models.ForeignKey(LearnedModel, on_delete=models.CASCADE, related_name="tags")
    message = models.ForeignKey("inbox.Message", on_delete=models.PROTECT, related_name="+")
    was = models.CharField(max_length=20)
    was_confidence = models.FloatField()
    intent = models.CharField(max_length=20)
    confidence = models.FloatField()
    acts_now = models.BooleanField(help_text="Whether something happens by itself where nothing did, or no more.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model", "message"], name="inbox_shadowtag_once"),
            WithinWorkspace(field="model", name="inbox_shadowtag_model_in_workspace"),
            WithinWorkspace(field="message", name="inbox_shadowtag_message_in_workspace"),
        ]
