"""Deleting a whole workspace: every row of it goes, and not one of anybody else's."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from accounts.deletion import delete_workspace
from accounts.models import Membership, Role, User, Workspace
from clients.models import Client
from crm.errors import NotAllowed
from inbox.chain import faults
from inbox.models import Conversation, Message
from tests.arrivals import write_in
from tests.cast import acting
from tests.invariants.sides import build, owned


@pytest.fixture
def full(owner: Membership, harbour: Client, outsider: Membership) -> Workspace:
    """A workspace with a row in every table, beside another one like it."""
    build(owner.workspace, harbour)
    build(owner.workspace)
    build(outsider.workspace)
    for model in owned():
        assert model._base_manager.filter(workspace=owner.workspace).exists(), f"no {model.__name__} to delete"
    return owner.workspace


@pytest.fixture
def lived_in(owner: Membership) -> Workspace:
    write_in(acting(owner))
    return owner.workspace


def rows(workspace: Any, *, belonging: bool) -> dict[str, list[Any]]:
    found = {}
    for model in owned():
        mine = models.Q(workspace=workspace)
        found[model.__name__] = list(model._base_manager.filter(mine if belonging else ~mine).order_by("pk").values())
    return found


def mentions(workspace: Workspace) -> list[str]:
    """The columns of any table of the database, ours or not, that still hold the workspace's id."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND udt_name IN ('uuid', 'text', 'varchar', 'jsonb')"
        )
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', [f"%{workspace.pk}%"])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def test_no_row_of_it_is_left_and_no_other_is_touched(full: Workspace, owner: Membership) -> None:
    others = rows(full, belonging=False)
    users = set(User.objects.values_list("pk", flat=True))
    assert any(others.values())

    delete_workspace(actor=acting(owner), confirm_slug="acme")

    assert {name: left for name, left in rows(full.pk, belonging=True).items() if left} == {}
    assert mentions(full) == []
    assert not Workspace.objects.filter(pk=full.pk).exists()
    assert rows(full.pk, belonging=False) == others
    assert set(User.objects.values_list("pk", flat=True)) == users
    assert list(faults(Conversation.objects.all())) == []


def test_the_slug_is_free_again_and_history_is_locked_again(lived_in: Workspace, owner: Membership) -> None:
    delete_workspace(actor=acting(owner), confirm_slug="acme")
    again = Workspace.objects.create(slug="acme", name="Acme")
    message = write_in(acting(again))
    with pytest.raises(Exception, match="never deleted"):
        Message.objects.filter(pk=message.pk)._raw_delete("default")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.OWNER])
def test_nobody_but_an_owner_may(lived_in: Workspace, owner: Membership, role: str) -> None:
    Membership.objects.filter(pk=owner.pk).update(role=role, all_clients=role != Role.VIEWER)
    owner.refresh_from_db()
    before = rows(lived_in, belonging=True)
    with pytest.raises(NotAllowed):
        delete_workspace(actor=acting(owner), confirm_slug="acme")
    assert rows(lived_in, belonging=True) == before


def test_neither_a_program_nor_the_system_may(lived_in: Workspace) -> None:
    with pytest.raises(NotAllowed):
        delete_workspace(actor=acting(lived_in), confirm_slug="acme")
    assert Message.objects.exists()


@pytest.mark.parametrize("typed", ["", "Acme", "elsewhere", "acme "])
def test_its_name_must_be_typed(lived_in: Workspace, owner: Membership, typed: str) -> None:
    with pytest.raises(NotAllowed, match="acme"):
        delete_workspace(actor=acting(owner), confirm_slug=typed)
    assert Message.objects.exists()


def test_every_table_of_ours_is_accounted_for() -> None:
    """A new table belongs to a workspace, or is named here with the reason why not."""
    ours = {"accounts", "activity", "clients", "contacts", "deals", "inbox", "integrations", "webhooks", "reports"}
    elsewhere = {
        "accounts.Workspace",  # the workspace itself
        "accounts.User",  # may belong to other workspaces
        "accounts.RequestCount",  # counts of a minute, by key or address, in a table that no crash outlives
        "activity.Consumer",  # how far a reader of the whole log has come
    }
    without = {m._meta.label for m in apps.get_models() if m._meta.app_label in ours and m not in owned()}
    assert without == elsewhere
