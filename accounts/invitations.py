"""Who is asked to join a workspace, how a link leads to it, and how many people a workspace has with them."""

import secrets
from datetime import timedelta

from accounts.keys import digest
from accounts.models import Invitation, InvitationLink, Membership, Workspace
from accounts.plans import counts

LASTS = timedelta(days=7)


@counts("people")
def people_used(workspace: Workspace) -> int:
    """The members, and those who were asked and may still come."""
    members = Membership.objects.filter(workspace=workspace, is_active=True, user__is_active=True).order_by()
    asked = Invitation.objects.filter(workspace=workspace).open().order_by()
    return members.values("pk").union(asked.values("pk"), all=True).count()


def new_link(invitation: Invitation) -> str:
    """The token of a new link to the invitation. Only its digest is kept."""
    token = secrets.token_urlsafe(32)
    InvitationLink.objects.create(
        workspace_id=invitation.workspace_id, invitation=invitation, digest=digest(token)
    )  # fmt: skip
    return token


def led_to_by(token: str) -> Invitation | None:
    """The invitation that a link with this token leads to, whatever became of it."""
    link = (
        InvitationLink.objects.select_related("invitation__workspace", "invitation__invited_by__user")
        .filter(digest=digest(token))
        .first()
    )
    return link.invitation if link else None
