"""Speaking with the model, through its vendor's own library. The libraries are big (some 50 MB, seconds to load) and
are loaded by the first call alone: where nothing is set up, neither web nor worker ever holds them."""

import json
from typing import Any

import httpx2 as httpx

from crm.outside import CONNECT_SECONDS
from inbox.intents.llm import anthropic_style, openai_style, question
from inbox.intents.llm.discreet import Discreet
from inbox.intents.llm.models import LlmSettings
from inbox.intents.passes import PassFailed

CHARACTERS_OF_A_TOKEN = 4
# No call of ours costs so many: an endpoint that says so is not believed.
MOST_TOKENS = 10_000_000
_STYLES = {LlmSettings.Kind.OPENAI: openai_style, LlmSettings.Kind.ANTHROPIC: anthropic_style}
_COUNTED = (("prompt_tokens", "completion_tokens"), ("input_tokens", "output_tokens"))


def ask(settings: LlmSettings, content: str) -> Any:
    """The answer's body, read from JSON. One call, no second try. Raises PassFailed with a sentence for people. No
    transaction may be open."""
    timeout = httpx.Timeout(settings.seconds, connect=min(CONNECT_SECONDS, settings.seconds))
    with httpx.Client(transport=Discreet(settings), timeout=timeout, follow_redirects=False, trust_env=False) as line:
        text = _style(settings).speak(settings, line, content)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise PassFailed("It answered with something that is not JSON.") from None


def said(settings: LlmSettings, body: Any) -> object:
    """What the model answered, not looked at yet. Raises PassFailed where that cannot be found."""
    try:
        return _style(settings).said(settings, body)
    except (KeyError, IndexError, TypeError, AttributeError):
        raise PassFailed("Its answer does not have the form of this API.") from None


def tokens(body: Any, content: str) -> int:
    """Of question and answer, as the endpoint counts; where it does not say, by the length of what went to and fro."""
    usage: Any = body.get("usage") if isinstance(body, dict) else None
    for names in _COUNTED if isinstance(usage, dict) else ():
        pair = [usage.get(name) for name in names]
        if all(type(one) is int and 0 <= one < MOST_TOKENS for one in pair):
            return sum(pair)
    return (len(question.SYSTEM) + len(content) + len(json.dumps(body))) // CHARACTERS_OF_A_TOKEN


def _style(settings: LlmSettings) -> Any:
    return _STYLES[LlmSettings.Kind(settings.kind)]
