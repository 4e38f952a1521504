"""muro, a live chat: people who hand over their address, and what was said, come here; replies and notes go there."""

from collections.abc import Callable, Iterable
from typing import Any

from activity.models import Event
from activity.types import EventType
from integrations.base import Connected, Field, Hook, Item, Page, System, Tally, Wanted
from integrations.models import InboundEvent, Push, SyncRun
from integrations.muro import batch, door, events, push
from integrations.muro.calls import BASE_URL, Muro
from integrations.signatures import new_secret


class MuroSystem(System):
    key = "muro"
    title = "muro"
    summary = "Live chat. Visitors become contacts, their chats conversations; replies and notes go back."
    icon = "chat-bubble-left-right"
    has_hook = has_batch = True
    pushes = frozenset({EventType.MESSAGE_SENT, EventType.MESSAGE_DELIVERY_CHANGED, EventType.NOTE_CREATED})
    fields = (
        Field("base_url", "Address of the API", kind="url", default=BASE_URL, required=True),
        Field("api_key", "API key", secret=True,
              help="Begins with mr_live_; it must be allowed to read and to write. Without it, only webhooks come in."),
        Field("webhook_secret", "Webhook secret", "muro shows it when the webhook is made.",
              secret=True, generated=new_secret),
    )  # fmt: skip
    steps = (
        "In muro, open Settings, then API keys, make a key that may read and write, and enter it here.",
        "In muro, open Settings, then Webhooks, and add {hook_url} with the event visitor.identified, or all events.",
        "muro then shows the webhook's secret: enter it here, since what is not signed with it is refused.",
    )

    def check(self, connected: Connected) -> str:
        with Muro(connected) as muro:
            muro.page("contacts", None, limit=1)
        return "muro answers, and the API key works."

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        return [door.read(hook, [connected.secrets.get("webhook_secret", "")])]

    def prepare(self, connected: Connected, event: InboundEvent) -> Any:
        return events.prepare(connected, event)

    def handle(self, connected: Connected, event: InboundEvent, prepared: Any) -> str:
        return events.handle(connected, event, prepared)

    def fetch(self, connected: Connected, run: SyncRun, cursor: dict[str, Any]) -> Page:
        return batch.fetch(connected, run, cursor)

    def take(self, connected: Connected, run: SyncRun, page: Page) -> Tally:
        return batch.take(connected, run, page)

    def wants(self, connected: Connected, event: Event) -> Iterable[Wanted]:
        return push.wants(connected, event)

    def send(self, connected: Connected, push_: Push) -> Callable[[], str]:
        return push.send(connected, push_)

    def gave_up(self, connected: Connected, push_: Push) -> None:
        push.gave_up(connected, push_)


SYSTEM = MuroSystem()
