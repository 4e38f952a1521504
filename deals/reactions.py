"""What the board does by itself. Each is a switch of the workspace, and done once for one event."""

from accounts.actors import Actor
from activity.consumers import reaction
from activity.log import forget
from activity.models import Event
from activity.types import EventType
from deals import actions
from deals.models import Deal
from deals.stages import first_open
from inbox.intents.labels import Intent
from inbox.models import Conversation
from inbox.reactions import first_able, to_act_on


@reaction(
    "open_deal",
    EventType.INTENT_DETECTED,
    EventType.INTENT_OVERRIDDEN,
    title="When somebody is interested or wants to meet and has no open deal, open one.",
)
def open_deal(event: Event, actor: Actor) -> None:
    found = to_act_on(event, Intent.INTERESTED, Intent.BOOKING)
    if found is None:
        return
    conversation, _ = found
    if Deal.objects.open().filter(contact=conversation.contact_id).exists():
        return
    owner = first_able(conversation, conversation.assignee)
    actions.create(
        actor=actor,
        conversation_id=conversation.pk,
        owner_id=owner.pk if owner else None,
        stage=first_open(actor.workspace).key,
        title=title_for(conversation),
    )


def title_for(conversation: Conversation) -> str:
    return conversation.contact.company or str(conversation.contact)


@reaction(
    "forget_erased",
    EventType.CONTACT_ERASED,
    title="When a person is erased, blank what their deals say about them.",
    switchable=False,
)
def forget_erased(event: Event, actor: Actor) -> None:
    deals = list(Deal.objects.filter(contact=event.subject_id))
    forget(EventType.DEAL_LOST, "reason", [deal.pk for deal in deals])
    for deal in deals:
        actions.change(actor=actor, deal=deal, title="Erased person", notes="", lost_reason="")
