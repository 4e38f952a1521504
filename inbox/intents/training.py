"""How the local model is made from examples. Only here, never at run time, is scikit-learn needed."""

from collections import Counter
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

Counts = dict[str, Counter[str]]


@dataclass(frozen=True, slots=True)
class Trained:
    model: LocalModel
    validation: Validation


def train(examples: list[Example]) -> Trained:
    """The model of all examples, calibrated on folds that keep each writing batch together.

    No intent may live in the batches of one fold alone: the others would make a model that does not know it.
    """
    counted = [features(example.text) for example in examples]
    labels = np.array([example.label for example in examples])
    batches = np.array([example.batch for example in examples])
    scores = _scores_out_of_fold(counted, labels, batches)
    intents, truth = tuple(Intent(value) for value in np.unique(labels)), np.searchsorted(np.unique(labels), labels)
    sharpness = _sharpness(scores, truth)
    probabilities = softmax(scores * sharpness, axis=1)
    return Trained(
        model=_fit(counted, labels, version=version_of(examples), intents=intents, sharpness=sharpness),
        validation=Validation(intents, truth, probabilities, batches),
    )


def _scores_out_of_fold(counted: list[Counts], labels: np.ndarray, batches: np.ndarray) -> Floats:
    scores = np.zeros((len(counted), len(np.unique(labels))), dtype=np.float32)
    folds = GroupKFold(min(FOLDS, len(np.unique(batches))))
    for seen, unseen in folds.split(counted, labels, batches):
        vocabulary = [_Vocabulary.of(name, [counted[at] for at in seen]) for name in BLOCKS]
        model = _classifier().fit(_matrix(vocabulary, [counted[at] for at in seen]), labels[seen])
        scores[unseen] = model.decision_function(_matrix(vocabulary, [counted[at] for at in unseen]))
    return scores


def _fit(
    counted: list[Counts], labels: np.ndarray, *, version: str, intents: tuple[Intent, ...], sharpness: float
) -> LocalModel:
    vocabulary = [_Vocabulary.of(name, counted) for name in BLOCKS]
    classifier = _classifier().fit(_matrix(vocabulary, counted), labels)
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
    def of(cls, name: str, counted: list[Counts]) -> "_Vocabulary":
        seen = Counter(feature for counts in counted for feature in counts[name])
        kept = sorted(feature for feature, times in seen.items() if times >= SEEN_AT_LEAST[name])
        rows = {feature: row for row, feature in enumerate(kept)}
        return cls(name, rows, TfidfTransformer().fit(_counts(name, rows, counted)))

    def matrix(self, counted: list[Counts]) -> csr_matrix:
        return cast("csr_matrix", self.weighting.transform(_counts(self.name, self.rows, counted))) * SCALE[self.name]

    def with_weights(self, weights: Floats) -> Block:
        rarity = self.weighting.idf_.astype(np.float32)
        return Block(SCALE[self.name], LOGARITHMIC[self.name], self.rows, rarity, weights)


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
