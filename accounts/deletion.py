"""Deleting a whole workspace: the one way that its messages and events ever go."""

from django.apps import apps
from django.db import connection, models, transaction

from accounts.actors import Actor
from accounts.models import Role, Workspace
from crm.errors import NotAllowed
from crm.immutable import DELETE_WORKSPACE, switched


@transaction.atomic
def delete_workspace(*, actor: Actor, confirm_slug: str) -> None:
    """Delete the actor's workspace and every row in it, in one transaction. `confirm_slug` must be its slug.

    Users stay: they may belong to other workspaces. Raises NotAllowed for anybody but an owner.
    """
    workspace = actor.workspace
    if actor.role != Role.OWNER or confirm_slug != workspace.slug:
        raise NotAllowed(f"Only an owner may delete a workspace, by typing its name in the address: {workspace.slug}.")
    with switched(DELETE_WORKSPACE), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for model in _owned():
            model._base_manager.filter(workspace=workspace)._raw_delete(using=connection.alias)
        Workspace.objects.filter(pk=workspace.pk)._raw_delete(using=connection.alias)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _owned() -> list[type[models.Model]]:
    """Every table whose rows belong to a workspace, in whichever room."""
    return [
        model
        for model in apps.get_models()
        if any(field.name == "workspace" and field.related_model is Workspace for field in model._meta.fields)
    ]
