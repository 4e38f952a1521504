"""The plainest system there can be: what is told to it is all in the open. For tests of the contract itself."""

from collections.abc import Callable, Iterable
from typing import Any

from activity.models import Event
from activity.types import EventType
from integrations.base import Connected, Field, Forged, Hook, Item, Page, System, Tally, Wanted
from integrations.batches import hold_missing
from integrations.doors import json_of
from integrations.models import InboundEvent, Push, SyncRun


def nothing(_: object) -> None:
    """What happens in between, unless a test says otherwise."""


class Plain(System):
    key = "plain"
    title = "Plain"
    summary = "For tests."
    fields = (
        Field("base_url", "Address", kind="url", default="https://plain.example.com"),
        Field("api_key", "API key", secret=True, required=True),
        Field("webhook_secret", "Webhook secret", secret=True, generated=lambda: "made-by-us"),
        Field("labels", "Labels", kind="map"),
    )
    has_hook = True
    has_batch = True
    pushes = frozenset({EventType.CONTACT_CREATED, EventType.CONTACT_UPDATED})

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.sent: list[str] = []
        self.given_up: list[str] = []
        self.pages: list[Page] = []
        self.in_handle: Callable[[InboundEvent], object] = nothing
        self.in_send: Callable[[Push], object] = nothing
        self.in_fetch: Callable[[SyncRun], object] = nothing

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        if hook.headers.get("x-plain") != connected.connection.secrets["webhook_secret"]:
            raise Forged("wrong")
        body = json_of(hook.body)
        return [Item(str(one["id"]), str(one.get("type", "said")), one) for one in body["events"]]

    def handle(self, connected: Connected, event: InboundEvent, prepared: Any) -> str:
        self.in_handle(event)
        self.handled.append(event.key)
        return f"Handled {event.key}"

    def fetch(self, connected: Connected, run: SyncRun, cursor: dict[str, Any]) -> Page:
        self.in_fetch(run)
        page: Page = self.pages[cursor.get("page", 0)]
        return page

    def take(self, connected: Connected, run: SyncRun, page: Page) -> Tally:
        return Tally(new=len(page.items), missing=hold_missing(run, page.items))

    def wants(self, connected: Connected, event: Event) -> Iterable[Wanted]:
        yield Wanted("contact", event.subject_id, {"event": event.type}, after=5)

    def send(self, connected: Connected, push: Push) -> Callable[[], str]:
        self.in_send(push)
        self.sent.append(push.idempotency_key)
        return lambda: f"Told {push.params['event']}"

    def gave_up(self, connected: Connected, push: Push) -> None:
        self.given_up.append(push.last_error)
