"""Asking over real HTTP: everything that can go wrong is told in a sentence, once, and the key is nowhere in it."""

import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest

from inbox.intents.labels import Intent
from inbox.intents.llm import asking
from inbox.intents.llm.asking import SAMPLE
from inbox.intents.llm.models import LlmDay, LlmSettings
from inbox.intents.llm.trouble import Refused
from inbox.intents.passes import PassFailed
from tests.inbox.intents.llm.conftest import KEY, Chosen
from tests.inbox.intents.llm.stand_in import StandIn

SENT = {"host", "accept", "accept-encoding", "connection", "content-type", "content-length", "user-agent"}


def failure(settings: LlmSettings) -> str:
    with pytest.raises(PassFailed) as caught:
        asking.ask(settings, SAMPLE)
    told = "".join(traceback.format_exception(caught.value)) + repr(settings) + repr(settings.secrets)
    assert KEY not in told
    return str(caught.value)


def test_a_good_answer_comes_back_in_each_way_of_speaking(spoken: LlmSettings, model: StandIn) -> None:
    model.says("interested", 0.8, "send me a quote")
    asked = asking.ask(spoken, SAMPLE)
    assert (asked.answer.intent, asked.answer.confidence, asked.tokens) == (Intent.INTERESTED, 0.8, 430)
    assert SAMPLE.text[asked.answer.start : asked.answer.end] == "send me a quote"
    assert list(LlmDay.objects.values_list("calls", "tokens", "failed")) == [(1, 430, 0)]


def test_the_key_and_nothing_of_this_machine_is_sent(
    spoken: LlmSettings, model: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI", "ANTHROPIC"):
        monkeypatch.setenv(f"{name}_API_KEY", "of-the-installation")
        monkeypatch.setenv(f"{name}_CUSTOM_HEADERS", "Authorization: Bearer of-the-installation\nX-Secret: s")
        monkeypatch.setenv(f"{name}_BASE_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    model.says("interested", 0.8, "send me a quote")
    asking.ask(spoken, SAMPLE)
    headers = model.calls()[0]["headers"]
    key = {"x-api-key": KEY, "anthropic-version": headers.get("anthropic-version")}
    expected = key if spoken.kind == "anthropic" else {"authorization": f"Bearer {KEY}"}
    assert {name: value for name, value in headers.items() if name not in SENT} == expected
    assert headers["user-agent"] == "Parley/1"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"status": 401}, "It refused the key (401)."),
        ({"status": 403}, "The key may not do this (403)."),
        (
            {"status": 404, "body": {"error": {"message": "no model small-1"}}},
            "There is no such model or address (404): no model small-1",
        ),
        (
            {"status": 400, "body": {"error": {"message": f"your {KEY} is\nodd"}}},
            "It did not take the request (400): your … is odd",
        ),
        ({"status": 500, "body": {"error": {"message": KEY}}}, "It has a fault of its own (500)."),
        ({"status": 302, "headers": {"Location": "/x"}}, "It sends elsewhere (302): enter the address itself."),
        ({"cut": True, "answer": "{}"}, "The connection to it failed."),
        (
            {"raw": "<html>Bad gateway</html>", "headers": {"Content_Type": "text/html"}},
            "It answered with something that is not JSON.",
        ),
        ({"raw": "[]"}, "Its answer does not have the form of this API."),
        ({"raw": '{"choices": [{"message": 7}], "content": [7]}'}, "Its answer does not have the form of this API."),
        ({"raw": '{"choices": [], "content": {}}'}, "Its answer does not have the form of this API."),
        ({"raw": '{"pad": "' + "x" * 300_000 + '"}'}, "127.0.0.1 answered with more than 262,144 bytes."),
    ],
)
def test_what_goes_wrong_is_told_in_a_sentence_and_counted(
    spoken: LlmSettings, model: StandIn, how: dict[str, Any], words: str
) -> None:
    model.does(**how)
    if how.get("raw") == '{"choices": [], "content": {}}' and spoken.kind == "anthropic":
        words = "It answered with nothing."
    assert failure(spoken) == words
    assert len(model.calls()) == 1
    assert list(LlmDay.objects.values_list("calls", "failed", "last_failure")) == [(1, 1, words)]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"reason": "length"}, "cut off"),
        ({"reason": "content_filter"}, "declined"),
        ({"message": {"refusal": "No."}}, "declined"),
    ],
)
def test_an_answer_that_is_cut_off_or_declined_is_none(
    chosen: Chosen, model: StandIn, how: dict[str, Any], words: str
) -> None:
    model.says("interested", 0.8, "send me a quote", **how)
    assert words in failure(chosen())


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"reason": "max_tokens"}, "cut off"),
        ({"reason": "refusal"}, "declined"),
        ({"content": [{"type": "text", "text": "It is interested."}], "reason": "end_turn"}, "nothing"),
        ({"tool": "delete_everything"}, "other tools"),
    ],
)
def test_the_same_of_anthropic(chosen: Chosen, model: StandIn, how: dict[str, Any], words: str) -> None:
    model.says("interested", 0.8, "send me a quote", **how)
    assert words in failure(chosen(kind="anthropic"))


@pytest.mark.parametrize("answer", ["", "It is interested.", '```json\n{"intent": "interested"}\n```'])
def test_prose_is_no_answer(chosen: Chosen, model: StandIn, answer: str) -> None:
    model.does(answer=answer)
    assert failure(chosen()).startswith("It answered with")
    assert LlmDay.objects.get().tokens == 430


def test_too_slow_is_given_up_on_whether_it_says_nothing_or_drips(spoken: LlmSettings, model: StandIn) -> None:
    spoken.seconds = 1
    model.says("interested", 0.8, "send me a quote", slow=3)
    assert failure(spoken) == "It did not answer within 1 seconds."
    model.says("interested", 0.8, "send me a quote", drip=True)
    assert failure(spoken) == "127.0.0.1 did not answer in time."


def test_who_asks_to_be_left_alone_says_for_how_long(spoken: LlmSettings, model: StandIn) -> None:
    model.does(status=429, headers={"Retry_After": "90"})
    with pytest.raises(Refused, match=r"its quota is used up \(429\)") as caught:
        asking.ask(spoken, SAMPLE)
    assert caught.value.wait == timedelta(seconds=90)


def test_an_endpoint_that_counts_no_tokens_is_counted_by_length(chosen: Chosen, model: StandIn) -> None:
    model.says("interested", 0.8, "send me a quote", body={"usage": {"prompt_tokens": -5, "completion_tokens": "many"}})
    assert 300 < asking.ask(chosen(), SAMPLE).tokens < 1500


def test_inside_of_the_network_it_goes_nowhere(chosen: Chosen, model: StandIn, settings: Any) -> None:
    stored = chosen()
    settings.PRIVATE_HOSTS = []
    assert "PARLEY_PRIVATE_HOSTS" in failure(stored)
    assert model.calls() == []


def test_no_log_holds_the_key_or_a_word_of_the_reply(
    spoken: LlmSettings, model: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    model.says("interested", 0.8, "send me a quote")
    asking.ask(spoken, SAMPLE)
    model.does(status=400, body={"error": {"message": f"{KEY} {SAMPLE.text}"}})
    failure(spoken)
    logged = "".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert [record for record in caplog.records if record.name.startswith("httpcore2")]
    assert [one for one in (KEY, "twenty seats") if one in logged] == []
