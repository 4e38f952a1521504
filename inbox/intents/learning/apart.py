"""Training in a process of its own: under a minute of one core, which would hold up whatever else its worker does.

`python -m inbox.intents.learning.apart FOLDER` takes the written examples from the folder and reads the corrected ones
from its input as JSON; it writes the model and what cross-validation says of it as JSON.
"""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crm.boot import PROJECT
from crm.boot.children import end_with_parent
from inbox.intents import local, passes
from inbox.intents.examples import DATA, Example, shipped_examples
from inbox.intents.judgement import Reply
from inbox.intents.labels import Intent

# A machine that needs longer than this for what takes under a minute is not going to make it.
PATIENCE = 600
NICE = 10


@dataclass(frozen=True)
class Made:
    """figures: macro_f1, low, high, accuracy, brier, sure (the share that needs no look), sure_right (the accuracy
    among those), written, corrected, and of the corrected: right (judged by models that had not seen that person),
    right_shipped (judged by the model that Parley comes with)."""

    content: bytes
    version: str
    figures: dict[str, Any]


class NotTrained(Exception):
    """The training ended without a model; says why."""


def train_apart(corrected: Sequence[Example]) -> Made:
    """Raises NotTrained."""
    given = json.dumps([asdict(example) for example in corrected])
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(DATA)], cwd=PROJECT, input=given, capture_output=True, text=True,
            timeout=PATIENCE, check=False, preexec_fn=end_with_parent(signal.SIGKILL),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NotTrained(f"Training took more than {PATIENCE // 60} minutes and was ended.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise NotTrained(said[-1][:300] if said else "Training ended without a word.")
    made = json.loads(done.stdout)
    return Made(base64.b64decode(made["content"]), made["version"], made["figures"])


def make(written: list[Example], corrected: list[Example]) -> dict[str, Any]:
    # Only here: scikit-learn takes a second to load.
    from inbox.intents.training import train

    trained = train(written, corrected)
    checked = trained.validation
    low, high = checked.interval()
    sure, sure_right = checked.above(passes.NEEDS_A_LOOK)
    figures = {
        "macro_f1": checked.macro_f1, "low": low, "high": high, "accuracy": checked.accuracy, "brier": checked.brier(),
        "sure": sure, "sure_right": sure_right, "written": len(written), "corrected": len(corrected),
        "right": int(checked.right[len(written) :].sum()), "right_shipped": _right_by_shipped(corrected),
    }  # fmt: skip
    content = base64.b64encode(local.write(trained.model)).decode()
    return {"content": content, "version": trained.model.version, "figures": figures}


def _right_by_shipped(corrected: list[Example]) -> int:
    return sum(
        local.judge(Reply(example.text, channel=example.channel)).intent == example.label for example in corrected
    )


def _example(row: dict[str, str]) -> Example:
    return Example(row["text"], Intent(row["label"]), row["channel"], row["language"], row["batch"])


if __name__ == "__main__":
    os.nice(NICE)
    taught = [_example(row) for row in json.load(sys.stdin)]
    sys.stdout.write(json.dumps(make(shipped_examples(Path(sys.argv[1])), taught)))
