"""The labelled replies that the local model learns from: one file per writing batch, one JSON object per line."""

import hashlib
import json
from dataclasses import astuple, dataclass
from pathlib import Path

from inbox.channels import Channel
from inbox.intents import concepts
from inbox.intents.features import FORMAT
from inbox.intents.labels import Intent
from inbox.mail.quoting import new_text

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    label: Intent
    channel: str
    language: str
    batch: str


def shipped_examples(folder: Path = DATA) -> list[Example]:
    """Every example in the repository, in the order of file names and lines."""
    return [example for path in sorted(folder.glob("*.jsonl")) for example in _batch(path)]


def version_of(examples: list[Example]) -> str:
    """Names a model by what it was made from: the examples, the concepts and the format of their features."""
    content = json.dumps(
        [FORMAT, concepts.SOURCE.read_text(encoding="utf-8"), [astuple(example) for example in examples]],
        ensure_ascii=False,
    )
    return f"local-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _batch(path: Path) -> list[Example]:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [Example(_as_judged(row), Intent(row["label"]), row["channel"], row["language"], path.stem) for row in rows]


def _as_judged(row: dict[str, str]) -> str:
    """A mail loses its quotes and its signature before it is judged, so the model learns from it without them."""
    return new_text(row["text"]) if row["channel"] == Channel.EMAIL else row["text"]
