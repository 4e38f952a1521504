"""It takes two: what the language model says alone is shown, and acts on nobody."""

import pytest

from inbox.intents.judgement import Judgement
from inbox.intents.labels import Intent
from inbox.intents.llm import weighing
from inbox.intents.llm.answer import Answer
from inbox.intents.llm.weighing import weigh
from inbox.intents.passes import NEEDS_A_LOOK
from inbox.reactions import SURE
from inbox.thresholds import LEAST

GONE, QUESTION, INTERESTED = Intent.NOT_INTERESTED, Intent.QUESTION, Intent.INTERESTED


def weighed(
    said: Intent, sure: float, local: Intent, so_far: float, doubted: tuple[Intent, float] | None = None
) -> tuple[Intent, float] | None:
    judged = Judgement(local, so_far, 0, 4, made_by="model", version="local-1", doubted=doubted)
    found = weigh(Answer(said, sure, 5, 9), judged, "openai:small-1")
    if found is None:
        return None
    assert (found.made_by, found.version, found.start, found.end) == ("llm", "openai:small-1", 5, 9)
    return found.intent, found.confidence


@pytest.mark.parametrize(
    ("said", "sure", "local", "so_far", "expected"),
    [
        (GONE, 1.0, GONE, 0.6, (GONE, 0.9)),  # both, and the local one leans to it
        (GONE, 0.72, GONE, 0.6, (GONE, 0.72)),  # never surer than the model itself
        (GONE, 1.0, GONE, 0.5, (GONE, 0.8)),  # both, but the local one was guessing
        (GONE, 0.6, GONE, 0.6, None),  # adds nothing
        (GONE, 1.0, GONE, 0.95, None),
        (GONE, 1.0, QUESTION, 0.51, None),  # contradicts what the local one leans to
        (GONE, 1.0, QUESTION, 0.5, (GONE, 0.49)),  # alone
        (GONE, 0.3, QUESTION, 0.4, (GONE, 0.3)),
    ],
)
def test_what_both_give(
    said: Intent, sure: float, local: Intent, so_far: float, expected: tuple[Intent, float] | None
) -> None:
    assert weighed(said, sure, local, so_far) == expected


@pytest.mark.parametrize(
    ("said", "sure", "doubted", "expected"),
    [
        (GONE, 0.95, 0.55, (GONE, 0.9)),  # both say what the local one leaned to and did not show
        (GONE, 0.95, 0.45, (GONE, 0.8)),  # both, but the local one was guessing
        (GONE, 0.5, 0.55, None),  # adds nothing
        (INTERESTED, 0.95, 0.55, None),  # agrees with what is shown, and not with what the local one leans to
        (INTERESTED, 0.95, 0.45, (INTERESTED, 0.49)),
        (QUESTION, 0.95, 0.55, None),
    ],
)
def test_what_the_local_model_doubted_is_what_it_leans_to(
    said: Intent, sure: float, doubted: float, expected: tuple[Intent, float] | None
) -> None:
    assert weighed(said, sure, INTERESTED, 0.3, (GONE, doubted)) == expected


def test_alone_it_is_below_every_threshold_and_only_a_leaning_agreement_is_sure_enough_to_act() -> None:
    assert weighing.ALONE < LEAST < NEEDS_A_LOOK <= weighing.BOTH_UNSURE < SURE < weighing.BOTH
