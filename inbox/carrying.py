"""Which mail account carries a conversation that we begin."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from accounts.actors import Actor
from inbox.channels import Channel
from inbox.models import Conversation


def carry(*, actor: Actor, conversation: Conversation) -> None:
    """Have a conversation by mail, new and without a word in it, carried by a mail account on its side of the wall: the
    writer's own, else the one that this person was written with last, else the first that was connected. Without any it
    stays as it is: what is said in it is recorded, and somebody carries it over by hand."""
    if conversation.channel != Channel.EMAIL or conversation.connection_id is not None:
        return
    accounts = list(_accounts(conversation))
    if accounts:
        chosen = _own(actor, accounts) or _last_used(conversation, accounts) or accounts[0]
        conversation.connection = chosen
        Conversation.objects.filter(pk=conversation.pk).update(connection=chosen)


def _accounts(conversation: Conversation) -> QuerySet[Any]:
    # By its name: the room of connections stands above this one.
    connections = apps.get_model("integrations", "Connection").objects.defer("secrets")
    rows: QuerySet[Any] = connections.filter(
        workspace=conversation.workspace_id, client=conversation.client_id, system=Channel.EMAIL.value,
        is_active=True, deleted_at=None,
    )  # fmt: skip
    return rows.order_by("created_at", "id")


def _own(actor: Actor, accounts: Iterable[Any]) -> Any:
    address = actor.membership.user.email.lower() if actor.membership else ""
    return next((one for one in accounts if address in map(str.lower, one.settings.get("addresses", ()))), None)


def _last_used(conversation: Conversation, accounts: Iterable[Any]) -> Any:
    mine = {one.pk: one for one in accounts}
    rows = Conversation.objects.filter(contact=conversation.contact_id, connection__in=mine)
    last = rows.order_by("-sorted_at", "-id").values_list("connection", flat=True).first()
    return mine.get(last)
