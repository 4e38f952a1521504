"""What the people of a workspace change about themselves and each other."""

from accounts.actors import Actor
from accounts.models import Membership
from crm.errors import NotAllowed


def set_available(*, actor: Actor, membership: Membership, is_available: bool) -> Membership:
    """Whether the member gets new conversations by round robin: their own choice, or an admin's."""
    actor.must_write()
    if actor.id != membership.pk:
        if not actor.is_admin:
            raise NotAllowed("Only the person themselves or an admin may change this.", code="admin_required")
        actor.must_see_all()
    Membership.objects.filter(pk=membership.pk).update(is_available=is_available)
    membership.is_available = is_available
    return membership
