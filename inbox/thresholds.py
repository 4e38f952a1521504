"""How sure an intent must be before it is taken at its word: for each label of a workspace."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Case, F, FloatField, OuterRef, Q, Subquery, Value, When

from accounts.actors import Actor
from accounts.models import Workspace
from activity.log import record
from activity.types import EventType
from crm.errors import Invalid
from inbox.intents.labels import Intent
from inbox.intents.passes import NEEDS_A_LOOK
from inbox.models import Conversation, IntentTag, IntentThreshold

LEAST, MOST = 0.5, 0.99


def thresholds(workspace: Workspace) -> Mapping[Intent, float]:
    """The confidence from which each label needs no look. One query."""
    moved = dict(IntentThreshold.objects.filter(workspace=workspace).values_list("intent", "value"))
    return {intent: moved.get(intent.value, NEEDS_A_LOOK) for intent in Intent}


@transaction.atomic
def move(*, actor: Actor, values: Mapping[Intent, float]) -> list[Intent]:
    """Move the thresholds of these labels, and look again at the open conversations that show one of them. Returns
    those that moved. Raises Invalid for a value outside of 0.5 to 0.99."""
    actor.must_administer()
    actor.must_see_all()
    wrong = {str(intent): [f"Choose from {LEAST:.0%} to {MOST:.0%}."] for intent in values if not _fits(values[intent])}
    if wrong:
        raise Invalid(fields=wrong)
    present = thresholds(actor.workspace)
    moved = [intent for intent, value in values.items() if value != present[intent]]
    for intent in moved:
        IntentThreshold.objects.update_or_create(
            workspace=actor.workspace, intent=intent.value, defaults={"value": values[intent]}
        )
    _look_again(actor, moved)
    if moved:
        shares = {str(intent): [present[intent], values[intent]] for intent in moved}
        record(actor, EventType.THRESHOLDS_MOVED, actor.workspace, moved=shares)
    return moved


def _fits(value: float) -> bool:
    return LEAST <= value <= MOST


def _look_again(actor: Actor, moved: list[Intent]) -> None:
    """One statement, and only what changes by it. What a person said is sure whatever the threshold."""
    values = thresholds(actor.workspace)
    confidence = IntentTag.objects.filter(pk=OuterRef("intent_tag_id")).values("confidence")
    threshold = Case(*[When(intent=one, then=Value(values[one])) for one in moved], output_field=FloatField())
    rows = Conversation.objects.filter(workspace=actor.workspace, intent__in=moved, intent_tag__isnull=False)
    rows = rows.exclude(status=Conversation.Status.CLOSED).alias(sure=Subquery(confidence), least=threshold)
    unsure = Q(sure__lt=F("least"))
    rows.filter(unsure, needs_look=False).update(needs_look=True)
    rows.filter(~unsure, needs_look=True).update(needs_look=False)
