"""Only an answer that keeps to its form is believed."""

from typing import Any

import pytest

from inbox.intents.labels import Intent
from inbox.intents.llm.answer import read
from inbox.intents.passes import PassFailed

TEXT = "Hi,\n\nwe know  your tool. Could you\nsend a quote? 我们想预约演示"
GOOD = {"intent": "interested", "confidence": 0.9, "evidence": "send a quote?"}


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ("send a quote?", "send a quote?"),
        ("you send a quote", "you\nsend a quote"),
        ("know your tool", "know  your tool"),
        ("预约", "预约"),
    ],
)
def test_the_evidence_is_the_texts_own_words_whatever_the_spaces(evidence: str, words: str) -> None:
    found = read(GOOD | {"evidence": evidence}, TEXT)
    assert (found.intent, found.confidence, TEXT[found.start : found.end]) == (Intent.INTERESTED, 0.9, words)


def test_words_stand_where_they_are_words_and_not_inside_of_others() -> None:
    found = read(GOOD | {"evidence": "no"}, "I know. But no.")
    assert (found.start, found.end) == (12, 14)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ("Sure! {}", "not JSON alone"),
        ('```json\n{"intent": 1}\n```', "not JSON alone"),
        ('{"intent": "interested", "confidence": 0.9, "evid', "not JSON alone"),
        ("[" * 100_000, "not JSON alone"),
        ([], "these alone"),
        ("7", "these alone"),
        ({"intent": "interested"}, "these alone"),
        (GOOD | {"reasoning": "because"}, "these alone"),
        (GOOD | {"intent": "spam"}, "label that there is not"),
        (GOOD | {"intent": 3}, "label that there is not"),
        (GOOD | {"intent": "Interested"}, "label that there is not"),
        (GOOD | {"intent": None}, "label that there is not"),
        (GOOD | {"confidence": 1.01}, "between 0 and 1"),
        (GOOD | {"confidence": -0.1}, "between 0 and 1"),
        (GOOD | {"confidence": float("nan")}, "between 0 and 1"),
        (GOOD | {"confidence": "0.9"}, "no number"),
        (GOOD | {"confidence": True}, "no number"),
        (GOOD | {"confidence": None}, "no number"),
        (GOOD | {"evidence": ""}, "no words"),
        (GOOD | {"evidence": "?"}, "no words"),
        (GOOD | {"evidence": 5}, "no words"),
        (GOOD | {"evidence": ["send"]}, "no words"),
        (GOOD | {"evidence": "send an offer"}, "not in the message"),
        (GOOD | {"evidence": "end a quote"}, "not in the message"),
        (GOOD | {"evidence": "SEND A QUOTE"}, "not in the message"),
        (GOOD | {"evidence": "know " * 101}, "not in the message"),
    ],
)
def test_whatever_else_comes_back_is_refused(said: Any, words: str) -> None:
    with pytest.raises(PassFailed, match=words):
        read(said, TEXT)
