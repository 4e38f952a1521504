"""What becomes of a client's deals when it goes. They follow their people and keep their stage, their place in the
column and their history."""

from collections.abc import Iterable

from django.db.models import F, Q
from django.utils import timezone

from activity.log import record_all
from activity.types import EventType
from clients.leaving.contract import AT_ONCE, File, Moved, Owned, Part, Work, register
from clients.leaving.models import Leaving
from clients.leaving.writing import as_lines
from clients.models import Client
from deals.models import Deal, StageChange

_ERASED = "Erased person"  # as where one person is erased


class Deals(Part):
    place = 40

    def owned(self, client: Client) -> list[Owned]:
        return [Owned("deals", Deal.objects.filter(client=client, deleted_at=None).count())]

    def moved(self, work: Work, rows: Moved) -> None:
        there = Deal.objects.filter(pk__in=rows.get(Deal, []), deleted_at=None).defer("search", "notes")
        changed = {"changed_fields": ["client_id"]}
        record_all(
            work.actor,
            [
                (
                    EventType.DEAL_UPDATED, one,
                    {"contact_id": one.contact_id, "conversation_id": one.conversation_id, **changed},
                )
                for one in there
            ],
        )  # fmt: skip
        work.done(len(rows.get(Deal, [])))

    def files(self, leaving: Leaving) -> Iterable[File]:
        yield File("deals.jsonl", Deal.objects.filter(client=leaving.client_id).defer("search"), as_lines)
        yield File("deal_history.jsonl", StageChange.objects.filter(deal__client=leaving.client_id), as_lines)

    def erase(self, work: Work) -> int:
        """What they were worth and how they went stays, for the workspace's own numbers."""
        worded = ~Q(title=_ERASED) | ~Q(notes="") | ~Q(lost_reason="")
        ids = list(Deal.objects.filter(worded, client=work.client_id).values_list("pk", flat=True)[:AT_ONCE])
        blank = {"title": _ERASED, "notes": "", "lost_reason": ""}
        return work.done(
            Deal.objects.filter(pk__in=ids).update(**blank, version=F("version") + 1, updated_at=timezone.now())
        )


register(Deals())
