"""The stages of a workspace's pipeline."""

from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from accounts.actors import Actor
from accounts.models import Workspace
from activity.log import record
from activity.types import EventType
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


# Where a retired stage has its position, behind all that are on the board.
RETIRED = 10_000
LONGEST_KEY = 40


@transaction.atomic
def lay_out(workspace: Workspace) -> list[Stage]:
    """The workspace's stages, in order; the six default ones where it has none yet."""
    stages = list(Stage.objects.of(workspace))
    if stages:
        return stages
    advisory_lock(f"deals.stages {workspace.pk}")
    for position, (key, name, kind, probability, days) in enumerate(DEFAULT, 1):
        Stage.objects.get_or_create(
            workspace=workspace, key=key,
            defaults={"name": name, "position": position, "kind": kind, "probability": probability, "rot_days": days},
        )  # fmt: skip
    return list(Stage.objects.of(workspace))


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
    """A further stage, at the right end of the board. The key of a retired one brings that one back, as it is told
    here."""
    _may(actor)
    lay_out(actor.workspace)
    advisory_lock(f"deals.stages {actor.workspace.pk}")
    last: int = Stage.objects.of(actor.workspace).aggregate(last=Max("position"))["last"]
    retired = Stage.objects.filter(workspace=actor.workspace, key=key).exclude(retired_at=None).first()
    if retired is not None:
        write(retired, retired_at=None, name=name, position=last + 1, **fields)
        return _recorded(actor, EventType.STAGE_CREATED, retired)
    try:
        with transaction.atomic():
            stage = Stage.objects.create(workspace=actor.workspace, key=key, name=name, position=last + 1, **fields)
    except IntegrityError:
        raise Conflict(f"There is a stage “{key}” already.", code="already_exists") from None
    return _recorded(actor, EventType.STAGE_CREATED, stage)


@transaction.atomic
def change(*, actor: Actor, stage: Stage, **fields: Any) -> Stage:
    """Write name, probability, rot_days, kind; `position` moves the stage there and the others aside."""
    _may(actor)
    position = fields.pop("position", None)
    if fields.get("kind", stage.kind) != stage.kind:
        _must_not_be_last_of_its_kind(stage)
        if stage.deals.filter(deleted_at=None).exists():
            raise Conflict("This stage holds deals. Move them out before you change its kind.", code="stage_in_use")
    changed = write(stage, **fields)
    if position is not None and _reorder(actor.workspace, stage, position):
        changed.append("position")
    return _recorded(actor, EventType.STAGE_UPDATED, stage, changed_fields=changed) if changed else stage


@transaction.atomic
def delete(*, actor: Actor, stage: Stage) -> None:
    """Take an empty stage off the board. Raises Conflict where it holds deals (`deals.retiring` moves them first)."""
    _may(actor)
    if Deal.objects.filter(stage=stage, deleted_at=None).exists():
        raise Conflict("This stage holds deals. Move them out first.", code="stage_in_use")
    _must_not_be_last_of_its_kind(stage)
    behind = Stage.objects.filter(workspace=stage.workspace).exclude(retired_at=None).count()
    write(stage, retired_at=timezone.now(), position=RETIRED + behind)
    _recorded(actor, EventType.STAGE_DELETED, stage)


@transaction.atomic
def bring_back(*, actor: Actor, stage: Stage, position: int) -> Stage:
    """A retired stage stands on the board again."""
    _may(actor)
    write(stage, retired_at=None)
    _reorder(actor.workspace, stage, position)
    return _recorded(actor, EventType.STAGE_CREATED, stage)


def key_for(workspace: Workspace, name: str) -> str:
    """A key that no stage has, retired ones included, made of a name."""
    base = slugify(name)[: LONGEST_KEY - 4] or "stage"
    taken = set(Stage.objects.filter(workspace=workspace).values_list("key", flat=True))
    return next(key for number in count(1) if (key := base if number == 1 else f"{base}-{number}") not in taken)


def _recorded(actor: Actor, type: EventType, stage: Stage, **payload: Any) -> Stage:
    record(actor, type, stage, key=stage.key, name=stage.name, **payload)
    return stage


def _may(actor: Actor) -> None:
    actor.must_administer()
    actor.must_see_all()


def _must_not_be_last_of_its_kind(stage: Stage) -> None:
    advisory_lock(f"deals.stages {stage.workspace_id}")
    if not Stage.objects.of(stage.workspace).filter(kind=stage.kind).exclude(pk=stage.pk).exists():
        raise Conflict(f"A pipeline needs a stage of kind {stage.kind}.", code="last_of_its_kind")


def _reorder(workspace: Workspace, stage: Stage, position: int) -> bool:
    """Whether `stage` itself stands elsewhere now, or another one does."""
    advisory_lock(f"deals.stages {workspace.pk}")
    others = [one for one in Stage.objects.of(workspace) if one.pk != stage.pk]
    others.insert(max(0, position - 1), stage)
    moved = False
    for number, one in enumerate(others, 1):
        if one.position != number:
            write(one, position=number)
            moved = True
    return moved
