"""MisarMail, or another Parley: its CRM copied here and kept in step, its mail events heard."""

from collections.abc import Callable, Iterable
from typing import Any

from activity.models import Event
from integrations.base import Connected, Failed, Field, Hook, Item, Page, System, Tally, Wanted
from integrations.calling import VendorError
from integrations.misarmail import batch, door, handling, push
from integrations.misarmail.calls import Api, address, sentence
from integrations.misarmail.walking import rows_of
from integrations.models import InboundEvent, Push, SyncRun
from integrations.signatures import new_secret

BASES = "https://api.misar.io/mail/v1 or https://mail.misar.io/api/v1; of another Parley https://its-host/api/v1"


class MisarMail(System):
    key = "misarmail"
    title = "MisarMail"
    summary = "Its conversations, contacts, deals, campaigns and clients here, and what you change told back."
    icon = "envelope"
    fields = (
        Field(
            "base_url", "Base URL", help=BASES, kind="url", required=True, default="https://api.misar.io/mail/v1",
        ),
        Field(
            "api_key", "API key", secret=True,
            help="msk_…, with the scope crm. Without it, only webhooks come in.",
        ),
        Field(
            "edition", "How webhooks are signed", kind="choice", choices=door.EDITIONS, default=door.MISARMAIL,
            help="The header that your webhooks come with.",
        ),
        Field(
            "webhook_secret", "Webhook secret", secret=True, generated=new_secret,
            help="MisarMail shows it when the webhook is made.",
        ),
    )  # fmt: skip
    steps = (
        "In MisarMail, open Settings, then API keys, and make one with the scope crm.",
        "Paste it here, with the base URL of your edition, and test the connection.",
        "Under Settings, Webhooks, add {hook_url} for all email, campaign and contact events.",
        "Paste the webhook's secret here, and choose how it is signed.",
    )
    has_hook = True
    has_batch = True
    spans_clients = True
    polls_every = 300
    pushes = push.TYPES

    def check(self, connected: Connected) -> str:
        with Api(connected) as api:
            try:
                answer = api.get(address("conversations"), {"per_page": 1, "page": 1})
            except VendorError as error:
                raise Failed(sentence(error)) from None
        rows_of("conversations", answer)
        pagination = answer.get("pagination")
        total = pagination.get("total") if isinstance(pagination, dict) else None
        return f"It works: {total:,} conversations can be read." if isinstance(total, int) else "It works."

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        secret = str(connected.secrets.get("webhook_secret") or "")
        door.verify(hook, connected.settings["edition"], [secret])
        return door.events(hook.body)

    def handle(self, connected: Connected, event: InboundEvent, prepared: Any) -> str:
        return handling.handle(connected, event)

    def fetch(self, connected: Connected, run: SyncRun, cursor: dict[str, Any]) -> Page:
        return batch.fetch(connected, run, cursor)

    def take(self, connected: Connected, run: SyncRun, page: Page) -> Tally:
        return batch.take(connected, run, page)

    def wants(self, connected: Connected, event: Event) -> Iterable[Wanted]:
        return push.wants(connected, event)

    def send(self, connected: Connected, push_: Push) -> Callable[[], str]:
        return push.send(connected, push_)


SYSTEM = MisarMail()
