"""A client that goes, with what becomes of its data; and what was written out before."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from accounts.models import WorkspaceRow
from activity.models import Run
from clients.models import Client
from crm.constraints import WithinWorkspace


class LeavingQuerySet(models.QuerySet["Leaving"]):
    def visible_to(self, actor: Actor) -> "LeavingQuerySet":
        """For whoever administers the whole workspace, and nobody else."""
        rows = self.filter(workspace=actor.workspace)
        return rows if actor.runs_workspace else rows.none()


class Leaving(WorkspaceRow):
    """What was chosen for a client's data, once, and the run that does it. `target`: where everything moves to, none
    for the workspace itself. `kept`: what a room needs to know again when the work ends."""

    class Fate(models.TextChoices):
        MOVE = "move", "Move"
        ERASE = "erase", "Erase"

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="leaving")
    fate = models.CharField(max_length=10, choices=Fate.choices)
    target = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    exports = models.BooleanField(default=False, help_text="Everything is written out first.")
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="leaving")
    kept = models.JSONField(default=dict)
    owned: models.JSONField[Any, Any] = models.JSONField(default=list, help_text="[[words, count], …] when it began.")
    exported_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LeavingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "workspace"], name="clients_leaving_id_workspace"),
            models.CheckConstraint(condition=~Q(target=models.F("client")), name="clients_leaving_elsewhere"),
            models.CheckConstraint(condition=Q(fate="move") | Q(target=None), name="clients_leaving_target"),
            WithinWorkspace(field="client", name="clients_leaving_client_in_workspace"),
            WithinWorkspace(field="target", name="clients_leaving_target_in_workspace"),
            WithinWorkspace(field="run", name="clients_leaving_run_in_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.fate}"

    @property
    def wall(self) -> Any:
        """The side that everything moves to."""
        return self.target_id or self.workspace_id


class ExportPart(WorkspaceRow):
    """A piece of a file of the export, as one step wrote it. `name` is the file's path in the archive."""

    leaving = models.ForeignKey(Leaving, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=300)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["name", "number"]
        constraints: ClassVar = [
            # the archive, file by file
            models.UniqueConstraint(fields=["leaving", "name", "number"], name="clients_exportpart_once"),
            WithinWorkspace(field="leaving", name="clients_exportpart_leaving_in_workspace"),
        ]
