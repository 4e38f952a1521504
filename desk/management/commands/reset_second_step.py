"""`manage.py reset_second_step EMAIL`: for somebody who lost their phone, their passkeys and their recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.actors import system
from accounts.models import Membership, User
from desk.people.second_steps import note_reset, take_away


class Command(BaseCommand):
    help = "Take a person's second step away: they sign in with the password alone, and are told by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"].strip()).first()
        if user is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        if not take_away(user):
            raise CommandError(f"{user.email} has no second step.")
        rows = Membership.objects.select_related("workspace", "user").filter(user=user, is_active=True)
        members = list(rows.order_by("created_at"))
        for number, member in enumerate(members):
            note_reset(system(member.workspace, "manage.py reset_second_step"), member, by_mail=number == 0)
        self.stdout.write(
            f"{user.email} signs in with the password alone now, and is asked to set up a new second step."
        )
        if not members:
            self.stdout.write("They are in no workspace any more, so nobody was mailed.")
