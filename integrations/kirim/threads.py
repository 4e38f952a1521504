"""Keeping a conversation's status and assignee equal at both sides. What both last agreed on stands in the link with
Kirim's conversation: whoever changed since is followed; where both did, we are."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.models import Membership
from inbox import actions, receiving
from inbox.channels import Channel
from inbox.messages import Draft
from inbox.models import Conversation, Message
from integrations.base import Connected, Later, Wanted
from integrations.kirim.mapping import SYSTEM, Row, address_of, changed_at, moment, row, text
from integrations.kirim.messages import own_address
from integrations.links import link
from integrations.models import Link

KIND, USER = "conversation", "user"
OPEN, RESOLVED = "open", "resolved"
Status = Conversation.Status


def to_be_told(conversation_id: UUID) -> Wanted:
    return Wanted(KIND, conversation_id, after=1.0)


def kept(connected: Connected, conversation: Conversation) -> Link | None:
    """What is kept of Kirim's conversation that ours is linked with: {"status", "assigned_to", "labels", "at"}."""
    rows = Link.objects.filter(connection=connected.connection, kind=KIND, subject_id=conversation.pk)
    found: Link | None = rows.order_by("-id").first()
    return found


def found(connected: Connected, theirs: Row) -> Conversation | None:
    """Ours for Kirim's conversation: the linked one, else the chat with its contact, opened where there is none. None
    where it names nobody."""
    contact = row(theirs.get("contact"))
    addresses = [address_of(text(contact.get("phone_number"))), own_address(contact)]
    reached = [one for one in addresses if one]
    if not reached:
        return linked(connected, text(theirs.get("id")))
    at = moment(theirs.get("last_message_at")) or moment(theirs.get("created_at"))
    arrival = receiving.Arrival(
        channel=Channel.WHATSAPP, addresses=reached, draft=Draft(Message.Direction.INBOUND, "", occurred_at=at),
        name=text(contact.get("name")), client_id=connected.client_id, connection_id=connected.connection.pk,
        source=SYSTEM,
    )  # fmt: skip
    return linked(connected, text(theirs.get("id"))) or receiving.thread(actor=connected.actor, arrival=arrival)


def linked(connected: Connected, id: str) -> Conversation | None:
    rows = Link.objects.filter(connection=connected.connection, kind=KIND, external_id=id)
    mine: Conversation | None = Conversation.objects.filter(
        pk__in=rows.values("subject_id"), wall=connected.wall, connection=connected.connection
    ).first()
    return mine


@dataclass
class Plan:
    """What makes both sides equal. tell: what Kirim is to be told (a PATCH); status, assign: what is followed here;
    words: what that is."""

    tell: dict[str, Any] = field(default_factory=dict)
    status: str = ""
    assign: bool = False
    member: Membership | None = None
    words: list[str] = field(default_factory=list)


def plan(connected: Connected, conversation: Conversation, theirs: Row) -> Plan:
    """Raises Later where `theirs` is older than what was heard or told since: it is asked for anew."""
    before = before_of(connected, conversation, theirs)
    at, ours_at = changed_at(theirs), moment(before.get("at"))
    if at and ours_at and at < ours_at:
        raise Later(2, "Something newer is known of the conversation.")
    made = Plan()
    _status(conversation, theirs, before, made)
    _assignee(connected, conversation, theirs, before, made)
    return made


def equalise(connected: Connected, conversation: Conversation, theirs: Row) -> Plan:
    """Follow here what changed at Kirim; what is to be told there is left in the plan. `conversation` is locked."""
    made = plan(connected, conversation, theirs)
    actor = connected.actor
    if made.status == RESOLVED:
        actions.close(actor=actor, conversation=conversation)
    elif made.status == OPEN:
        actions.reopen(actor=actor, conversation=conversation, reason="reopened in Kirim")
    if made.assign:
        actions.assign(actor=actor, conversation=conversation, to=made.member)
        if made.member is not None:
            link(connected.connection, USER, assigned_to(theirs), made.member.pk)
    agree(connected, conversation, theirs, made.tell)
    return made


