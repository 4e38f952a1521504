"""A model made from corrections at the command line, and what would change by it, in lines to read."""

from accounts.actors import system
from accounts.models import Workspace
from crm.errors import Conflict, NotFound
from inbox.intents.learning import making, shadow
from inbox.intents.learning.models import LearnedModel


def make_and_tell(slug: str) -> list[str]:
    """Raises NotFound where there is no such workspace, Conflict where no model came of it."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise NotFound(f"There is no workspace “{slug}”.")
    model = making.begin(system(workspace, "train_intents"))
    while model.state == LearnedModel.State.WAITING:
        making.work_off()
        model.refresh_from_db()
    if model.state == LearnedModel.State.DEAD:
        raise Conflict(f"No model was made: {model.last_error}", code="not_trained")
    return [*_figures(model), *_changes(model), "Look at it and switch it on under Settings → Intents."]


def _figures(model: LearnedModel) -> list[str]:
    found = model.figures
    return [
        f"Version            {model.version}",
        f"Corrected          {found['corrected']}, {found['right']} of them right; before, {found['right_shipped']}",
        f"Macro-F1           {found['macro_f1']:.3f} ({found['low']:.3f} to {found['high']:.3f}; cross-validated)",
        f"Brier score        {found['brier']:.3f}",
    ]


def _changes(model: LearnedModel) -> list[str]:
    counts = model.counts
    moves = sorted((name, number) for name, number in counts.items() if ">" in name)
    return [
        f"Judged before      {model.judged} messages of the last 90 days",
        f"Needs a look       {counts.get(shadow.LOOK_BEFORE, 0)} before, {counts.get(shadow.LOOK_AFTER, 0)} with it",
        f"Acts by itself     {counts.get(shadow.ACTS_BEFORE, 0)} before, {counts.get(shadow.ACTS_AFTER, 0)} with it",
        *(f"{name.replace('>', ' → '):<36} {number}" for name, number in moves),
    ]
