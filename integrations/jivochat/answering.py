"""What JivoChat shows the agent beside the chat: who this is, what is open with them, the way to their page here."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse

from contacts.custom import written
from contacts.models import Contact
from crm.money import display
from deals.models import Deal
from integrations.base import Connected

PLAIN: dict[str, Any] = {"result": "ok"}
_MOST_FIELDS, _MOST_DEALS, _LONGEST = 20, 5, 500


def about(connected: Connected, contact: Contact) -> dict[str, Any]:
    """The whole answer. Four queries, however much there is to tell."""
    comment = written(contact.custom_fields.get("comment"))
    return {
        "result": "ok",
        "custom_data": [*_fields(contact), *_deals(connected, contact)],
        "contact_info": {
            "name": contact.name, "phone": contact.phone, "email": contact.email, "description": comment[:_LONGEST]
        },
        "enable_assign": True,
        "crm_link": address_of("contacts:contact", contact.pk),
    }  # fmt: skip


def address_of(view: str, pk: object) -> str:
    """Absolute: the agent opens it from another place."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(view, args=[pk])}"


def _fields(contact: Contact) -> Iterator[dict[str, str]]:
    labels = ", ".join(label.name for label in contact.labels.order_by("name"))
    owner = str(contact.owner.user) if contact.owner else ""
    status = "" if contact.status == Contact.Status.ACTIVE else contact.get_status_display()
    for title, content in (("Company", contact.company), ("Owner", owner), ("Status", status), ("Labels", labels)):
        if content:
            yield _shown(title, content, title.lower())
    told = [(name, written(value)) for name, value in contact.custom_fields.items() if name != "comment"]
    for name, content in [pair for pair in told if pair[1]][:_MOST_FIELDS]:
        yield _shown(name.replace("_", " ").capitalize(), content, name)


def _deals(connected: Connected, contact: Contact) -> Iterator[dict[str, str]]:
    rows = Deal.objects.visible_to(connected.actor).open().filter(contact=contact)
    for deal in rows.select_related("stage").order_by("-created_at")[:_MOST_DEALS]:
        worth = f", {display(deal.value, deal.currency)}" if deal.value else ""
        told = _shown("Open deal", f"{deal.title}: {deal.stage.name}{worth}", "deal")
        yield {**told, "link": address_of("deals:deal", deal.pk)}


def _shown(title: str, content: str, key: str) -> dict[str, str]:
    return {"title": title[:_LONGEST], "content": content[:_LONGEST], "key": key[:_LONGEST]}
