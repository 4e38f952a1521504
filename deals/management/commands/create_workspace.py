"""`manage.py create_workspace`: a workspace with its owner and its stages. All of it, or nothing."""

import getpass
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import Membership, Role, User
from accounts.people import create_workspace, join
from accounts.plans import Plan
from crm.errors import Conflict, Invalid
from deals.stages import lay_out


class Command(BaseCommand):
    help = "Open a workspace and let its owner in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--slug", required=True, help="Its name in addresses and commands, such as acme.")
        parser.add_argument("--email", required=True, help="The owner, who signs in with this address.")
        parser.add_argument("--owner-name", default="", metavar="NAME", help="What the owner is called.")
        parser.add_argument("--plan", default=Plan.FREE, choices=Plan.values)
        parser.add_argument("--currency", default="EUR", help="ISO 4217, such as EUR.")
        parser.add_argument("--time-zone", default="Europe/Berlin", help="Such as Europe/Berlin.")
        parser.add_argument("--region", default="DE", help="Country of phone numbers without a code, such as DE.")
        parser.add_argument("--password-stdin", action="store_true", help="Read the password from standard input.")

    def handle(self, *args: Any, **options: Any) -> None:
        # A person who has a password already keeps it.
        known = User.objects.filter(email__iexact=options["email"]).exists()
        password = None if known else _password(from_stdin=options["password_stdin"])
        try:
            owner = _open(options, password)
        except Invalid as refusal:
            raise CommandError("\n".join(_sentences(refusal))) from None
        except Conflict as refusal:
            raise CommandError(refusal.message) from None
        signs_in = "with the password they have" if known else "with this password"
        self.stdout.write(f"The workspace “{owner.workspace.slug}” is open: {owner.user.email} signs in {signs_in}.")


@transaction.atomic
def _open(options: dict[str, Any], password: str | None) -> Membership:
    workspace = create_workspace(
        **{field: options[field] for field in ("name", "slug", "plan", "currency", "time_zone", "region")}
    )
    lay_out(workspace)
    email = options["email"]
    name = options["owner_name"] or email.partition("@")[0]
    return join(workspace=workspace, email=email, name=name, role=Role.OWNER, password=password)


def _sentences(refusal: Invalid) -> Iterator[str]:
    for field, texts in refusal.fields.items():
        yield from (f"{field.replace('_', ' ').capitalize()}: {text}" for text in texts)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CommandError("Give the owner's password on standard input, with --password-stdin.")
    password = getpass.getpass("Password of the owner: ")
    if getpass.getpass("Once more: ") != password:
        raise CommandError("The two passwords differ: nothing was made.")
    return password
