"""Moving a client is the one way over a wall: attacked by the owner of the tables, with the switch on and off."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from activity.models import Event
from clients.models import Client, Side
from crm.immutable import MOVE_CLIENT, switched
from inbox.composing import notes
from inbox.composing.models import Note
from inbox.models import Message
from integrations.models import Connection
from tests.arrivals import write_in
from tests.cast import acting

pytestmark = pytest.mark.django_db
MOVED = {Message: {"client_id", "moved_from"}, Note: {"client_id"}, Event: {"client_id"}}
FORGED = {
    "text": "'forged'", "varchar": "'ZZZ'", "uuid": "gen_random_uuid()", "bool": "NOT {column}", "int2": "{column} + 1",
    "int4": "{column} + 1", "int8": "{column} + 1", "jsonb": "'[\"forged\"]'", "xid8": "'1'::xid8",
    "timestamptz": "now()",
}  # fmt: skip


@pytest.fixture
def said(owner: Membership, harbour: Client) -> Message:
    us = acting(owner)
    through = Connection.objects.create(workspace=owner.workspace, client=harbour, system="muro", name="Chat")
    message = write_in(us, "Hello", client_id=harbour.pk, connection_id=through.pk, external_id="1")
    notes.write(actor=us, conversation=message.conversation, body="Careful")
    return message


@contextmanager
def refused(match: str) -> Iterator[None]:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        yield


def sql(statement: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


@pytest.mark.parametrize("model", MOVED, ids=lambda model: model.__name__)
def test_the_switch_lets_nothing_through_but_whose_a_row_is(said: Message, model: type[Message]) -> None:
    before = list(model._base_manager.order_by("pk").values())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns "
            "WHERE table_name = %s AND is_generated = 'NEVER'",
            [model._meta.db_table],
        )
        columns = [(name, kind) for name, kind in cursor.fetchall() if name not in MOVED[model]]
    for column, kind in columns:
        with refused("are never changed"), switched(MOVE_CLIENT):
            sql(f'UPDATE {model._meta.db_table} SET "{column}" = {FORGED[kind].format(column=column)}')
    with refused("are never deleted"), switched(MOVE_CLIENT):
        sql(f"DELETE FROM {model._meta.db_table}")
    assert list(model._base_manager.order_by("pk").values()) == before


@pytest.mark.parametrize("table", ["inbox_message", "inbox_note", "activity_event"])
def test_without_the_switch_history_stays_with_its_client(said: Message, meadow: Client, table: str) -> None:
    with refused("are never changed"):
        sql(f"UPDATE {table} SET client_id = %s", meadow.pk)


def test_a_connection_and_a_campaign_stay_with_their_client(said: Message, meadow: Client) -> None:
    with refused("stay with their client"):
        sql("UPDATE integrations_connection SET client_id = %s", meadow.pk)


def test_a_message_alone_cannot_be_moved_even_with_the_switch(said: Message, meadow: Client) -> None:
    with refused("within_wall"), switched(MOVE_CLIENT):
        sql("UPDATE inbox_message SET client_id = %s", meadow.pk)


def test_the_old_side_of_a_connection_cannot_go_before_the_last_row_on_it(said: Message, meadow: Client) -> None:
    with switched(MOVE_CLIENT):
        sql("UPDATE integrations_connection SET client_id = %s", meadow.pk)
    assert said.connection_id
    assert said.client_id
    assert Side.objects.filter(subject_id=said.connection_id).count() == 2
    with refused("within_wall"):
        Side.objects.filter(wall=said.client_id).delete()


def test_the_switch_is_off_when_its_block_ends(owner: Membership, said: Message, meadow: Client) -> None:
    with switched(MOVE_CLIENT):
        pass
    with refused("are never changed"):
        sql("UPDATE activity_event SET client_id = %s", meadow.pk)


def test_nothing_can_be_moved_into_another_workspace(said: Message, outsider: Membership) -> None:
    elsewhere = Client.objects.create(workspace=outsider.workspace, name="Theirs")
    with refused("client_in_workspace"), switched(MOVE_CLIENT):
        sql("UPDATE activity_event SET client_id = %s", elsewhere.pk)
