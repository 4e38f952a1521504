"""What a key's scopes let it do."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from accounts.actors import Actor


class HasScope(BasePermission):
    """`crm` reads and changes, `crm:read` only reads; a client viewer only reads too."""

    def has_permission(self, request: Request, view: object) -> bool:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None:
            raise NotAuthenticated("Invalid or missing API key. Use: Authorization: Bearer msk_...")
        if not actor.can_read:
            raise PermissionDenied(
                "This key lacks the scope “crm” (or “crm:read”): make one that has it.", "missing_scope"
            )
        if request.method not in SAFE_METHODS:
            actor.must_write()
        return True
