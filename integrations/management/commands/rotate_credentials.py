"""`manage.py rotate_credentials`: seal every stored credential with the first of PARLEY_CREDENTIALS_KEYS."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from accounts import second_step
from crm.models import SealedField
from crm.sealing import CannotOpen, sealed_again


class Command(BaseCommand):
    help = "Seal every stored credential anew with the first of PARLEY_CREDENTIALS_KEYS; then the others can go."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = {model: _seal_all(model, name) for model, name in _sealed()}
            ways = second_step.seal_again()
        except CannotOpen as error:
            raise CommandError(str(error)) from None
        for model, count in counts.items():
            self.stdout.write(f"{count} {model._meta.verbose_name_plural} sealed with the first key.")
        self.stdout.write(f"{ways} second steps of signing in sealed with the first key.")


def _sealed() -> list[tuple[type[models.Model], str]]:
    """Every column of secrets, in whichever room."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, SealedField)
    ]


def _seal_all(model: type[models.Model], name: str) -> int:
    return sum(_seal(model, name, pk) for pk in model._base_manager.values_list("pk", flat=True))


@transaction.atomic
def _seal(model: type[models.Model], name: str, pk: object) -> int:
    """As text all the way: nothing is opened but to be closed again."""
    rows = model._base_manager.select_for_update().filter(pk=pk)
    token = rows.annotate(sealed=Cast(name, TextField())).values_list("sealed", flat=True).get()
    return rows.update(**{name: sealed_again(token)})
