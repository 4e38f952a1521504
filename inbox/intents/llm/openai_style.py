"""Chat completions, as OpenAI and everybody who is compatible with it speaks them."""

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
    from openai import OpenAI, OpenAIError

    with in_words(settings, OpenAIError):
        client = OpenAI(api_key=NO_KEY, base_url=settings.base_url, max_retries=0, http_client=line)
        return str(client.chat.completions.with_raw_response.create(**_question(settings, content)).http_response.text)


def _question(settings: LlmSettings, content: str) -> dict[str, Any]:
    messages = [{"role": "system", "content": question.SYSTEM}, {"role": "user", "content": content}]
    return {"model": settings.model, "messages": messages, **_shape(settings), **_most(settings)}


def _shape(settings: LlmSettings) -> dict[str, Any]:
    if settings.shape == LlmSettings.Shape.SCHEMA:
        schema = {"name": question.NAME, "schema": question.SCHEMA, "strict": True}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    tool = {"name": question.NAME, "description": "Say the label.", "parameters": question.SCHEMA}
    choice = {"type": "function", "function": {"name": question.NAME}}
    return {"tools": [{"type": "function", "function": tool}], "tool_choice": choice}


def _most(settings: LlmSettings) -> dict[str, int]:
    """OpenAI's own newer models refuse `max_tokens`, and many servers that speak like it know nothing else."""
    host = httpx.URL(settings.base_url).host
    newer = host.endswith((".openai.com", ".azure.com"))
    return {"max_completion_tokens" if newer else "max_tokens": question.MOST_TOKENS}


def said(settings: LlmSettings, body: Any) -> object:
    """What it answered, not looked at yet. Raises PassFailed where there is none, and whatever a body of another form
    raises."""
    choice = body["choices"][0]
    message = choice["message"]
    if choice.get("finish_reason") == "length":
        raise PassFailed("Its answer is cut off.")
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        raise PassFailed("It declined to answer.")
    if settings.shape == LlmSettings.Shape.SCHEMA:
        return message["content"]
    return called([one["function"] for one in message.get("tool_calls") or []], "arguments")
