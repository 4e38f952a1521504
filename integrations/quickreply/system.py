"""QuickReply.ai: WhatsApp marketing. It calls our lead endpoints, and posts its chats to the connection's address."""

import hashlib
import secrets
from typing import Any

from django.conf import settings

from integrations.base import Connected, Failed, Field, Hook, Item, System
from integrations.doors import json_of
from integrations.loose import moment, text
from integrations.models import InboundEvent
from integrations.one_way import one_way
from integrations.quickreply import chat, leads, saving


class QuickReply(System):
    key = "quickreply"
    title = "QuickReply.ai"
    summary = "Leads that QuickReply creates and changes, and its WhatsApp chats."
    icon = "device-phone-mobile"
    has_hook = True
    key_field = "auth_key"
    fields = (
        Field(
            "auth_key", "Auth key", help="What QuickReply shows with each call. It finds this connection.",
            secret=True, generated=lambda: secrets.token_hex(32),
        ),
        Field(
            "custom_fields", "Names of custom fields", kind="map",
            help="QuickReply's name of a field and yours, such as utm_campaign=crm_campaign_code. Others keep their "
            "own name; “company” is the contact's company.",
        ),
        Field(
            "key_in_body", "Take the key in the body or query too", kind="flag", default=False,
            help="For set-ups that cannot send a header. A key in an address is easily seen by others.",
        ),
    )  # fmt: skip
    steps = (
        "In QuickReply, open the settings of its CRM integration and choose a custom CRM.",
        f"Create lead: POST {settings.PUBLIC_URL}/crm/create",
        f"Fetch lead: GET {settings.PUBLIC_URL}/crm/fetch",
        f"Update lead: PUT {settings.PUBLIC_URL}/crm/update/{{lead_id}}",
        "Send the auth key with each of them in the header Auth-Key.",
        "For its WhatsApp chats, paste this address as the chat webhook: {hook_url}",
    )

    def check(self, connected: Connected) -> str:
        return "QuickReply calls us: change a contact there, and within about five minutes the call appears below."

    def read(self, connected: Connected, hook: Hook) -> list[Item]:
        """A WhatsApp message, or the older envelope of a new contact."""
        payload = json_of(hook.body)
        if "event" in payload and isinstance(payload.get("data"), dict):
            digest = hashlib.sha256(hook.body).hexdigest()
            return [Item(f"event:{digest}", "crm.create", payload["data"], hook.now)]
        own = text(payload.get("id"), 250) or hashlib.sha256(hook.body).hexdigest()
        return [Item(f"message:{own}", "message", payload, moment(payload.get("msg_time")) or hook.now)]

    def handle(self, connected: Connected, event: InboundEvent, prepared: Any) -> str:
        if event.type == "message":
            return chat.take(connected, event)
        names = connected.settings.get("custom_fields") or {}
        one = leads.lead(event.payload, region=connected.workspace.region, names=names)
        if not one.addresses and not one.lead_id:
            raise Failed("Neither a phone nor an e-mail address: nobody can tell who it is.")
        return saving.in_words(saving.save(connected, one, event.arrived_at))


SYSTEM = QuickReply()
one_way(SYSTEM.key, "QuickReply", "Answer in QuickReply’s inbox.")
