"""How a deal of the script came to where it is: when it stood in which stage, told from its conversation."""

from datetime import datetime

from demo.story import Conversation

WON = ("new", "contacted", "interested", "negotiating", "won")
LOST = ("new", "contacted", "lost")


def progress(conversation: Conversation, now: datetime) -> list[tuple[datetime, str]]:
    """The moments at which the deal came into each stage, in order; [] without a deal. The first and the last stage are
    those of the story; of those between, as many as the messages between give occasion to."""
    if conversation.deal is None:
        return []
    stages = _stages_up_to(conversation.deal.stage)
    moments = _moments(conversation, now)
    reached: dict[datetime, str] = {}
    for place, stage in enumerate(stages):
        reached.setdefault(moments[place * (len(moments) - 1) // max(1, len(stages) - 1)], stage)
    reached[moments[-1] if len(stages) > 1 else moments[0]] = stages[-1]
    return list(reached.items())


def _stages_up_to(stage: str) -> tuple[str, ...]:
    return LOST if stage == "lost" else WON[: WON.index(stage) + 1]


def _moments(conversation: Conversation, now: datetime) -> list[datetime]:
    """The messages' times; of a deal that closed on a day that is told, those up to that day."""
    moments = [message.moment(now) for message in conversation.messages]
    closed_on = conversation.deal.expected_on(now) if conversation.deal else None
    if closed_on is None or conversation.deal is None or conversation.deal.stage not in ("won", "lost"):
        return moments
    before = [moment for moment in moments if moment.astimezone(conversation.zone).date() <= closed_on]
    return before or moments[:1]
