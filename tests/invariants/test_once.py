"""What there may be only one of: an outside message, an identity, a place in a column, a judgement."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.actors import Actor, system
from accounts.models import Workspace
from clients.models import Client
from contacts.models import Identity
from contacts.people import find_or_create
from deals import actions as deals
from deals.models import Deal
from inbox.intents.labels import Intent
from inbox.models import IntentTag, Message
from integrations.models import Connection
from tests.arrivals import addressed, judged, write_in


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def copy(row: Any, **changes: str) -> None:
    """Insert a second row like `row`, straight into its table; `changes`: SQL for the columns that differ."""
    table = row._meta.db_table
    columns = [f.column for f in row._meta.concrete_fields if not f.generated]
    chosen = ", ".join({"id": "gen_random_uuid()", **changes}.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} WHERE id = %s", [row.pk])
        assert cursor.rowcount == 1
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_outside_message_of_a_connection_is_one_row(workspace: Workspace, us: Actor) -> None:
    line = Connection.objects.create(workspace=workspace, system="muro", name="Line")
    message = write_in(us, external_id="abc", connection_id=line.pk)
    with pytest.raises(IntegrityError, match="inbox_message_external_once"):
        copy(message, position="position + 1")


def test_an_outside_message_with_no_connection_is_one_row(us: Actor) -> None:
    message = write_in(us, external_id="abc")
    with pytest.raises(IntegrityError, match="inbox_message_external_once"):
        copy(message, position="position + 1")


def test_the_same_outside_id_may_come_from_two_connections_and_stand_behind_two_walls(
    workspace: Workspace, us: Actor, harbour: Client
) -> None:
    line = Connection.objects.create(workspace=workspace, system="muro", name="Line")
    one = write_in(us, external_id="abc")
    two = write_in(us, external_id="abc", connection_id=line.pk)
    three = write_in(us, external_id="abc", client_id=harbour.pk)
    assert len({one.pk, two.pk, three.pk}) == 3


def test_messages_without_an_outside_id_are_as_many_as_come(us: Actor) -> None:
    copy(write_in(us), position="position + 1")
    assert Message.objects.count() == 2


def test_an_outside_conversation_is_one_row(us: Actor) -> None:
    conversation = write_in(us, thread_id="t-1").conversation
    with pytest.raises(IntegrityError, match="inbox_conversation_external_once"):
        copy(conversation)


def test_a_position_in_a_conversation_is_taken_once(us: Actor) -> None:
    with pytest.raises(IntegrityError, match="inbox_message_position"):
        copy(write_in(us))


def test_an_identity_belongs_to_one_contact(us: Actor) -> None:
    write_in(us)
    with pytest.raises(IntegrityError, match="contacts_identity_once"):
        copy(Identity.objects.get())


def test_two_clients_may_each_know_the_same_person(us: Actor, harbour: Client, meadow: Client) -> None:
    contacts = {
        find_or_create(actor=us, client_id=client, addresses=addressed("email", "p@example.com"))[0].pk
        for client in (harbour.pk, meadow.pk, None)
    }
    assert len(contacts) == 3


def test_a_place_in_a_column_is_taken_once(us: Actor) -> None:
    deal = deals.create(actor=us, conversation_id=write_in(us).conversation_id)
    with pytest.raises(IntegrityError, match="deals_deal_place"):
        copy(deal)


def test_two_deals_may_change_places_within_a_transaction(us: Actor) -> None:
    conversation = write_in(us).conversation
    one, two = (deals.create(actor=us, conversation_id=conversation.pk) for _ in range(2))
    Deal.objects.filter(pk=one.pk).update(place=two.place)
    Deal.objects.filter(pk=two.pk).update(place=one.place)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert set(Deal.objects.values_list("pk", "place")) == {(one.pk, two.place), (two.pk, one.place)}


def test_a_version_judges_a_message_once_and_people_as_often_as_they_like(us: Actor) -> None:
    message = write_in(us)
    tag = judged(message, Intent.QUESTION)
    with pytest.raises(IntegrityError, match="inbox_intenttag_once_per_version"):
        copy(tag)
    copy(tag, made_by="'person'")
    copy(tag, made_by="'person'")
    assert IntentTag.objects.count() == 3
    assert judged(message, Intent.BOOKING) is None
    assert judged(message, Intent.BOOKING, version="test-2") is not None


def test_a_snoozed_conversation_has_its_hour_and_no_other_has_one(us: Actor) -> None:
    conversation = write_in(us).conversation
    for change in ("status = 'snoozed'", "snoozed_until = now()"):
        with pytest.raises(IntegrityError, match="inbox_conversation_snoozed_until"):
            sql(f"UPDATE inbox_conversation SET {change} WHERE id = '{conversation.pk}'")


@pytest.mark.parametrize("change", ["value = -1", "value = 1000000000000001", "currency = 'eur'", "currency = 'E1'"])
def test_money_is_a_sane_number_of_minor_units_in_a_currency(us: Actor, change: str) -> None:
    deal = deals.create(actor=us, conversation_id=write_in(us).conversation_id, value=1250, currency="EUR")
    with pytest.raises(IntegrityError, match=r"deals_deal_(value|currency)"):
        sql(f"UPDATE deals_deal SET {change}")
    deal.refresh_from_db()
    assert (deal.value, deal.currency, str(deal.value)) == (1250, "EUR", "1250")


@pytest.mark.parametrize("table", ["deals_deal", "deals_stagechange"])
def test_money_is_a_whole_number_in_the_table(db: None, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT data_type FROM information_schema.columns WHERE table_name = %s AND column_name = 'value'", [table]
        )
        assert cursor.fetchone() == ("bigint",)


@pytest.mark.parametrize(("column", "value"), [("value", "-5"), ("currency", "'x'")])
def test_the_record_of_a_step_holds_the_same_kind_of_money(us: Actor, column: str, value: str) -> None:
    deal = deals.create(actor=us, conversation_id=write_in(us).conversation_id)
    with pytest.raises(IntegrityError, match=f"deals_stagechange_{column}"):
        copy(deal.stage_changes.get(), **{column: value})
