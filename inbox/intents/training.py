"""How the local model is made from examples. Only here, never at run time, is scikit-learn needed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from inbox.intents.examples import Example, version_of
from inbox.intents.features import BLOCKS, features
from inbox.intents.labels import Intent
from inbox.intents.local import Block, Floats, LocalModel
from inbox.intents.validation import Validation

# The best of the settings tried; docs/intents.md compares the families.
SCALE = {"word": 1.8, "letter": 1.0, "concept": 0.25}
LOGARITHMIC = {"word": True, "letter": True, "concept": False}
SEEN_AT_LEAST = {"word": 1, "letter": 2, "concept": 2}
STRENGTH = 0.5
FOLDS = 6
# A reply that a person corrected counts as this many written ones: it is what arrives here, and there are few.
WEIGHT_OF_CORRECTED = 3.0
# What only corrected replies say enters the model's vocabulary from this many people on: nobody's name stands in it.
PEOPLE_AT_LEAST = 3

Counts = dict[str, Counter[str]]


@dataclass(frozen=True, slots=True)
class Trained:
    """validation: of the written examples first, then of the corrected ones, in their order."""

    model: LocalModel
    validation: Validation


def train(examples: list[Example], corrected: Sequence[Example] = ()) -> Trained:
    """The model of all examples, calibrated on folds that keep each writing batch together. corrected: what people of
    one workspace said of their own messages; the batch of each is the person who wrote it.

    No intent may live in the batches of one fold alone: the others would make a model that does not know it.
    """
    taught = _Taught.of(examples, corrected)
    scores = _scores_out_of_fold(taught)
    names = np.unique(taught.labels)
    intents, truth = tuple(Intent(value) for value in names), np.searchsorted(names, taught.labels)
    sharpness = _sharpness(scores, truth)
    probabilities = softmax(scores * sharpness, axis=1)
    version = version_of([*examples, *corrected])
    return Trained(
        model=_fit(taught, version=version, intents=intents, sharpness=sharpness),
        validation=Validation(intents, truth, probabilities, taught.batches),
    )


@dataclass(frozen=True, slots=True)
class _Taught:
    """What is learned from, row by row."""

    counted: list[Counts]
    labels: np.ndarray
    batches: np.ndarray
    weights: np.ndarray
    private: np.ndarray

    @classmethod
    def of(cls, examples: list[Example], corrected: Sequence[Example]) -> "_Taught":
        rows = [*examples, *corrected]
        private = np.arange(len(rows)) >= len(examples)
        return cls(
            counted=[features(row.text) for row in rows],
            labels=np.array([row.label for row in rows]),
            batches=np.array([row.batch for row in rows]),
            weights=np.where(private, WEIGHT_OF_CORRECTED, 1.0),
            private=private,
        )

    def only(self, at: np.ndarray) -> "_Taught":
        counted = [self.counted[row] for row in at]
        return _Taught(counted, self.labels[at], self.batches[at], self.weights[at], self.private[at])


def _scores_out_of_fold(taught: _Taught) -> Floats:
    scores = np.zeros((len(taught.counted), len(np.unique(taught.labels))), dtype=np.float32)
    folds = GroupKFold(min(FOLDS, len(np.unique(taught.batches))))
    for seen, unseen in folds.split(taught.counted, taught.labels, taught.batches):
        vocabulary, model = _learned(taught.only(seen))
        scores[unseen] = model.decision_function(_matrix(vocabulary, [taught.counted[at] for at in unseen]))
    return scores


def _learned(taught: _Taught) -> "tuple[list[_Vocabulary], LinearSVC]":
    vocabulary = [_Vocabulary.of(name, taught) for name in BLOCKS]
    matrix = _matrix(vocabulary, taught.counted)
    return vocabulary, _classifier().fit(matrix, taught.labels, sample_weight=taught.weights)


def _fit(taught: _Taught, *, version: str, intents: tuple[Intent, ...], sharpness: float) -> LocalModel:
    vocabulary, classifier = _learned(taught)
    ends = np.cumsum([len(block.rows) for block in vocabulary])
    weights = np.split(classifier.coef_.T.astype(np.float32), ends[:-1])
    blocks = {block.name: block.with_weights(part) for block, part in zip(vocabulary, weights, strict=True)}
    return LocalModel(version, intents, blocks, classifier.intercept_.astype(np.float32), sharpness)


def _classifier() -> LinearSVC:
    return LinearSVC(C=STRENGTH, class_weight="balanced", random_state=0)


def _sharpness(scores: Floats, truth: np.ndarray) -> float:
    """The factor under which the scores, as probabilities, surprise least (temperature scaling); to four digits."""

    def surprise(factor: float) -> float:
        return -float(log_softmax(scores * factor, axis=1)[np.arange(len(truth)), truth].mean())

    return float(f"{minimize_scalar(surprise, bounds=(0.05, 20), method='bounded').x:.4g}")


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    name: str
    rows: dict[str, int]
    weighting: TfidfTransformer

    @classmethod
    def of(cls, name: str, taught: _Taught) -> "_Vocabulary":
        rows = {feature: row for row, feature in enumerate(sorted(_known(name, taught)))}
        return cls(name, rows, TfidfTransformer().fit(_counts(name, rows, taught.counted)))

    def matrix(self, counted: list[Counts]) -> csr_matrix:
        return cast("csr_matrix", self.weighting.transform(_counts(self.name, self.rows, counted))) * SCALE[self.name]

    def with_weights(self, weights: Floats) -> Block:
        rarity = self.weighting.idf_.astype(np.float32)
        return Block(SCALE[self.name], LOGARITHMIC[self.name], self.rows, rarity, weights)


def _known(name: str, taught: _Taught) -> set[str]:
    """What the written examples say often enough, and what enough people say in corrected ones."""
    written: Counter[str] = Counter()
    said_by: defaultdict[str, set[str]] = defaultdict(set)
    for counts, batch, private in zip(taught.counted, taught.batches, taught.private, strict=True):
        if not private:
            written.update(counts[name].keys())
            continue
        for feature in counts[name]:
            said_by[feature].add(batch)
    often = {feature for feature, times in written.items() if times >= SEEN_AT_LEAST[name]}
    return often | {feature for feature, people in said_by.items() if len(people) >= PEOPLE_AT_LEAST}


def _matrix(vocabulary: list[_Vocabulary], counted: list[Counts]) -> csr_matrix:
    return hstack([block.matrix(counted) for block in vocabulary]).tocsr()


def _counts(name: str, rows: dict[str, int], counted: list[Counts]) -> csr_matrix:
    found = [
        (at, rows[feature], 1 + np.log(count) if LOGARITHMIC[name] else 1.0)
        for at, counts in enumerate(counted)
        for feature, count in counts[name].items()
        if feature in rows
    ]
    at, row, value = zip(*found, strict=True)
    return csr_matrix((value, (at, row)), shape=(len(counted), len(rows)))
