"""The stand-in, started once for all tests; a workspace that asks it; and a reply that the local model is unsure of."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import Membership
from inbox.intents import local
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.labels import Intent
from inbox.intents.llm import choosing
from inbox.intents.llm.choosing import Choice
from inbox.intents.llm.models import LlmSettings
from tests.cast import acting
from tests.inbox.intents.llm.stand_in import StandIn

KEY = "sk-planted-key-4711-0815"
Chosen = Callable[..., LlmSettings]


@pytest.fixture(scope="session")
def _model() -> Iterator[StandIn]:
    stand_in = StandIn()
    yield stand_in
    stand_in.stop()


@pytest.fixture
def model(_model: StandIn) -> StandIn:
    _model.says(evidence="Hello")
    return _model


@pytest.fixture
def chosen(model: StandIn, owner: Membership) -> Chosen:
    """`chosen(kind="anthropic", …)`: the workspace asks the stand-in from now on."""

    def choose(**changes: Any) -> LlmSettings:
        given = {"base_url": f"{model.url}/v1", "model": "small-1", "api_key": KEY, "seconds": 2, "enabled": True}
        choosing.choose(actor=acting(owner), choice=Choice(**{**given, **changes}))
        return LlmSettings.objects.select_related("workspace").get(workspace=owner.workspace)

    return choose


@pytest.fixture(params=["openai-schema", "openai-tool", "anthropic"])
def spoken(request: pytest.FixtureRequest, chosen: Chosen) -> LlmSettings:
    """The workspace's model, in each way of speaking."""
    kind, _, shape = request.param.partition("-")
    return chosen(kind=kind, shape=shape or "schema")


UNCLEAR = (
    "Well.",
    "Perhaps.",
    "Let me see.",
    "We have one already, what would change?",
    "How much, and when could we?",
    "Not this week.",
    "Send it over, though it looks dear.",
    "My colleague handles this.",
    "Can we see it first?",
    "Interesting, but not now.",
    "Maybe later?",
    "Who else uses it, and could we talk?",
)


def leaning() -> tuple[str, Judgement]:
    """A reply that the local model is unsure of, though it leans to a label; and what it says of it."""
    said = ((text, local.judge(Reply(text))) for text in UNCLEAR)
    return next((text, judged) for text, judged in said if 0.52 < judged.confidence < 0.69)


def guessed() -> tuple[str, Judgement]:
    """A reply of one word, of which the local model says too little to lean on."""
    return "Hmm", local.judge(Reply("Hmm"))


def another(intent: Intent) -> Intent:
    return Intent.QUESTION if intent != Intent.QUESTION else Intent.BOOKING
