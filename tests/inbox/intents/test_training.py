import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from inbox.intents import local
from inbox.intents.examples import Example, shipped_examples, version_of
from inbox.intents.judgement import Reply
from inbox.intents.labels import Intent
from inbox.intents.training import Trained, train


@pytest.fixture(scope="module")
def few() -> list[Example]:
    return [example for example in shipped_examples() if len(example.text) < 60][::8]


@pytest.fixture(scope="module")
def trained(few: list[Example]) -> Trained:
    return train(few)


def test_the_same_examples_make_the_same_file_byte_for_byte(few: list[Example], trained: Trained) -> None:
    assert local.write(train(few).model) == local.write(trained.model)


def test_other_examples_make_another_version(few: list[Example], trained: Trained) -> None:
    assert trained.model.version == version_of(few)
    assert version_of(few[1:]) != version_of(few)
    assert version_of([*few[:-1], replace(few[-1], label=Intent.BOOKING)]) != version_of(few)


def test_the_run_time_file_judges_what_it_was_trained_on_as_it_was_labelled(
    few: list[Example], trained: Trained
) -> None:
    model = local.read(local.write(trained.model))

    assert [model.judge(Reply(example.text)).intent for example in few] == [example.label for example in few]


def test_cross_validation_measures_every_example_once(few: list[Example], trained: Trained) -> None:
    checked = trained.validation

    assert [checked.intents[at] for at in checked.truth] == [example.label for example in few]
    assert list(checked.batches) == [example.batch for example in few]
    np.testing.assert_allclose(checked.probabilities.sum(axis=1), 1, atol=1e-5)


def test_judging_needs_no_scikit_learn() -> None:
    program = "import sys; from inbox.intents import passes, judgement; passes.judge(judgement.Reply('hi'));"
    program += "print('sklearn' in sys.modules)"

    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"
