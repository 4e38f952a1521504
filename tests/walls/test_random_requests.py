"""Thousands of random requests by random actors over random ids: each answer is what the slow model says."""

import json
import os

import pytest

from tests.walls.asking import Answer, ask
from tests.walls.chance import Chance, Question
from tests.walls.model import Model
from tests.walls.world import World

# Four runs of this many, each with questions of its own. By hand: PARLEY_WALL_REQUESTS=10000, and any seed.
REQUESTS = int(os.environ.get("PARLEY_WALL_REQUESTS", "400")) // 4
SEED = int(os.environ.get("PARLEY_WALL_SEED", "1"))


@pytest.mark.django_db
@pytest.mark.parametrize("run", range(4))
def test_random_requests_are_answered_as_the_slow_model_says(world: World, run: int) -> None:
    chance = Chance(Model.of(world), seed=4 * SEED + run)
    wrong = [fault for _ in range(REQUESTS) if (fault := differs(world, chance.question()))]
    assert not wrong, f"{len(wrong)} of {REQUESTS}:\n" + "\n".join(wrong[:20])


def differs(world: World, asked: Question) -> str:
    """What is not as the model says; empty where all is."""
    answer = ask(world, asked.who, asked.method, asked.path, asked.body)
    about = f"{asked.method} {asked.path} as {asked.who}"
    if answer.status not in asked.status:
        return f"{about}: {answer.status}, not {asked.status}: {answer.text[-300:]}"
    if answer.changed and asked.status not in ((200,), (303,)):
        return f"{about}: refused, and changed {sorted(answer.changed)}"
    if named := answer.ids & world.hidden[asked.who] - {word for word in world.hidden[asked.who] if word in asked.path}:
        return f"{about}: shows {world.named(named)}"
    return _differs_in_rows(world, asked, answer, about)


def _differs_in_rows(world: World, asked: Question, answer: Answer, about: str) -> str:
    if asked.ids is not None:
        said = json.loads(answer.text)
        rows = next(value for value in said.values() if isinstance(value, list))
        if (ids := [row["id"] for row in rows]) != asked.ids:
            return f"{about}: lists {ids}, not {asked.ids}"
        if asked.total is not None and said["pagination"]["total"] != asked.total:
            return f"{about}: counts {said['pagination']['total']}, not {asked.total}"
    if asked.shows is not None:
        there = {str(row["id"]) for row in Model.of(world).rows[asked.noun]}
        if (shown := answer.ids & there) != asked.shows:
            return f"{about}: shows {sorted(shown - asked.shows)}, lacks {sorted(asked.shows - shown)}"
    return ""
