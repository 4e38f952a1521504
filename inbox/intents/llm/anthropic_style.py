"""Messages, as Anthropic speaks them."""

from typing import Any

import httpx2 as httpx

from inbox.intents.llm import question
from inbox.intents.llm.discreet import NO_KEY
from inbox.intents.llm.models import LlmSettings
from inbox.intents.llm.tools import called
from inbox.intents.llm.trouble import in_words
from inbox.intents.passes import PassFailed


def speak(settings: LlmSettings, line: httpx.Client, content: str) -> str:
    """The answer's body, as it came."""
    from anthropic import Anthropic, AnthropicError

    with in_words(settings, AnthropicError):
        client = Anthropic(
            api_key=NO_KEY, base_url=settings.base_url, max_retries=0, http_client=line, open_telemetry=False
        )
        return str(client.messages.with_raw_response.create(**_question(settings, content)).http_response.text)


def _question(settings: LlmSettings, content: str) -> dict[str, Any]:
    tool = {"name": question.NAME, "description": "Say the label.", "input_schema": question.SCHEMA}
    return {
        "model": settings.model, "max_tokens": question.MOST_TOKENS, "system": question.SYSTEM,
        "messages": [{"role": "user", "content": content}], "tools": [tool],
        "tool_choice": {"type": "tool", "name": question.NAME, "disable_parallel_tool_use": True},
    }  # fmt: skip


def said(settings: LlmSettings, body: Any) -> object:
    """What it answered, not looked at yet. Raises PassFailed where there is none, and whatever a body of another form
    raises."""
    if body.get("stop_reason") == "max_tokens":
        raise PassFailed("Its answer is cut off.")
    if body.get("stop_reason") == "refusal":
        raise PassFailed("It declined to answer.")
    return called([one for one in body["content"] if one["type"] == "tool_use"], "input")
