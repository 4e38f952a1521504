"""What is copied was acted on where it happened: there the deal was opened, the conversation closed or given to
somebody. Our own reactions leave it alone."""

from collections.abc import Collection
from uuid import UUID

from activity.consumers import leave_alone
from integrations.base import Connected

ASSIGNING = "assign_round_robin"
REACTIONS = ("open_deal", "snooze_absent", "close_uninterested", "follow_up_offline", ASSIGNING)


def hush(connected: Connected, *, but_assign: Collection[UUID] = ()) -> None:
    """Of all that the open transaction recorded as done by the connection. but_assign: new conversations that nobody
    is given on the other side, which knows no agents."""
    leave_alone(connected.actor, REACTIONS, but={(ASSIGNING, pk) for pk in but_assign})
