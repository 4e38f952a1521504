"""Weeks of a workspace at random, in which each thing is reacted to before the next one happens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from activity.consumers import READERS, consume_all
from clients.models import Client
from crm.errors import Refusal
from deals import actions as deals
from deals.models import Deal
from inbox import actions
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests.arrivals import ago, judged, wait_until_readable, write_in

WANTED = (Intent.INTERESTED, Intent.BOOKING, Intent.OUT_OF_OFFICE, Intent.NOT_INTERESTED)
WORDS = ("Hello", "I am away, back on {:%Y-%m-%d}.", "I am out of the office.")


@dataclass
class History:
    """What happens is drawn from `chance`; the same seed tells the same story in another workspace."""

    us: Actor
    clients: list[Client | None]
    agents: list[Membership]
    chance: Random
    threads: list[UUID] = field(default_factory=list)

    def go_on(self, steps: int, *, by_hand: bool) -> None:
        happenings: list[Callable[[], None]] = [self.somebody_writes] * 4
        if by_hand:
            happenings += [self.somebody_corrects, self.somebody_sorts_out, self.somebody_deals]
        for _ in range(steps):
            self.chance.choice(happenings)()
            wait_until_readable()
            consume_all(reader for reader in READERS.values() if reader.switchable)

    def somebody_writes(self) -> None:
        person, thread = self.chance.randrange(4), self.chance.randrange(3)
        client = self.clients[person % len(self.clients)]
        back = timezone.now() + timedelta(days=self.chance.randrange(2, 20))
        message = write_in(
            self.us, self.chance.choice(WORDS).format(back), sender=f"person{person}@example.com",
            thread_id=f"{person}-{thread}", client_id=client.pk if client else None,
            offline=self.chance.random() < 0.3, at=self.moment(),
        )  # fmt: skip
        if message.conversation_id not in self.threads:
            self.threads.append(message.conversation_id)
        judged(message, self.chance.choice(WANTED), confidence=self.chance.choice((0.3, 0.75, 0.95, 0.97)))

    def moment(self) -> datetime | None:
        return ago(days=self.chance.randrange(4, 9)) if self.chance.random() < 0.1 else None

    def somebody_corrects(self) -> None:
        intent = self.chance.choice(WANTED)
        if conversation := self.one_of_them():
            actions.override_intent(actor=self.us, conversation=conversation, intent=intent)

    def somebody_sorts_out(self) -> None:
        agent = self.chance.choice([None, *self.agents])
        choice = self.chance.randrange(4)
        if (conversation := self.one_of_them()) is None:
            return
        if choice == 0:
            actions.close(actor=self.us, conversation=conversation)
        elif choice == 1:
            actions.reopen(actor=self.us, conversation=conversation)
        elif choice == 2:
            actions.snooze(actor=self.us, conversation=conversation, until=timezone.now() + timedelta(days=3))
        elif agent is None or actions.may_answer(agent, conversation.client_id):
            actions.assign(actor=self.us, conversation=conversation, to=agent)

    def somebody_deals(self) -> None:
        choice = self.chance.randrange(4)
        deal = self.chance.choice(list(Deal.objects.filter(workspace=self.us.workspace).order_by("pk")) or [None])
        conversation = self.one_of_them()
        if choice == 0 and conversation:
            deals.create(actor=self.us, conversation_id=conversation.pk)
        elif deal is not None and choice == 1 and deal.deleted_at is None:
            deals.delete(actor=self.us, deal=deal)
        elif deal is not None and deal.deleted_at is None:
            try:
                deals.move(actor=self.us, deal=deal, stage=self.chance.choice(("lost", "won", "interested")))
            except Refusal:
                return

    def one_of_them(self) -> Conversation | None:
        return Conversation.objects.get(pk=self.chance.choice(self.threads)) if self.threads else None
