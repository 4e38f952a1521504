"""`manage.py train_intents`: make the local model anew from the examples in the repository; with corrections, make one
for a workspace, and tell what would change by it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.errors import Refusal
from inbox.intents import local, passes
from inbox.intents.examples import shipped_examples
from inbox.intents.labels import Intent
from inbox.intents.training import train
from inbox.intents.validation import Band, Validation

# The confidence from which a conversation is snoozed or closed by itself (inbox/reactions.py).
ACTS = 0.85


class Command(BaseCommand):
    help = "Trains the local intent model from inbox/intents/data and writes it; the same data gives the same file."
    requires_system_checks = ()  # without corrections neither pages nor the database are involved

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, help=f"where the model is written, if not {local.MODEL_FILE.name}")
        parser.add_argument(
            "--with-corrections", action="store_true",
            help="learn from what people corrected in a workspace as well: for that workspace, and not switched on",
        )  # fmt: skip
        parser.add_argument("--workspace", metavar="SLUG", help="whose corrections")

    def handle(
        self, *, output: Path | None, with_corrections: bool, workspace: str | None, **options: Any
    ) -> None:  # fmt: skip
        if with_corrections != bool(workspace):
            raise CommandError("--with-corrections and --workspace SLUG go together: say whose corrections.")
        if workspace and output:
            raise CommandError("What learns from corrections is kept with its workspace: leave out --output.")
        if workspace:
            self._with_corrections(workspace)
        else:
            self._from_examples(output or local.MODEL_FILE)

    def _with_corrections(self, slug: str) -> None:
        # Only here: the rest needs no database.
        from inbox.intents.learning.telling import make_and_tell

        try:
            lines = make_and_tell(slug)
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write("\n".join(lines))

    def _from_examples(self, output: Path) -> None:
        examples = shipped_examples()
        trained = train(examples)
        output.write_bytes(local.write(trained.model))
        self.stdout.write(
            f"Examples           {len(examples)} in {len({example.batch for example in examples})} batches"
        )
        for name, figure in _figures(trained.validation):
            self.stdout.write(f"{name:<18} {figure}")
        self.stdout.write(f"Version            {trained.model.version}")


def _figures(checked: Validation) -> list[tuple[str, str]]:
    low, high = checked.interval()
    share, accuracy = checked.above(passes.NEEDS_A_LOOK)
    return [
        ("Macro-F1", f"{checked.macro_f1:.3f} ({low:.3f} to {high:.3f}; cross-validated, batches kept together)"),
        ("Accuracy", f"{checked.accuracy:.3f}"),
        ("Brier score", f"{checked.brier():.3f}"),
        ("Needs no look", f"{share:.1%}, of which {accuracy:.1%} are right"),
        *((f"Sure {band.low:g} to {band.high:g}", _band(band)) for band in checked.reliability()),
        *((str(intent), _intent(checked, intent)) for intent in Intent),
    ]


def _band(band: Band) -> str:
    return f"{band.count} replies, {band.confidence:.1%} sure, {band.accuracy:.1%} right"


def _intent(checked: Validation, intent: Intent) -> str:
    precision, recall, acting = checked.precision(intent), checked.recall(intent), checked.precision(intent, ACTS)
    return f"precision {precision:.3f}, recall {recall:.3f}; at {ACTS} precision {acting:.3f}"
