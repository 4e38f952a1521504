"""`manage.py rotate_credentials`: seal every stored credential with the first of PARLEY_CREDENTIALS_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from crm.sealing import CannotOpen, sealed_again
from integrations.models import Connection


class Command(BaseCommand):
    help = "Seal every stored credential anew with the first of PARLEY_CREDENTIALS_KEYS; then the others can go."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = sum(_seal(pk) for pk in Connection.objects.values_list("pk", flat=True))
        except CannotOpen as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{count} connections sealed with the first key.")


@transaction.atomic
def _seal(pk: object) -> int:
    """As text all the way: nothing is opened but to be closed again."""
    rows = Connection.objects.select_for_update().filter(pk=pk)
    token = rows.annotate(sealed=Cast("secrets", TextField())).values_list("sealed", flat=True).get()
    return rows.update(secrets=sealed_again(token))
