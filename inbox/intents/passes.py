"""The three passes over a reply, cheapest first: rules, the local model, and what is plugged in for the unsure rest."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from inbox.intents import local, rules
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.labels import Intent

# Below this confidence a judgement needs a person's look: by cross-validation (`manage.py train_intents` prints it)
# that is about one reply in seven, and of the others 97 in 100 are judged right.
NEEDS_A_LOOK = 0.78
EVERYWHERE: Mapping[Intent, float] = dict.fromkeys(Intent, NEEDS_A_LOOK)


class PassFailed(Exception):
    """A further pass had no answer this time: no network, no credit, no sense in what came back."""


class Pass(Protocol):
    def __call__(self, reply: Reply, so_far: Judgement) -> Judgement | None:
        """A better judgement of the reply than `so_far`, or None. Raises PassFailed where it could not judge at all."""


def judge(
    reply: Reply, *, thresholds: Mapping[Intent, float] = EVERYWHERE, further: Sequence[Pass] = (),
    model: local.LocalModel | None = None,
) -> Judgement:  # fmt: skip
    """What the person wants. model: the workspace's own, instead of the one that Parley comes with. Never fails: where
    every further pass does, the local model's judgement stands. A further pass may take seconds and speak over the
    network: no transaction may be open then."""
    if by_rule := rules.judge(reply):
        return by_rule
    by_model = (model or local.shipped()).judge(reply)
    if not is_unsure(by_model, thresholds):
        return by_model
    return next((better for better in (_ask(one, reply, by_model) for one in further) if better), by_model)


def is_unsure(judged: Judgement, thresholds: Mapping[Intent, float]) -> bool:
    """Whether the local model is too unsure of its label to be taken at its word."""
    return judged.made_by == "model" and judged.confidence < thresholds[judged.intent]


def _ask(one: Pass, reply: Reply, so_far: Judgement) -> Judgement | None:
    try:
        return one(reply, so_far)
    except PassFailed:
        return None
