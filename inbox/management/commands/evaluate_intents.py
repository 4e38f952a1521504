"""`manage.py evaluate_intents FILE.jsonl`: how well the intents of labelled replies are judged."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inbox.intents.evaluation import Evaluation, MalformedLine, evaluate, labelled_replies
from inbox.intents.labels import Intent


class Command(BaseCommand):
    help = 'Judges each {"text", "label", "channel", "headers"?} of a JSON-lines file and prints how often it is right.'
    requires_system_checks = ()  # neither pages nor the database are involved

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="one labelled reply per line, as JSON")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the figures as one JSON object")

    def handle(self, *, file: Path, as_json: bool, **options: Any) -> None:
        try:
            examples = labelled_replies(file.read_text(encoding="utf-8").split("\n"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except MalformedLine as error:
            raise CommandError(f"{file}, {error}") from error
        found = evaluate(examples)
        self.stdout.write(json.dumps(found.figures(), indent=2) if as_json else _page(found))


def _page(found: Evaluation) -> str:
    sure = found.above_threshold()
    lines = [
        f"Replies       {len(found.labels)}",
        f"Accuracy      {found.accuracy():.3f}",
        f"Macro-F1      {found.macro_f1():.3f}",
        f"Needs no look {sure['share']:.1%}, of which {sure['accuracy']:.1%} are right",
        "",
        *_confusion(found.confusion()),
    ]
    return "\n".join(lines)


def _confusion(table: dict[str, dict[str, int]]) -> list[str]:
    """Rows are the true intents, columns what was said."""
    head = " ".join(f"{intent:>14}" for intent in Intent)
    rows = [f"{true:<15}" + " ".join(f"{row.get(str(said), 0):>14}" for said in Intent) for true, row in table.items()]
    return [f"{'true / said':<15}{head}", *rows]