def told(connected: Connected, conversation: Conversation, now: Row, tell: Row) -> Plan:
    """Kirim was told `tell` and is as in `now`: keep that, and follow what else had changed there."""
    if tell:
        names = {"status": status_of(now), "assigned_to": assigned_to(now)}
        said = {name: names[name] for name in tell}
        data = {**before_of(connected, conversation, now), **said, "at": text(now.get("updated_at"))}
        link(connected.connection, KIND, text(now["id"]), conversation.pk, **data)
    return equalise(connected, conversation, now)


def before_of(connected: Connected, conversation: Conversation, theirs: Row) -> dict[str, Any]:
    """What both sides held when they were last equal."""
    kept_link = kept(connected, conversation)
    return kept_link.data if kept_link and kept_link.external_id == text(theirs.get("id")) else {}


def agree(connected: Connected, conversation: Conversation, theirs: Row, tell: Row) -> None:
    """Keep what both sides hold; of what is still to be told, what they held before."""
    before = before_of(connected, conversation, theirs)
    data = {**before, "status": status_of(theirs), "assigned_to": assigned_to(theirs)}
    data |= {name: before[name] for name in tell if name in before}
    if theirs.get("updated_at"):
        data["at"] = text(theirs["updated_at"])
    link(connected.connection, KIND, text(theirs["id"]), conversation.pk, **data)


def status_of(theirs: Row) -> str:
    """Open or resolved. What is pending with Kirim's own robot is open to us."""
    return RESOLVED if theirs.get("status") == RESOLVED else OPEN


def assigned_to(theirs: Row) -> str:
    assignee = row(theirs.get("assignee"))
    return text(assignee.get("id")) or text(assignee.get("user_id"))


def _status(conversation: Conversation, theirs: Row, before: Row, made: Plan) -> None:
    here = RESOLVED if conversation.status == Status.CLOSED else OPEN
    there = status_of(theirs)
    if here == there:
        return
    if here != before.get("status", OPEN):
        made.tell["status"] = here
    else:
        made.status = there
        made.words.append("closed" if there == RESOLVED else "reopened")


def _assignee(connected: Connected, conversation: Conversation, theirs: Row, before: Row, made: Plan) -> None:
    there, base = assigned_to(theirs), text(before.get("assigned_to"))
    here = user_of(connected, conversation.assignee_id)
    if here == there or (here is None and there == base):
        return
    if here is not None and here != base:
        made.tell["assigned_to"] = here or None
        return
    assignee = row(theirs.get("assignee"))
    made.member = member_of(connected, assignee) if there else None
    made.assign = made.member is not None or not there
    name = text(assignee.get("name")) or there
    unknown = f"assigned in Kirim to {name}, who cannot answer here"
    made.words.append(
        (f"assigned to {made.member.user}" if made.member else unknown) if there else "assigned to nobody"
    )


def user_of(connected: Connected, member_id: UUID | None) -> str | None:
    """Kirim's id of our member; "" for nobody, None where Kirim's id of them is not known."""
    if member_id is None:
        return ""
    rows = Link.objects.filter(connection=connected.connection, kind=USER, subject_id=member_id)
    learnt: str | None = rows.order_by("-id").values_list("external_id", flat=True).first()
    if learnt:
        return learnt
    email = Membership.objects.values_list("user__email", flat=True).get(pk=member_id).casefold()
    named = connected.settings.get("users") or {}
    return next((str(user) for mail, user in named.items() if mail.casefold() == email), None)


def member_of(connected: Connected, assignee: Row) -> Membership | None:
    """Our member for Kirim's user: linked, or of the same e-mail address, and allowed to answer here."""
    user_id, email = assigned_to({"assignee": assignee}), text(assignee.get("email"))
    named = connected.settings.get("users") or {}
    email = email or next((mail for mail, user in named.items() if user == user_id), "")
    members = Membership.objects.filter(workspace=connected.workspace).select_related("user")
    rows = Link.objects.filter(connection=connected.connection, kind=USER, external_id=user_id)
    member = members.filter(pk__in=rows.values("subject_id")).first()
    member = member or (members.filter(user__email__iexact=email).first() if email else None)
    if member is None or not actions.may_answer(member, connected.client_id):
        return None
    return member
