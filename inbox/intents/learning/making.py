"""Making a model from what people corrected: trained in a process of its own, then run in the shadow, as one piece of
work that a killed worker loses nothing of."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actors import Actor
from activity.work import Failed, hold, run_outside
from crm.errors import Conflict
from crm.nudge import nudge
from inbox.intents.features import FORMAT
from inbox.intents.learning import apart, shadow
from inbox.intents.learning.corrected import corrected, number_corrected
from inbox.intents.learning.models import LearnedModel

# Fewer say more about chance than about what people write here.
LEAST = 10


def begin(actor: Actor) -> LearnedModel:
    """Have a model made from all that was corrected so far. Raises Conflict where that is too little, or one is being
    made."""
    actor.must_administer()
    actor.must_see_all()
    number = number_corrected(actor.workspace)
    if number < LEAST:
        raise Conflict(
            f"People corrected {number} message{'' if number == 1 else 's'} so far; a model needs {LEAST}.",
            code="too_few_corrections",
        )
    try:
        with transaction.atomic():
            model = LearnedModel.objects.create(
                workspace=actor.workspace, member=actor.membership, features=FORMAT, due_at=timezone.now()
            )
            nudge("inbox.tasks.learn")
    except IntegrityError:
        raise Conflict("A model is being made already: wait until it is through.", code="still_running") from None
    return model


def work_off(*, most: int = 20) -> int:
    """Do up to `most` steps of what waits, and return how many were tried."""
    return run_outside(LearnedModel, _act, most=most)


def _act(model: LearnedModel) -> Callable[[], bool]:
    if model.content is not None:
        return partial(shadow.step, model)
    hold(model, timedelta(seconds=apart.PATIENCE + 60))
    try:
        return partial(_keep, model, apart.train_apart(corrected(model.workspace)))
    except apart.NotTrained as error:
        raise Failed(str(error)) from None


def _keep(model: LearnedModel, made: apart.Made) -> bool:
    model.content, model.version, model.figures = made.content, made.version, made.figures
    model.total = shadow.number_of(model.workspace)
    model.save(update_fields=["content", "version", "figures", "total"])
    return True
