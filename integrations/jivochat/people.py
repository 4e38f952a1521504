"""The visitor as a contact here, and who looks after them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Membership
from contacts import actions
from contacts.merging import merge
from contacts.models import Contact, Identity
from contacts.people import lock
from inbox.actions import assign, may_answer
from inbox.models import Conversation
from integrations.base import Connected
from integrations.jivochat import mapping
from integrations.jivochat.transcript import agents
from integrations.loose import part, text
from integrations.whole_records import take_whole


@transaction.atomic
def meet(connected: Connected, payload: Mapping[str, Any], at: datetime, **more: Any) -> Contact:
    """The visitor's contact, brought up to what the event says of them and made where there is none; comes back locked.
    more: further custom fields."""
    known = mapping.known(payload, region=connected.workspace.region, changed_at=at)
    fields = {**known.fields, **{f"custom_fields.{name}": value for name, value in more.items()}}
    key = mapping.key_of(payload)
    met = take_whole(connected, replace(known, fields=fields), who=key[:300])
    return _joined(connected, met.contact, key)


def _joined(connected: Connected, contact: Contact, key: str) -> Contact:
    """Together with the nameless visitor that JivoChat's number meant until they said who they are."""
    rows = Identity.objects.filter(wall=connected.wall, kind=mapping.SYSTEM, value=key).exclude(contact=contact)
    stranger = rows.select_related("contact").first()
    if stranger is not None and not Identity.objects.filter(contact=stranger.contact).exclude(pk=stranger.pk).exists():
        merge(actor=connected.actor, winner=contact, loser=stranger.contact)
    return lock(contact.pk)


def identity_of(contact: Contact, payload: Mapping[str, Any]) -> Identity | None:
    """What a chat with them runs on: JivoChat's own number, else any address of theirs."""
    rows = Identity.objects.filter(contact=contact)
    own = rows.filter(kind=mapping.SYSTEM, value=mapping.key_of(payload)).first()
    found: Identity | None = own or rows.order_by("created_at", "id").first()
    return found


def colleague(connected: Connected, login: str) -> Membership | None:
    """The member of the workspace whose e-mail address is the agent's login, if they may work for this client."""
    if not login:
        return None
    members = Membership.objects.visible_to(connected.actor).select_related("user")
    member = members.filter(user__email__iexact=login).first()
    return member if member and may_answer(member, connected.client_id) else None


def login_of(payload: Mapping[str, Any]) -> str:
    """Of the agent who has the chat now."""
    return text(part(payload, "agent").get("email") or part(payload, "assigned_agent").get("email"), 320)


def default_manager(connected: Connected) -> Membership | None:
    return colleague(connected, text(connected.settings.get("default_manager")))


def look_after(connected: Connected, payload: Mapping[str, Any], contact: Contact, thread: Conversation) -> None:
    """Give a chat that nobody has to the agent who took it, else to the contact's owner, else to the connection's
    default manager; who has it keeps it, unless JivoChat's agents passed it on. A contact without an owner gets one."""
    agent = colleague(connected, login_of(payload))
    manager = agent or _owner(contact, connected) or default_manager(connected)
    if manager is None:
        return
    if thread.assignee_id is None or (agent is not None and _passed_on(thread, agent, payload)):
        assign(actor=connected.actor, conversation=thread, to=manager)
    if contact.owner_id is None:
        actions.change(actor=connected.actor, contact=contact, owner_id=manager.pk)


def _owner(contact: Contact, connected: Connected) -> Membership | None:
    owner = contact.owner
    return owner if owner is not None and may_answer(owner, connected.client_id) else None


def _passed_on(thread: Conversation, agent: Membership, payload: Mapping[str, Any]) -> bool:
    """Whether who has the chat here is an agent who had it there before."""
    logins = {text(one.get("email")).lower() for one in agents(payload).values()}
    holder = thread.assignee
    return holder is not None and holder.pk != agent.pk and holder.user.email.lower() in logins
