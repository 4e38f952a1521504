"""Kirim: WhatsApp, both ways (vendors.md, section 3)."""

from collections.abc import Callable, Iterable
from typing import Any

from activity.models import Event
from inbox.composing import limits
from integrations.base import Connected, Failed, Field, Hook, Item, Page, System, Tally, Wanted
from integrations.calling import VendorError
from integrations.kirim import batch, door, handling, push, rehearsals, routing  # noqa: F401 - one registers itself
from integrations.kirim.calls import Calls
from integrations.kirim.mapping import SYSTEM as KEY
from integrations.kirim.window import window
from integrations.models import InboundEvent, Push, SyncRun
from integrations.signatures import new_secret


class Kirim(System):
    key = KEY
    title = "Kirim"
    icon = "device-phone-mobile"
    summary = "WhatsApp chats, contacts and agents, kept equal both ways."
    has_hook = True
    has_batch = True
    pushes = push.HEARD
    fields = (
        Field(
            "base_url", "API address", kind="url", required=True, default="https://api.kirimdev.com/v1",
            help="As in your Kirim documentation: https://api.kirimdev.com/v1, https://api.kirim.chat/v1 or "
            "https://api-kckit.kirim.chat/v1.",
        ),
        Field(
            "phone_number_id", "phone_number_id",
            help="Stands before every path of the two newer APIs; leave it empty for api-kckit.kirim.chat.",
        ),
        Field(
            "messaging_product", "Send messaging_product", kind="flag", default=True,
            help="The two newer APIs want it; switch it off for api-kckit.kirim.chat.",
        ),
        Field("api_key", "API key", secret=True, help="Begins with kdv_live_. Without it, only webhooks come in."),
        Field(
            "webhook_secret", "Webhook secrets", kind="lines", secret=True, generated=new_secret,
            help="Each begins with whsec_. While you rotate one, both hold: one on each line.",
        ),
        Field("push", "Tell Kirim what changes here", kind="flag", default=True),
        Field("pull", "Compare with Kirim every night", kind="flag", default=True),
        Field(
            "routing", "Who takes a labelled conversation", kind="map",
            help="label=e-mail addresses, one label on each line: needs-human=anna@example.com, ben@example.com. "
            "“anyone” stands for every available agent. The one who has waited longest gets it.",
        ),
        Field(
            "labels", "Labels with other names in Kirim", kind="map",
            help="name=lbl_…, one on each line. All others are found there by their name, or made.",
        ),
        Field(
            "users", "Agents with other addresses in Kirim", kind="map",
            help="e-mail=usr_…, one on each line. All others are known by their e-mail address.",
        ),
    )  # fmt: skip
    steps = (
        "In Kirim, make an API key under Settings, Developers, and enter it here.",
        "Add a webhook subscription there with the address {hook_url} and all events.",
        "Copy its signing secret, which begins with whsec_, into Webhook secrets here.",
        "For api.kirim.chat and api.kirimdev.com enter the phone_number_id of your number as well.",
    )

    def check(self, connected: Connected) -> str:
        try:
            with Calls(connected.settings, connected.secrets) as calls:
                calls.page("/contacts")
        except VendorError as error:
            raise Failed(_wrong(connected, error)) from error
        nobody = routing.unknown(connected)
        missing = f" But nobody here has the address {', '.join(nobody)}, to whom labels are routed." if nobody else ""
        return f"Kirim answers, and takes the API key.{missing}"

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        given = connected.secrets.get("webhook_secret") or []
        door.verify(hook, [given] if isinstance(given, str) else given)
        return door.items(hook)

    def prepare(self, connected: Connected, event: InboundEvent) -> Any:
        return handling.prepare(connected, event)

    def handle(self, connected: Connected, event: InboundEvent, prepared: Any) -> str:
        return handling.handle(connected, event, prepared)

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


def _wrong(connected: Connected, error: VendorError) -> str:
    if error.status == 401:
        return "Kirim does not take the API key. Copy it again from Settings, Developers."
    if error.status == 404:
        return (
            "Kirim knows no such address. Check the API address, and the phone_number_id: the two newer APIs need it, "
            "api-kckit.kirim.chat has none."
        )
    return f"Kirim refused: {error.words or error.code}"


limits.register(KEY, window)
SYSTEM = Kirim()
