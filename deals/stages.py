"""The stages of a workspace's pipeline."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.actors import Actor
from accounts.models import Workspace
from crm.errors import Conflict, Invalid
from crm.transactions import advisory_lock
from crm.versions import write
from deals.models import Deal, Stage

# key, name, kind, probability in percent, days until a silent deal is stalled: MisarMail's six.
DEFAULT = (
    ("new", "New", Stage.Kind.OPEN, 10, 3),
    ("contacted", "Contacted", Stage.Kind.OPEN, 20, 7),
    ("interested", "Interested", Stage.Kind.OPEN, 40, 7),
    ("negotiating", "Negotiating", Stage.Kind.OPEN, 70, 10),
    ("won", "Won", Stage.Kind.WON, 100, None),
    ("lost", "Lost", Stage.Kind.LOST, 0, None),
)


@transaction.atomic
def lay_out(workspace: Workspace) -> list[Stage]:
    """The workspace's stages, in order; the six default ones where it has none yet."""
    stages = list(Stage.objects.filter(workspace=workspace))
    if stages:
        return stages
    advisory_lock(f"deals.stages {workspace.pk}")
    for position, (key, name, kind, probability, days) in enumerate(DEFAULT, 1):
        Stage.objects.get_or_create(
            workspace=workspace, key=key,
            defaults={"name": name, "position": position, "kind": kind, "probability": probability, "rot_days": days},
        )  # fmt: skip
    return list(Stage.objects.filter(workspace=workspace))


def keyed(workspace: Workspace, key: str, *, field: str = "stage") -> Stage:
    """The stage with this key. Raises Invalid under `field`, naming the keys there are."""
    stages = {stage.key: stage for stage in lay_out(workspace)}
    if key not in stages:
        raise Invalid(fields={field: [f"“{key}” is no stage. Use one of: {', '.join(stages)}."]})
    return stages[key]


def first_open(workspace: Workspace) -> Stage:
    """Where a deal begins: `new`, or what stands first where the workspace has no such stage."""
    stages = [stage for stage in lay_out(workspace) if stage.kind == Stage.Kind.OPEN]
    return next((stage for stage in stages if stage.key == DEFAULT[0][0]), stages[0])


@transaction.atomic
def create(*, actor: Actor, key: str, name: str, **fields: Any) -> Stage:
    """A further stage, at the right end of the board."""
    actor.must_administer()
    actor.must_see_all()
    lay_out(actor.workspace)
    advisory_lock(f"deals.stages {actor.workspace.pk}")
    last: int = Stage.objects.filter(workspace=actor.workspace).aggregate(last=Max("position"))["last"]
    try:
        with transaction.atomic():
            return Stage.objects.create(workspace=actor.workspace, key=key, name=name, position=last + 1, **fields)
    except IntegrityError:
        raise Conflict(f"There is a stage “{key}” already.", code="already_exists") from None


@transaction.atomic
def change(*, actor: Actor, stage: Stage, **fields: Any) -> Stage:
    """Write name, probability, rot_days, kind; `position` moves the stage there and the others aside."""
    actor.must_administer()
    actor.must_see_all()
    position = fields.pop("position", None)
    if fields.get("kind", stage.kind) != stage.kind:
        _must_not_be_last_of_its_kind(stage)
        if stage.deals.filter(deleted_at=None).exists():
            raise Conflict("This stage holds deals. Move them out before you change its kind.", code="stage_in_use")
    write(stage, **fields)
    if position is not None:
        _reorder(actor.workspace, stage, position)
    return stage


@transaction.atomic
def delete(*, actor: Actor, stage: Stage) -> None:
    """Take an unused stage away. One with a deal in its past stays: the history names it."""
    actor.must_administer()
    actor.must_see_all()
    if Deal.objects.filter(stage=stage).exists():
        raise Conflict("This stage holds deals. Move them out first.", code="stage_in_use")
    _must_not_be_last_of_its_kind(stage)
    try:
        with transaction.atomic():
            stage.delete()
    except IntegrityError:
        raise Conflict("Deals have been in this stage; their history names it.", code="stage_in_use") from None


def _must_not_be_last_of_its_kind(stage: Stage) -> None:
    advisory_lock(f"deals.stages {stage.workspace_id}")
    if not Stage.objects.filter(workspace=stage.workspace_id, kind=stage.kind).exclude(pk=stage.pk).exists():
        raise Conflict(f"A pipeline needs a stage of kind {stage.kind}.", code="last_of_its_kind")


def _reorder(workspace: Workspace, stage: Stage, position: int) -> None:
    advisory_lock(f"deals.stages {workspace.pk}")
    others = [one for one in Stage.objects.filter(workspace=workspace) if one.pk != stage.pk]
    others.insert(max(0, position - 1), stage)
    for number, one in enumerate(others, 1):
        if one.position != number:
            write(one, position=number)
