import numpy as np
import pytest

from inbox.intents.labels import Intent
from inbox.intents.validation import Band, Validation

INTENTS = (Intent.BOOKING, Intent.QUESTION)


def checked(*, truth: list[int], booking: list[float], batches: str) -> Validation:
    """`booking` is the probability of a booking; the rest is that of a question."""
    probabilities = np.array([[share, 1 - share] for share in booking], dtype=np.float32)
    return Validation(INTENTS, np.array(truth), probabilities, np.array(list(batches)))


FOUR = checked(truth=[0, 0, 1, 1], booking=[0.92, 0.35, 0.15, 0.75], batches="aabb")


def test_accuracy_and_macro_f1_are_those_of_the_likeliest_intents() -> None:
    assert FOUR.accuracy == 0.5
    assert FOUR.macro_f1 == pytest.approx((0.5 + 0.5) / 2)


def test_an_intent_that_neither_occurs_nor_is_guessed_does_not_pull_the_macro_f1_down() -> None:
    assert checked(truth=[0, 0], booking=[0.9, 0.8], batches="ab").macro_f1 == 1.0


def test_above_a_threshold_stand_only_the_sure_ones() -> None:
    assert FOUR.above(0.0) == (1.0, 0.5)
    assert FOUR.above(0.8) == (0.5, 1.0)
    assert FOUR.above(1.1) == (0.0, 0.0)


def test_precision_counts_what_was_said_and_recall_what_was_true() -> None:
    assert FOUR.precision(Intent.BOOKING) == 0.5
    assert FOUR.precision(Intent.BOOKING, 0.8) == 1.0
    assert FOUR.precision(Intent.BOOKING, 0.95) == 0.0
    assert FOUR.recall(Intent.QUESTION) == 0.5


def test_the_brier_score_is_nothing_for_certain_truth_and_two_for_certain_error() -> None:
    assert checked(truth=[0, 1], booking=[1.0, 0.0], batches="ab").brier() == 0.0
    assert checked(truth=[1, 0], booking=[1.0, 0.0], batches="ab").brier() == 2.0
    assert checked(truth=[0, 0], booking=[0.5, 0.5], batches="ab").brier() == pytest.approx(0.5)


def test_reliability_sets_confidence_against_accuracy_in_bands_that_are_not_empty() -> None:
    bands = FOUR.reliability()

    assert [(band.low, band.count) for band in bands] == [(0.6, 1), (0.7, 1), (0.8, 1), (0.9, 1)]
    assert [band.accuracy for band in bands] == [0.0, 0.0, 1.0, 1.0]
    assert [band.confidence for band in bands] == pytest.approx([0.65, 0.75, 0.85, 0.92])


def test_certainty_itself_belongs_to_the_last_band() -> None:
    assert checked(truth=[0], booking=[1.0], batches="a").reliability() == [Band(0.95, 1.0, 1, 1.0, 1.0)]


def test_the_interval_is_drawn_over_batches_not_over_replies() -> None:
    split = checked(truth=[0, 1] * 2, booking=[0.9, 0.1, 0.1, 0.9], batches="aabb")
    alike = checked(truth=[0, 1] * 2, booking=[0.9, 0.1, 0.1, 0.9], batches="aaaa")

    assert split.interval() == (0.0, 1.0)
    assert alike.interval() == (0.5, 0.5)
