"""The conversation of MisarMail's own examples, made with Parley's verbs at the times that the examples show."""

from typing import Any

import time_machine

from accounts.actors import Actor
from clients.models import Campaign
from inbox.intents.labels import Intent
from inbox.messages import Draft
from inbox.models import Conversation
from inbox.opening import add_message, open_conversation
from tests import cast
from tests.arrivals import judged

EMAIL = "priya@example.com"
NAME = "Priya Sharma"
OFFER = "Hi Priya, we help teams like yours. Shall I show you?"
REPLY = "Yes, I'd love to learn more about pricing."


def writes_back(actor: Actor, **whereto: Any) -> Conversation:
    """Priya, to whom a campaign wrote on 10 April 2026 and who answered on the 13th that she is interested."""
    with time_machine.travel("2026-04-10T08:00:00Z", tick=False):
        campaign: Campaign = cast.a_campaign(workspace=actor.workspace, **whereto)
        conversation, _ = open_conversation(
            actor=actor, channel="email", lead_email=EMAIL, lead_name=NAME, campaign_id=campaign.pk,
            client_id=campaign.client_id,
        )  # fmt: skip
        add_message(actor=actor, conversation=conversation, draft=Draft("outbound", OFFER))
    with time_machine.travel("2026-04-13T09:00:00Z", tick=False):
        message, _ = add_message(actor=actor, conversation=conversation, draft=Draft("inbound", REPLY))
        judged(message, Intent.INTERESTED)
    conversation.refresh_from_db()
    return conversation


def as_documented(shown: dict[str, Any], documented: dict[str, Any]) -> bool:
    """Whether `shown` has every documented field, with this very value; further fields are allowed."""
    assert {name: shown[name] for name in documented} == documented
    return True
