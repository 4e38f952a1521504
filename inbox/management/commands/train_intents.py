"""`manage.py train_intents`: make the local model anew from the examples in the repository."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from inbox.intents import local, passes
from inbox.intents.examples import shipped_examples
from inbox.intents.training import train


class Command(BaseCommand):
    help = "Trains the local intent model from inbox/intents/data and writes it; the same data gives the same file."
    requires_system_checks = ()  # neither pages nor the database are involved

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, default=local.MODEL_FILE, help="where the model is written")

    def handle(self, *, output: Path, **options: Any) -> None:
        examples = shipped_examples()
        trained = train(examples)
        output.write_bytes(local.write(trained.model))
        share, accuracy = trained.above(passes.NEEDS_A_LOOK)
        self.stdout.write(
            f"Examples           {len(examples)} in {len({example.batch for example in examples})} batches"
        )
        self.stdout.write(f"Macro-F1           {trained.macro_f1:.3f} (cross-validated, batches kept together)")
        self.stdout.write(f"Accuracy           {trained.accuracy:.3f}")
        self.stdout.write(f"Needs no look      {share:.1%}, of which {accuracy:.1%} are right")
        self.stdout.write(f"Version            {trained.model.version}")
