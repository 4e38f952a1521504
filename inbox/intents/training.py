"""How the local model is made from examples. Only here, never at run time, is scikit-learn needed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from inbox.intents.examples import Example, version_of
from inbox.intents.features import BLOCKS, features
from inbox.intents.labels import Intent
from inbox.intents.local import Block, Floats, LocalModel
from inbox.intents.validation import Validation

# The best of the settings tried; docs/intents.md compares the families.
SCALE = {"word": 2.4, "letter": 1.0, "concept": 0.25}
LOGARITHMIC = {"word": True, "letter": True, "concept": False}
SEEN_AT_LEAST = {"word": 1, "letter": 2, "concept": 2}
STRENGTH = 0.5
FOLDS = 6
# A reply that a person corrected counts as this many written ones: it is what arrives here, and there are few.
WEIGHT_OF_CORRECTED = 3.0
# What only corrected replies say enters the model's vocabulary from this many people on: nobody's name stands in it.
PEOPLE_AT_LEAST = 3


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
    """What is learned from, row by row; `counts` are those of each block's features."""

    counts: dict[str, csr_matrix]
    names: dict[str, np.ndarray]
    labels: np.ndarray
    batches: np.ndarray
    weights: np.ndarray
    private: np.ndarray

    @classmethod
    def of(cls, examples: list[Example], corrected: Sequence[Example]) -> "_Taught":
        rows = [*examples, *corrected]
        private = np.arange(len(rows)) >= len(examples)
        found = [features(row.text) for row in rows]
        blocks = {name: DictVectorizer().fit([counts[name] for counts in found]) for name in BLOCKS}
        return cls(
            counts={name: block.transform([counts[name] for counts in found]) for name, block in blocks.items()},
            names={name: np.array(block.feature_names_) for name, block in blocks.items()},
            labels=np.array([row.label for row in rows]),
            batches=np.array([row.batch for row in rows]),
            weights=np.where(private, WEIGHT_OF_CORRECTED, 1.0),
            private=private,
        )

    def only(self, at: np.ndarray) -> "_Taught":
        return replace(
            self,
            counts={name: counts[at] for name, counts in self.counts.items()},
            labels=self.labels[at],
            batches=self.batches[at],
            weights=self.weights[at],
            private=self.private[at],
        )

    def known(self, name: str) -> np.ndarray:
        """The columns of what the written examples say often enough, or enough people in corrected ones."""
        said = self.counts[name].astype(bool).astype(np.int32)
        people, who = np.unique(self.batches[self.private], return_inverse=True)
        says = csr_matrix(
            (np.ones(len(who), np.int32), (who, np.flatnonzero(self.private))), (len(people), said.shape[0])
        )
        written = np.asarray(said[~self.private].sum(axis=0)).ravel() >= SEEN_AT_LEAST[name]
        private = np.asarray((says @ said).astype(bool).sum(axis=0)).ravel() >= PEOPLE_AT_LEAST
        return np.flatnonzero(written | private)


def _scores_out_of_fold(taught: _Taught) -> Floats:
    scores = np.zeros((len(taught.labels), len(np.unique(taught.labels))), dtype=np.float32)
    folds = GroupKFold(min(FOLDS, len(np.unique(taught.batches))))
    for seen, unseen in folds.split(taught.labels, taught.labels, taught.batches):
        vocabulary, model = _learned(taught.only(seen))
        scores[unseen] = model.decision_function(_matrix(vocabulary, taught.only(unseen)))
    return scores


def _learned(taught: _Taught) -> "tuple[list[_Vocabulary], LinearSVC]":
    vocabulary = [_Vocabulary.of(name, taught) for name in BLOCKS]
    return vocabulary, _classifier().fit(_matrix(vocabulary, taught), taught.labels, sample_weight=taught.weights)


def _fit(taught: _Taught, *, version: str, intents: tuple[Intent, ...], sharpness: float) -> LocalModel:
    vocabulary, classifier = _learned(taught)
    ends = np.cumsum([len(block.columns) for block in vocabulary])
    weights = np.split(classifier.coef_.T.astype(np.float32), ends[:-1])
    blocks = {
        block.name: block.with_weights(taught.names[block.name], part)
        for block, part in zip(vocabulary, weights, strict=True)
    }
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
    """The columns of a block that a model knows."""

    name: str
    columns: np.ndarray
    weighting: TfidfTransformer

    @classmethod
    def of(cls, name: str, taught: _Taught) -> "_Vocabulary":
        columns = taught.known(name)
        return cls(name, columns, TfidfTransformer(sublinear_tf=LOGARITHMIC[name]).fit(taught.counts[name][:, columns]))

    def matrix(self, taught: _Taught) -> csr_matrix:
        counts = taught.counts[self.name][:, self.columns]
        amounts = counts if LOGARITHMIC[self.name] else counts.astype(bool).astype(np.float64)
        return cast("csr_matrix", self.weighting.transform(amounts)) * SCALE[self.name]

    def with_weights(self, names: np.ndarray, weights: Floats) -> Block:
        rows = {str(feature): row for row, feature in enumerate(names[self.columns])}
        return Block(SCALE[self.name], LOGARITHMIC[self.name], rows, self.weighting.idf_.astype(np.float32), weights)


def _matrix(vocabulary: list[_Vocabulary], taught: _Taught) -> csr_matrix:
    return hstack([block.matrix(taught) for block in vocabulary]).tocsr()
