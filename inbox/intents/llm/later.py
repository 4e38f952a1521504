"""The queue of messages to be asked about. Each has its tag by the local model already: nobody waits for it."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from crm.nudge import nudge
from crm.transactions import insert_once
from inbox.intents.judgement import Judgement
from inbox.intents.llm import choosing
from inbox.intents.llm.models import LlmWork
from inbox.intents.passes import is_unsure
from inbox.models import Message
from inbox.thresholds import thresholds

# How many one worker asks about before it looks after other work.
MOST_AT_ONCE = 20
_BEING_ASKED = LlmWork.objects.filter(
    workspace=OuterRef("workspace"), state=LlmWork.State.WAITING, leased_until__gt=Now()
)
# One call of a workspace at a time, so that a slow endpoint holds up nobody else's.
ONE_OF_EACH = Q(~Exists(_BEING_ASKED))


def ask_later(message: Message, judged: Judgement) -> bool:
    """Have the model asked about `message`, where the workspace has one and the local model is unsure. In the
    transaction of its tag; says whether it will be."""
    if judged.made_by != "model" or not choosing.is_on(message.workspace):
        return False
    if not is_unsure(judged, thresholds(message.workspace)):
        return False
    work = LlmWork(message=message, workspace_id=message.workspace_id, due_at=timezone.now())
    nudge("inbox.tasks.ask")
    return insert_once(work)
