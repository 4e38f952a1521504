"""Writing events, and the places in their log."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import program, system
from accounts.models import ApiKey, Membership, Role, Workspace
from activity import log
from activity.log import Position, record
from activity.models import Event
from activity.types import PAYLOADS, EventType
from clients.models import Client
from tests.cast import acting, member


@pytest.mark.django_db(transaction=True)
def test_an_event_is_refused_outside_of_the_transaction_of_its_change(workspace: Workspace, harbour: Client) -> None:
    with pytest.raises(RuntimeError, match="in the transaction of its change"):
        record(system(workspace, "test"), EventType.CLIENT_CREATED, harbour)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "payload", [{}, {"changed_fields": [], "more": 1}, {"changed_field": []}], ids=["missing", "too much", "misspelt"]
)
def test_a_payload_holds_exactly_its_keys(workspace: Workspace, harbour: Client, payload: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"client.updated holds \['changed_fields'\]"):
        record(system(workspace, "test"), EventType.CLIENT_UPDATED, harbour, **payload)
    assert not Event.objects.exists()


def test_every_type_says_what_its_payload_holds() -> None:
    assert set(PAYLOADS) == set(EventType)


def test_an_event_says_who_did_what_to_which_row_of_which_client(agent: Membership, harbour: Client) -> None:
    event = record(acting(agent), EventType.CLIENT_CREATED, harbour, client=harbour.pk)
    event.refresh_from_db()
    assert (event.workspace_id, event.client_id) == (agent.workspace_id, harbour.pk)
    assert (event.type, event.subject_type, event.subject_id) == ("client.created", "client", harbour.pk)
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("person", agent.pk, "Anna Agent")


def test_ids_and_times_are_written_as_text(workspace: Workspace, harbour: Client) -> None:
    fields = [UUID(int=1), datetime(2026, 7, 1, 12, tzinfo=UTC)]
    for field, text in zip(fields, ["00000000-0000-0000-0000-000000000001", "2026-07-01T12:00:00Z"], strict=True):
        event = record(system(workspace, "test"), EventType.CLIENT_UPDATED, harbour, changed_fields=field)
        assert Event.objects.get(pk=event.pk).payload == {"changed_fields": text}


def test_what_is_rolled_back_never_happened(workspace: Workspace, harbour: Client) -> None:
    with transaction.atomic():
        record(system(workspace, "test"), EventType.CLIENT_CREATED, harbour)
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_an_actor_sees_the_events_of_their_clients_alone(
    agent: Membership, other_client_agent: Membership, outsider: Membership, harbour: Client, meadow: Client
) -> None:
    for client in (harbour, meadow):
        record(acting(agent), EventType.CLIENT_CREATED, client, client=client.pk)
    seen = {
        str(who): [event.subject_id for event in Event.objects.visible_to(acting(who)).order_by("sequence")]
        for who in (agent, other_client_agent, outsider)
    }
    assert list(seen.values()) == [[harbour.pk, meadow.pk], [meadow.pk], []]


def test_only_who_runs_the_whole_workspace_sees_what_its_admins_did(
    workspace: Workspace, owner: Membership, admin: Membership, agent: Membership, viewer: Membership,
    outsider: Membership, harbour: Client,
) -> None:  # fmt: skip
    admin_of_harbour = member(workspace, "Ada Harbour", Role.ADMIN, clients=[harbour])
    for client in (None, harbour):
        record(
            acting(owner), EventType.DATA_EXPORTED, workspace, client=client.pk if client else None,
            what="people", count=3,
        )  # fmt: skip
    people = (owner, admin, agent, admin_of_harbour, viewer, outsider)
    seen = [Event.objects.visible_to(acting(who)).count() for who in people]
    assert seen == [2, 2, 0, 0, 0, 0]


def test_a_key_sees_what_admins_did_where_no_client_binds_it(workspace: Workspace, harbour: Client) -> None:
    record(acting(workspace), EventType.DATA_EXPORTED, workspace, client=harbour.pk, what="people", count=3)
    keys = [ApiKey(workspace=workspace, scopes=["crm:read"], client=client) for client in (None, harbour)]
    assert [Event.objects.visible_to(program(key)).count() for key in keys] == [1, 0]


def test_a_timeline_is_newest_first_and_of_the_named_rows_alone(
    agent: Membership, harbour: Client, meadow: Client
) -> None:
    made = [
        record(acting(agent), EventType.CLIENT_UPDATED, client, client=client.pk, changed_fields=[])
        for client in (harbour, meadow, harbour)
    ]
    assert list(log.timeline([harbour.pk], acting(agent))) == [made[2], made[0]]


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**63 - 1))
def test_a_cursor_reads_as_it_was_written(transaction_id: int, sequence: int) -> None:
    position = Position(transaction_id, sequence)
    assert Position.parse(str(position)) == position


@pytest.mark.parametrize(
    "text", ["", "5", "-", "5-", "-5", "a-b", "1-2-3", "1.0-2", "٣-٤", "²-1", f"{2**64}-0", f"0-{2**63}"]
)
def test_anything_else_is_no_cursor(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Position.parse(text)
