"""What cross-validation says about a model. No reply in it was judged by a model that saw its writing batch."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inbox.intents.labels import Intent
from inbox.intents.local import Floats, said

Ints = NDArray[np.intp]

_RESAMPLES = 2000
_STEPS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)


@dataclass(frozen=True, slots=True)
class Band:
    """The replies judged with a confidence from `low` up to `high`: how sure the model was, and how often right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Validation:
    """For each reply the intent it was labelled with, as an index into `intents`, and the calibrated probabilities."""

    intents: tuple[Intent, ...]
    truth: Ints
    probabilities: Floats
    batches: NDArray[np.str_]

    @property
    def guessed(self) -> Ints:
        return said(self.intents, self.probabilities)

    @property
    def right(self) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = self.guessed == self.truth
        return right

    @property
    def confidences(self) -> Floats:
        of_guessed: Floats = np.take_along_axis(self.probabilities, self.guessed[:, None], axis=1)[:, 0]
        return of_guessed

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    @property
    def macro_f1(self) -> float:
        return _macro_f1(self._confusion_of_batches().sum(axis=0))

    def interval(self) -> tuple[float, float]:
        """Where the macro-F1 lies 95 times in 100 when other batches of the same kind are drawn (bootstrap)."""
        tables = self._confusion_of_batches()
        drawn = np.random.default_rng(0).integers(len(tables), size=(_RESAMPLES, len(tables)))
        low, high = np.quantile([_macro_f1(tables[rows].sum(axis=0)) for rows in drawn], [0.025, 0.975])
        return float(low), float(high)

    def above(self, threshold: float) -> tuple[float, float]:
        """The share of replies judged at that confidence or above, and the accuracy among them."""
        sure = self.confidences >= threshold
        return float(sure.mean()), float(self.right[sure].mean()) if sure.any() else 0.0

    def precision(self, intent: Intent, threshold: float = 0.0) -> float:
        """How many of the replies judged to be of that intent, at that confidence or above, are; 0 where none is."""
        said = (self.guessed == self.intents.index(intent)) & (self.confidences >= threshold)
        return float(self.right[said].mean()) if said.any() else 0.0

    def recall(self, intent: Intent) -> float:
        return float(self.right[self.truth == self.intents.index(intent)].mean())

    def brier(self) -> float:
        """The mean squared distance of the probabilities from the truth, over all intents: 0 is best, 2 worst."""
        return float(((self.probabilities - np.eye(len(self.intents))[self.truth]) ** 2).sum(axis=1).mean())

    def reliability(self) -> list[Band]:
        """Confidence against accuracy: in a calibrated model the two agree in every band."""
        return [band for low, high in pairwise(_STEPS) if (band := self._band(low, high)).count]

    def _band(self, low: float, high: float) -> Band:
        sure = self.confidences
        inside = (sure >= low) & ((sure < high) | (high == 1.0))
        if not inside.any():
            return Band(low, high, 0, 0.0, 0.0)
        return Band(low, high, int(inside.sum()), float(sure[inside].mean()), float(self.right[inside].mean()))

    def _confusion_of_batches(self) -> Ints:
        names, batch = np.unique(self.batches, return_inverse=True)
        tables = np.zeros((len(names), len(self.intents), len(self.intents)), dtype=np.intp)
        np.add.at(tables, (batch, self.truth, self.guessed), 1)
        return tables


def _macro_f1(table: Ints) -> float:
    """The mean F1 of the intents that occur in the table, as truth (rows) or as guess (columns)."""
    either = table.sum(axis=0) + table.sum(axis=1)
    return float((2 * np.diag(table)[either > 0] / either[either > 0]).mean())
