"""The third pass itself: one reply, one question, one answer that keeps to its form, or none."""

import time
from dataclasses import dataclass

from inbox.intents.judgement import Judgement, Reply
from inbox.intents.llm import answer, budget, question, speaking, trouble, weighing
from inbox.intents.llm.answer import Answer
from inbox.intents.llm.models import LlmSettings
from inbox.intents.passes import PassFailed

# Nothing of anybody's: what "Try it" sends.
SAMPLE = Reply("Thanks for getting in touch. Could you send me a quote for twenty seats?", channel="email")


@dataclass(frozen=True)
class Asked:
    answer: Answer
    tokens: int
    seconds: float


@dataclass(frozen=True)
class Asking:
    """A `Pass` of one workspace. Speaks over the network: no transaction may be open."""

    settings: LlmSettings

    def __call__(self, reply: Reply, so_far: Judgement) -> Judgement | None:
        """Raises PassFailed; what it came to is counted already."""
        if not question.shown(reply).strip() or question.speaks_to_a_machine(reply):
            return None
        try:
            return weighing.weigh(self._ask(reply), so_far, self.settings.version_of_tags)
        except budget.NotAsked:
            budget.skip(self.settings.workspace)
            raise

    def _ask(self, reply: Reply) -> Answer:
        if budget.is_paused(self.settings):
            raise budget.NotAsked("It is left alone for a while after failing.")
        return ask(self.settings, reply).answer


def ask(settings: LlmSettings, reply: Reply) -> Asked:
    """Ask about `reply`, within today's budget, and count what it came to. Raises PassFailed."""
    day = budget.spend(settings)
    begun = time.monotonic()
    try:
        content = question.content(reply)
        body = speaking.ask(settings, content)
        tokens = speaking.tokens(body, content)
        budget.used(settings, day, tokens)
        found = answer.read(speaking.said(settings, body), question.shown(reply))
    except PassFailed as failure:
        wait = failure.wait if isinstance(failure, trouble.Refused) else budget.NO_WAIT
        budget.failed(settings, day, str(failure), wait)
        raise
    budget.succeeded(settings)
    return Asked(found, tokens, time.monotonic() - begun)
