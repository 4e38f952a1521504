"""What this room has of a client that goes: its campaigns, its keys, who may see it, what the log tells of it."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q

from accounts.actors import Actor
from accounts.models import ApiKey, Membership
from activity.log import record
from activity.models import Event
from activity.types import EventType
from clients.leaving.contract import AT_ONCE, File, Owned, Part, Work, register
from clients.leaving.family import events
from clients.leaving.models import Leaving
from clients.leaving.names import free
from clients.leaving.writing import as_lines
from clients.models import Campaign, Client, ClientAccess
from crm import versions
from crm.immutable import ERASE, MOVE_CLIENT, switched

EVENTS_AT_ONCE = 500
# What a payload says in words; everything else in it is ids, times and codes.
_WORDS = ("words", "reason", "error", "name", "segment")


class Campaigns(Part):
    place = 0

    def owned(self, client: Client) -> list[Owned]:
        keys = ApiKey.objects.filter(client=client, is_active=True)
        return [
            Owned("campaigns", Campaign.objects.filter(client=client).count()),
            Owned("API keys", keys.count(), "They are revoked."),
            Owned("people who see only this client", _only_here(client), "They see nothing any more."),
        ]

    def begin(self, leaving: Leaving, actor: Actor) -> None:
        """A key in the client's own hands opens nothing of another's."""
        for key in ApiKey.objects.filter(client=leaving.client, is_active=True):
            ApiKey.objects.filter(pk=key.pk).update(is_active=False)
            record(actor, EventType.KEY_REVOKED, key, name=key.name, scopes=key.scopes)

    def move(self, work: Work) -> int:
        rows = list(Campaign.objects.filter(client=work.client_id).order_by("pk")[:AT_ONCE])
        with switched(MOVE_CLIENT):
            for row in rows:
                name = free(Campaign, "name", row.name, work.leaving.wall)
                Campaign.objects.filter(pk=row.pk).update(client=work.target_id, name=name, version=F("version") + 1)
                if name != row.name:
                    work.tell(f"The campaign “{row.name}” is now called “{name}”: there was one of its name.", row.pk)
                else:
                    work.done(1)
        return len(rows)

    def files(self, leaving: Leaving) -> Iterable[File]:
        yield File("client.jsonl", Client.objects.filter(pk=leaving.client_id), as_lines)
        yield File("campaigns.jsonl", Campaign.objects.filter(client=leaving.client_id), as_lines)

    def erase(self, work: Work) -> int:
        """Conversations go on saying that they came from one campaign or another, and not what it was called."""
        rows = list(Campaign.objects.filter(client=work.client_id).exclude(name__startswith=_ERASED)[:AT_ONCE])
        for row in rows:
            versions.write(row, name=f"{_ERASED} {row.pk}", subject="")
        return work.done(len(rows))


_ERASED = "Erased campaign"


class Log(Part):
    """What happened in the client and is no row's that moved with somebody."""

    place = 90

    def move(self, work: Work) -> int:
        rows = _told(work).values_list("pk", flat=True)[:EVENTS_AT_ONCE]
        return events(work, Q(pk__in=list(rows)))

    def files(self, leaving: Leaving) -> Iterable[File]:
        yield File("events.jsonl", Event.objects.filter(client=leaving.client_id), as_lines, at_once=EVENTS_AT_ONCE)

    def erase(self, work: Work) -> int:
        """That it happened stays, when, and who did it."""
        said = Q()
        for key in _WORDS:
            said |= Q(payload__has_key=key) & ~Q(**{f"payload__{key}": ""})
        rows = list(_told(work).filter(said)[:EVENTS_AT_ONCE])
        with switched(ERASE):
            for row in rows:
                blank = {key: "" for key in _WORDS if key in row.payload}
                Event.objects.filter(pk=row.pk).update(payload=row.payload | blank)
        return len(rows)


def _told(work: Work) -> Any:
    """What became of the client itself stays its own."""
    rows = Event.objects.filter(client=work.client_id).exclude(subject_type="client")
    return rows.order_by("occurred_at", "sequence")


def _only_here(client: Client) -> int:
    elsewhere = ClientAccess.objects.exclude(client=client).filter(client__deleted_at=None).values("membership")
    rows = Membership.objects.filter(all_clients=False, is_active=True, client_access__client=client)
    return rows.exclude(pk__in=elsewhere).count()


register(Campaigns())
register(Log())
