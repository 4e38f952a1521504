"""How well the passes judge labelled replies: the very path that an arriving message takes."""

import json
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from inbox.channels import Channel
from inbox.intents import passes
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.labels import Intent
from inbox.mail.quoting import new_text


class MalformedLine(ValueError):
    """A line that is no labelled reply; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Labelled:
    reply: Reply
    label: Intent


@dataclass(frozen=True, slots=True)
class Evaluation:
    labels: list[Intent]
    judgements: list[Judgement]
    seconds: float

    def confusion(self) -> dict[str, dict[str, int]]:
        pairs = Counter(zip(self.labels, (judged.intent for judged in self.judgements), strict=True))
        return {str(true): {str(said): pairs[true, said] for said in Intent if pairs[true, said]} for true in Intent}

    def accuracy(self) -> float:
        return _share(self._right(self.judgements), len(self.labels))

    def per_label(self) -> dict[str, dict[str, float]]:
        """Precision, recall, F1 and support of each intent; 0 where there is nothing to divide by."""
        table = self.confusion()
        return {str(intent): _figures(table, str(intent)) for intent in Intent}

    def macro_f1(self) -> float:
        """The mean F1 of the intents that occur, as labels or as judgements."""
        said = {judged.intent for judged in self.judgements}
        figures = self.per_label()
        return _share(sum(figures[name]["f1"] for name in {*self.labels, *said}), len({*self.labels, *said}))

    def above_threshold(self) -> dict[str, float]:
        """The share of replies that need no person's look, and the accuracy among them."""
        sure = [judged.confidence >= passes.NEEDS_A_LOOK for judged in self.judgements]
        right = sum(
            judged.intent == label
            for judged, label, is_sure in zip(self.judgements, self.labels, sure, strict=True)
            if is_sure
        )
        return {"share": _share(sum(sure), len(sure)), "accuracy": _share(right, sum(sure))}

    def figures(self) -> dict[str, Any]:
        return {
            "n": len(self.labels),
            "accuracy": self.accuracy(),
            "macro_f1": self.macro_f1(),
            "per_label": self.per_label(),
            "above_threshold": self.above_threshold(),
            "milliseconds_per_message": round(_share(self.seconds * 1000, len(self.labels)), 3),
            "confusion": self.confusion(),
        }

    def _right(self, judgements: list[Judgement]) -> int:
        return sum(judged.intent == label for judged, label in zip(judgements, self.labels, strict=True))


def evaluate(examples: list[Labelled]) -> Evaluation:
    passes.judge(Reply("hello"))  # reading the model is paid once per process, not per message
    begun = time.perf_counter()
    judgements = [passes.judge(example.reply) for example in examples]
    return Evaluation([example.label for example in examples], judgements, time.perf_counter() - begun)


def labelled_replies(lines: Iterable[str]) -> list[Labelled]:
    """The replies of a JSON-lines file; blank lines are passed over. Raises MalformedLine."""
    return [_labelled(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _labelled(number: int, line: str) -> Labelled:
    try:
        return _parse(json.loads(line))
    except json.JSONDecodeError as error:
        raise MalformedLine(f"line {number}: not JSON: {error}") from error
    except ValueError as error:
        raise MalformedLine(f"line {number}: {error}") from error


def _parse(row: object) -> Labelled:
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one kind of error for whatever a line may hold
    channel = _string(row, "channel")
    headers = _headers(row.get("headers") or {})
    subject = next((value for name, value in headers if name.lower() == "subject"), "")
    text = _string(row, "text")
    return Labelled(Reply(new_text(text) if channel == Channel.EMAIL else text, subject, headers, channel), _label(row))


def _string(row: dict[str, Any], field: str) -> str:
    if not isinstance(row.get(field), str):
        raise ValueError(f"'{field}' is missing or not a string")  # noqa: TRY004 - as above
    return str(row[field])


def _label(row: dict[str, Any]) -> Intent:
    value = _string(row, "label")
    if value not in list(Intent):
        raise ValueError(f"'label' is '{value}', not one of {', '.join(Intent)}")
    return Intent(value)


def _headers(given: object) -> tuple[tuple[str, str], ...]:
    """From an object or a list of pairs."""
    pairs = list(given.items()) if isinstance(given, dict) else given
    if not isinstance(pairs, list) or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        raise ValueError("'headers' is neither an object nor a list of pairs")
    return tuple((str(name), str(value)) for name, value in pairs)


def _figures(table: dict[str, dict[str, int]], intent: str) -> dict[str, float]:
    hits = table[intent].get(intent, 0)
    support = sum(table[intent].values())
    precision = _share(hits, sum(row.get(intent, 0) for row in table.values()))
    recall = _share(hits, support)
    return {
        "precision": precision,
        "recall": recall,
        "f1": _share(2 * precision * recall, precision + recall),
        "support": support,
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
