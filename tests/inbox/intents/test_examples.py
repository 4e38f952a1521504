"""What the training data must be, so that the figures measured on it mean something."""

import re
from collections import Counter

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from inbox.intents.examples import Example, shipped_examples
from inbox.intents.features import plain
from inbox.intents.labels import Intent

ALIKE = 0.6
AT_ONCE = 1000


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return shipped_examples()


def grams(text: str) -> frozenset[str]:
    letters = " ".join(plain(text).split())
    return frozenset(letters[at : at + 5] for at in range(max(1, len(letters) - 4)))


def test_each_intent_has_enough_examples_in_many_batches(examples: list[Example]) -> None:
    counts = Counter(example.label for example in examples)

    assert set(counts) == set(Intent)
    assert min(counts.values()) >= 450
    assert len({example.batch for example in examples}) >= 40


def test_every_batch_is_of_one_channel_and_holds_every_intent(examples: list[Example]) -> None:
    for batch in {example.batch for example in examples}:
        ours = [example for example in examples if example.batch == batch]
        assert {example.channel for example in ours} == {batch.rsplit("_", 1)[1]}
        assert {example.label for example in ours} == set(Intent), batch


def test_a_fifth_at_least_is_not_in_english(examples: list[Example]) -> None:
    assert sum(example.language != "en" for example in examples) >= len(examples) / 5


def test_no_two_examples_are_near_duplicates(examples: list[Example]) -> None:
    counted = CountVectorizer(analyzer=grams, binary=True, dtype=np.float32)
    found = counted.fit_transform([example.text for example in examples])
    sizes = np.asarray(found.sum(axis=1))
    for first in range(0, len(examples), AT_ONCE):
        block = slice(first, first + AT_ONCE)
        shared = (found[block] @ found.T).toarray()
        alike = np.argwhere(np.triu(shared > ALIKE * (sizes[block] + sizes.T - shared), k=first + 1))

        assert [(examples[first + one].text, examples[other].text) for one, other in alike] == []


def test_no_example_holds_an_address_that_somebody_may_own(examples: list[Example]) -> None:
    """Those of RFC 2606 belong to nobody."""
    places = re.compile(r"(?:@|://|www\.)([\w-]+(?:\.[\w-]+)+)")
    found = {place for example in examples for place in places.findall(example.text)}
    assert {place for place in found if not re.search(r"(^|\.)example(\.(com|org|net))?$", place)} == set()


def test_no_example_is_blank_or_untrimmed(examples: list[Example]) -> None:
    assert [example.text for example in examples if not example.text or example.text != example.text.strip()] == []
