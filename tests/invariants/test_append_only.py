"""Messages and everything that is history are never changed, attacked by the owner of the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from accounts.actors import system
from accounts.models import Membership, Workspace
from activity.models import Event
from crm.immutable import DELETE_WORKSPACE, ERASE, switched
from deals import actions as deals
from deals.models import StageChange
from deals.states.models import DealState, StageState
from inbox.composing import notes
from inbox.composing.models import Note
from inbox.intents.labels import Intent
from inbox.messages import File
from inbox.models import Attachment, IntentTag, Message, MessageDelivery
from tests.arrivals import judged, write_in

Table = type[models.Model]
HISTORY: list[Table] = [
    Message, Attachment, MessageDelivery, IntentTag, Note, StageChange, DealState, StageState, Event,
]  # fmt: skip
BLANKED: dict[Table, set[str]] = {
    Message: {"subject", "body", "html", "new_text", "headers", "author_name", "salt", "erased_at"},
    Attachment: {"name", "content_id", "content", "sha256"},
    MessageDelivery: {"words"},
    IntentTag: {"evidence", "reason"},
    Note: {"body", "erased_at"},
    Event: {"payload"},
}
OTHER_VALUES = {
    "text": "'forged'", "varchar": "'ZZZ'", "uuid": "gen_random_uuid()", "bool": "NOT {column}", "int2": "{column} + 1",
    "int4": "{column} + 1", "int8": "{column} + 1", "float8": "{column} / 2", "jsonb": "'[\"forged\"]'",
    "bytea": "'forged'::bytea", "xid8": "'1'::xid8", "timestamptz": "{column} + interval '1 hour'",
    "date": "'2030-01-01'",
}  # fmt: skip


@pytest.fixture
def history(workspace: Workspace, owner: Membership) -> Message:
    """One row in each table of history, all about one message."""
    actor = system(workspace, "test")
    message = write_in(
        actor, "Please call me", subject="Hi", files=[File("a.txt", "text/plain", b"abc")], external_id="<1@x>",
        direction="inbound",
    )  # fmt: skip
    judged(message, Intent.INTERESTED)
    MessageDelivery.objects.create(
        workspace=workspace, message=message, state="sent", words="250 OK", occurred_at=timezone.now()
    )
    notes.write(actor=actor, conversation=message.conversation, body="Careful here")
    deals.create(actor=actor, conversation_id=message.conversation_id, title="A deal")
    return message


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(IntegrityError, match="are never"), transaction.atomic():
        yield


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def rows_of(model: Table) -> list[dict[str, object]]:
    return list(model._default_manager.order_by("pk").values())


def columns_of(model: Table) -> list[tuple[str, str]]:
    """Every column that a statement may set, and its type."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name, udt_name FROM information_schema.columns "
            "WHERE table_name = %s AND is_generated = 'NEVER'",
            [model._meta.db_table],
        )
        return [(str(name), str(kind)) for name, kind in cursor.fetchall()]


def test_every_table_with_history_is_among_those_attacked() -> None:
    kept = {model for model in apps.get_models() if _refuses_changes(model)}
    assert kept == set(HISTORY)


def _refuses_changes(model: Table) -> bool:
    """Other triggers keep walls: they have other names."""
    return any(trigger.name == "never_updated" for trigger in getattr(model._meta, "triggers", ()))


@pytest.mark.parametrize("model", HISTORY)
def test_no_column_can_be_changed(history: Message, model: Table) -> None:
    before = rows_of(model)
    for column, kind in columns_of(model):
        value = OTHER_VALUES[kind].format(column=f'"{column}"')
        with refused():
            sql(f'UPDATE {model._meta.db_table} SET "{column}" = {value}')
    assert rows_of(model) == before


@pytest.mark.parametrize("model", HISTORY)
def test_no_row_can_be_deleted_or_the_table_emptied(history: Message, model: Table) -> None:
    before = rows_of(model)
    assert before
    table = model._meta.db_table
    sql("SET CONSTRAINTS ALL IMMEDIATE")  # a table that waits to be checked cannot be truncated by anybody
    for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with refused():
            sql(statement)
    assert rows_of(model) == before


@pytest.mark.parametrize("model", HISTORY)
def test_a_row_cannot_be_overwritten_by_inserting_it_again(history: Message, model: Table) -> None:
    table, key = model._meta.db_table, model._meta.pk.column
    names = ", ".join(f'"{name}"' for name, _ in columns_of(model))
    with refused():
        sql(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} LIMIT 1 "
            f'ON CONFLICT ("{key}") DO UPDATE SET workspace_id = EXCLUDED.workspace_id'
        )


@pytest.mark.parametrize("model", HISTORY)
def test_with_the_switch_for_erasure_nothing_but_what_says_something_can_be_changed(
    history: Message, model: Table
) -> None:
    kept = [(name, kind) for name, kind in columns_of(model) if name not in BLANKED.get(model, set())]
    before = rows_of(model)
    for column, kind in kept:
        value = OTHER_VALUES[kind].format(column=f'"{column}"')
        with switched(ERASE), refused():
            sql(f'UPDATE {model._meta.db_table} SET "{column}" = {value}')
    assert rows_of(model) == before


@pytest.mark.parametrize("model", list(BLANKED))
def test_with_the_switch_for_erasure_words_are_blanked_but_never_rewritten(history: Message, model: Table) -> None:
    for column, kind in columns_of(model):
        if column in BLANKED[model] and kind != "timestamptz":
            with switched(ERASE), refused():
                sql(f'UPDATE {model._meta.db_table} SET "{column}" = {OTHER_VALUES[kind]}')


def test_with_the_switch_for_erasure_an_events_words_are_blanked_one_by_one(history: Message) -> None:
    event = Event.objects.filter(type="message.received").get()
    forged = [{**event.payload, "channel": "sms"}, {**event.payload, "more": ""}, {"channel": "", "contact_id": ""}, {}]
    for payload in forged:
        with switched(ERASE), refused():
            Event.objects.filter(pk=event.pk).update(payload=payload)
    with switched(ERASE):
        Event.objects.filter(pk=event.pk).update(payload={**event.payload, "channel": ""})
    assert Event.objects.get(pk=event.pk).payload == {**event.payload, "channel": ""}


@pytest.mark.parametrize("model", HISTORY)
def test_with_the_switch_for_erasure_no_row_goes(history: Message, model: Table) -> None:
    with switched(ERASE), refused():
        sql(f"DELETE FROM {model._meta.db_table}")


@pytest.mark.parametrize("model", HISTORY)
def test_with_the_switch_for_deletion_no_row_is_changed(history: Message, model: Table) -> None:
    with switched(DELETE_WORKSPACE), refused():
        sql(f"UPDATE {model._meta.db_table} SET workspace_id = workspace_id")


def test_a_switch_is_off_again_after_its_block(history: Message) -> None:
    with switched(ERASE):
        Message.objects.update(body="")
    with refused():
        sql("UPDATE inbox_message SET subject = ''")
    assert Message.objects.get().subject == "Hi"


def test_a_switch_is_off_again_after_its_block_failed(history: Message) -> None:
    with pytest.raises(ZeroDivisionError), switched(DELETE_WORKSPACE):
        raise ZeroDivisionError
    with refused():
        sql("DELETE FROM deals_stagechange")


@pytest.mark.django_db(transaction=True)
def test_a_switch_ends_with_its_transaction(history: Message) -> None:
    with transaction.atomic():
        sql("SELECT set_config('parley.switch', 'delete_workspace', true)")
    with refused():
        sql("DELETE FROM inbox_attachment")
    assert Attachment.objects.count() == 1
