"""How much a model's word counts. Its confidence is not calibrated: a model that is wrong is as sure as one that is
right. So it takes two: only where it names the label that the local model leans to may the tag pass a threshold."""

from inbox.intents.judgement import Judgement
from inbox.intents.llm.answer import Answer

# Above this the calibrated local model holds its label for likelier right than wrong.
LEANS = 0.5
# Both say so, and the local one leans to it: enough for all that Parley does by itself (`inbox.reactions.SURE`).
BOTH = 0.9
# Both say so, but the local one was guessing: needs no look, yet takes nobody off a list.
BOTH_UNSURE = 0.8
# It stands alone: below every threshold that can be set (`inbox.thresholds.LEAST`), so a person looks, nothing acts.
ALONE = 0.49


def weigh(answer: Answer, so_far: Judgement, version: str) -> Judgement | None:
    """The judgement that both together give; None where the local one stands as it is. What the local model leans to
    counts, whether or not it was sure enough to say so."""
    leaning, probability = so_far.leaning
    agreed, leans = answer.intent == leaning, probability > LEANS
    if not agreed and leans:
        return None
    most = (BOTH if leans else BOTH_UNSURE) if agreed else ALONE
    confidence = min(answer.confidence, most)
    if agreed and confidence <= probability:
        return None
    return Judgement(
        answer.intent, confidence, answer.start, answer.end, made_by="llm", version=version,
        reason="both models" if agreed else "the language model alone",
    )  # fmt: skip
