"""Which membership a signed-in person acts with."""

from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Membership, User

WORKSPACE = "workspace"  # in the session: the id of the workspace that the person chose, as text


def membership_of(user: User, session: SessionBase) -> Membership | None:
    """The active membership in the chosen workspace; where none was chosen, the person's first. One query.

    None where the person has been shut out of the workspace they chose: nothing is done in another one instead.
    """
    rows = Membership.objects.select_related("workspace", "user").filter(
        user=user, is_active=True, user__is_active=True
    )
    chosen = session.get(WORKSPACE)
    if chosen:
        rows = rows.filter(workspace_id=chosen)
    return rows.order_by("created_at", "id").first()
