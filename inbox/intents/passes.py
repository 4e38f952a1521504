"""The three passes over a reply, cheapest first: rules, the local model, and what is plugged in for the unsure rest."""

from collections.abc import Sequence
from typing import Protocol

from inbox.intents import local, rules
from inbox.intents.judgement import Judgement, Reply

# Below this confidence a judgement needs a person's look: by cross-validation (`manage.py train_intents` prints it)
# that is about one reply in eight, and of the others nineteen in twenty are judged right.
NEEDS_A_LOOK = 0.7


class PassFailed(Exception):
    """A further pass had no answer this time: no network, no credit, no sense in what came back."""


class Pass(Protocol):
    def __call__(self, reply: Reply) -> Judgement | None:
        """A better judgement of the reply, or None. Raises PassFailed where it could not judge at all."""


def judge(reply: Reply, *, threshold: float = NEEDS_A_LOOK, further: Sequence[Pass] = ()) -> Judgement:
    """What the person wants. Never fails: where every further pass does, the local model's judgement stands."""
    if by_rule := rules.judge(reply):
        return by_rule
    by_model = local.judge(reply)
    if by_model.confidence >= threshold:
        return by_model
    return next((better for better in (_ask(one, reply) for one in further) if better), by_model)


def _ask(one: Pass, reply: Reply) -> Judgement | None:
    try:
        return one(reply)
    except PassFailed:
        return None
