"""What the newest message of the person proposes to do next: sleep until they are back, follow up at the time they
name, meet whom they name. Each rests on words of the message, and is answered once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeAlias, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Undo
from activity.undoing import RESTORERS, Touched, offer, undoes
from contacts.models import Contact, Identity
from contacts.people import find
from contacts.zones import zone_of
from crm.errors import Conflict
from crm.transactions import insert_once
from inbox.composing.models import StepAnswer
from inbox.intents.absence import named_return
from inbox.intents.labels import Intent
from inbox.intents.referrals import Referral, referral
from inbox.intents.times import proposed_time
from inbox.messages import lock
from inbox.models import Conversation, Message
from inbox.reactions import first_working_hour

KIND = "inbox.next_step"
LONGEST_WORDS = 200

# A change that came of a step: the kind of its undo, and what that restores from.
Part: TypeAlias = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """words: verbatim of the message."""

    key: ClassVar[str] = ""
    message: Message
    words: str


@dataclass(frozen=True)
class AtATime(Step):
    """at: until when, or when; zone: the person's own."""

    at: datetime
    zone: ZoneInfo

    @property
    def theirs(self) -> str:
        """By their clock, “Mon 09:00”; empty where that shows the same as the clock of who is looking."""
        local = self.at.astimezone(self.zone)
        return "" if local.utcoffset() == timezone.localtime(self.at).utcoffset() else date_format(local, "D H:i")


class Sleep(AtATime):
    key = "absence"


class Meet(AtATime):
    key = "time"


@dataclass(frozen=True)
class Know(Step):
    """Whom they name; known: the contact who has that address already."""

    key = "person"
    referral: Referral
    known: Contact | None

    @property
    def whom(self) -> str:
        return str(self.known or self.referral.name or self.referral.address.value)


S = TypeVar("S", bound=Step)
KINDS: dict[str, type[Step]] = {kind.key: kind for kind in (Sleep, Meet, Know)}


def newest(conversation: Conversation) -> Message | None:
    """What the person said last, by their own clock, as the tags see it."""
    inbound = Message.objects.filter(conversation=conversation, direction=Message.Direction.INBOUND)
    return inbound.defer("html", "headers", "search").order_by("-occurred_at", "-position").first()


def steps(actor: Actor, conversation: Conversation, message: Message | None) -> list[Step]:
    """At most one of each kind, none for whoever may not write. Without any no query, else one for what was answered
    and three for whom they name."""
    if message is None or not actor.can_write or message.erased_at is not None:
        return []
    found: tuple[Step | None, ...] = (
        _absence(conversation, message),
        _time(conversation, message),
        _person(actor, conversation, message),
    )
    proposed = [one for one in found if one is not None]
    if not proposed:
        return []
    answered = set(StepAnswer.objects.filter(message=message).values_list("key", flat=True))
    return [one for one in proposed if one.key not in answered]


def _absence(conversation: Conversation, message: Message) -> Sleep | None:
    """Where the reaction left it awake: unsure, switched off, or a person woke it."""
    if conversation.intent != Intent.OUT_OF_OFFICE or conversation.status != Conversation.Status.ACTIVE:
        return None
    zone = zone_of(conversation.contact)
    back = named_return(message.new_text, message.occurred_at.astimezone(zone).date())
    until = first_working_hour(back.day, zone) if back else None
    if back is None or until is None or until <= timezone.now():
        return None
    return Sleep(message, _quoted(message, back.span), until, zone)


def _time(conversation: Conversation, message: Message) -> Meet | None:
    if conversation.intent != Intent.BOOKING:
        return None
    zone = zone_of(conversation.contact)
    proposed = proposed_time(message.new_text, message.occurred_at, zone)
    if proposed is None or proposed.start <= timezone.now():
        return None
    return Meet(message, _quoted(message, proposed.span), proposed.start, zone)


def _person(actor: Actor, conversation: Conversation, message: Message) -> Know | None:
    region = actor.workspace.region
    if referral(message.new_text, region=region, known=()) is None:  # nearly always: without a query
        return None
    own = set(Identity.objects.filter(contact=conversation.contact_id).values_list("value", flat=True))
    own |= {conversation.connection.name.lower()} if conversation.connection else set()
    found = referral(message.new_text, region=region, known=own)
    if found is None or _is_ours(conversation, found):
        return None
    known = find(actor=actor, client_id=conversation.client_id, address=found.address)
    return Know(message, _quoted(message, (found.start, found.end)), found, known)


def _is_ours(conversation: Conversation, found: Referral) -> bool:
    members = Membership.objects.filter(workspace=conversation.workspace_id)
    return members.filter(user__email__iexact=found.address.value).exists()


def _quoted(message: Message, span: tuple[int, int]) -> str:
    return message.new_text[slice(*span)][:LONGEST_WORDS]


@transaction.atomic
def answer(*, actor: Actor, conversation: Conversation, kind: type[S], message_id: UUID | None, taken: bool) -> S:
    """Keep that the step was taken, or put off; what taking it does is the caller's, in the same transaction. Locks the
    contact and the conversation. Raises Conflict where the step is no more: answered already, or they wrote since."""
    actor.must_write()
    locked = lock(conversation)
    message = newest(locked)
    step = next((one for one in steps(actor, locked, message) if isinstance(one, kind)), None)
    if step is None or step.message.pk != message_id:
        raise Conflict("This proposal is not there any more: it was answered, or something newer was written.")
    row = StepAnswer(
        workspace=actor.workspace, message=step.message, key=step.key, taken=taken, member=actor.membership
    )  # fmt: skip
    if not insert_once(row):
        raise Conflict("This was done already.")
    return step


def offer_back(actor: Actor, sentence: str, step: Step, parts: list[Part]) -> Undo | None:
    """How all that came of the step goes away again with one press, and the step comes back."""
    data = {"message": step.message.pk, "conversation": step.message.conversation_id, "key": step.key, "parts": parts}
    return offer(actor, sentence, kind=KIND, data=data)


@undoes(KIND)
def restore(actor: Actor, data: dict[str, Any]) -> list[Touched]:
    """The last first. Where one cannot be taken back, none is."""
    touched = [Touched("conversation", UUID(data["conversation"]))]
    for kind, inner in reversed(data["parts"]):
        touched += RESTORERS[kind](actor, inner)
    StepAnswer.objects.filter(workspace=actor.workspace, message=data["message"], key=data["key"]).delete()
    return touched
