"""A workspace in which people corrected replies, and few written examples, so that training takes a moment."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from inbox import actions
from inbox.intents.examples import DATA, Example, shipped_examples
from inbox.intents.labels import Intent
from inbox.intents.learning import apart, making
from inbox.intents.learning.models import LearnedModel
from inbox.models import Conversation, Message
from tests.arrivals import judged, write_in
from tests.cast import acting

Correct = Callable[..., Message]
Make = Callable[[Membership], LearnedModel]

# What nobody else says: the shipped model knows nothing of it.
OURS = [
    "Zibble the frobs", "The frobs, zibble them", "Please zibble our frobs", "We zibble frobs", "Frobs to zibble",
    "Zibble all frobs", "Zibble some frobs today", "Our frobs want a zibble", "Zibble frobs again", "A zibble of frobs",
]  # fmt: skip


@pytest.fixture(scope="session")
def few_written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every intent in each of six batches, in short replies."""
    folder = tmp_path_factory.mktemp("written")
    for path in sorted(DATA.glob("*.jsonl"))[:6]:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        short = sorted((row for row in rows if row["language"] == "en"), key=lambda row: len(row["text"]))
        kept = [row for intent in Intent for row in [one for one in short if one["label"] == intent][:4]]
        (folder / path.name).write_text("".join(json.dumps(row) + "\n" for row in kept), encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _few_are_written(monkeypatch: pytest.MonkeyPatch, few_written: Path) -> None:
    monkeypatch.setattr(apart, "DATA", few_written)


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


@pytest.fixture
def correct(us: Actor, agent: Membership) -> Correct:
    """`correct(body, intent)`: somebody new wrote it, the model said otherwise, and a person gave it that intent."""
    count = iter(range(1000))

    def write_and_correct(body: str, intent: Intent = Intent.BOOKING) -> Message:
        message = write_in(us, body, sender=f"{next(count)}@example.com")
        judged(message, Intent.QUESTION, confidence=0.95)
        shown = Conversation.objects.get(pk=message.conversation_id)
        actions.override_intent(actor=acting(agent), conversation=shown, intent=intent)
        return message

    return write_and_correct


@pytest.fixture
def week(correct: Correct) -> list[Message]:
    return [correct(body) for body in OURS]


@pytest.fixture(scope="session")
def trained(few_written: Path) -> dict[str, Any]:
    """What training apart would have answered, made once."""
    replies = [Example(text, Intent.BOOKING, "email", "", f"person {number}") for number, text in enumerate(OURS)]
    return apart.make(shipped_examples(few_written), replies)


@pytest.fixture
def ready(trained: dict[str, Any]) -> Make:
    """`ready(owner)`: a model that was trained, and has judged nothing yet."""

    def trained_already(owner: Membership) -> LearnedModel:
        model = making.begin(acting(owner))
        LearnedModel.objects.filter(pk=model.pk).update(
            content=base64.b64decode(trained["content"]), version=trained["version"], figures=trained["figures"],
            total=len(OURS),
        )  # fmt: skip
        return LearnedModel.objects.get(pk=model.pk)

    return trained_already


@pytest.fixture
def make(ready: Make) -> Make:
    """`make(owner)`: the same, through the shadow."""

    def through_the_shadow(owner: Membership) -> LearnedModel:
        model = ready(owner)
        making.work_off()
        return LearnedModel.objects.get(pk=model.pk)

    return through_the_shadow
