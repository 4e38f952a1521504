"""What a workspace says about itself: its name, and what new deals, times and phone numbers are taken to be in."""

from zoneinfo import available_timezones

from django.db import transaction
from phonenumbers import SUPPORTED_REGIONS

from accounts.actors import Actor
from accounts.models import Workspace
from activity.log import record
from activity.types import EventType
from crm import versions
from crm.errors import Invalid
from crm.money import is_currency
from desk.people.members import must_run_workspace


@transaction.atomic
def change(
    *, actor: Actor, name: str, currency: str, time_zone: str, region: str, version: int | None = None
) -> Workspace:
    """Write what is given. Deals keep the currency they have. Raises Invalid, and Stale unless the workspace is at
    `version`."""
    must_run_workspace(actor)
    name = " ".join(name.split())
    _check(name, currency, time_zone, region)
    workspace = Workspace.objects.get(pk=actor.workspace.pk)
    versions.expect(workspace, version)
    changed = versions.write(workspace, name=name, currency=currency, time_zone=time_zone, region=region)
    if changed:
        record(actor, EventType.WORKSPACE_UPDATED, workspace, changed_fields=changed)
    return workspace


def _check(name: str, currency: str, time_zone: str, region: str) -> None:
    wrong: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 200:
        wrong["workspace_name"] = ["Name the workspace, in at most 200 characters."]
    if not is_currency(currency):
        wrong["currency"] = ["Choose a currency."]
    if time_zone not in available_timezones():
        wrong["time_zone"] = ["Choose a time zone."]
    if region not in SUPPORTED_REGIONS:
        wrong["region"] = ["Choose a country."]
    if wrong:
        raise Invalid(fields=wrong)
