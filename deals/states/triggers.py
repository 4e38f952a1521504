"""What writes the states of deals and stages: triggers, so that no way of changing a row can forget it.

A state begins when its writer says that it did: a move at the deal's `stage_since`, anything else at `updated_at`, and
all of it at the moment that `told_at` sets where a past is told anew. It never begins before the one before it: the
states of a deal follow each other as they were written, and the newest is how it stands.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import connection

from accounts.actors import Actor

_SWITCH = "parley.acted_at"
# When `crm.versions.write` says that it wrote; nothing for a statement that goes by it.
_WRITTEN = "CASE WHEN NEW.version <> OLD.version THEN NEW.updated_at END"
_TOLD = f"nullif(current_setting('{_SWITCH}', true), '')::timestamptz"

_DEAL = """
    SELECT * INTO last FROM deals_dealstate WHERE deal_id = NEW.id ORDER BY number DESC LIMIT 1;
    INSERT INTO deals_dealstate (
        id, workspace_id, deal_id, number, client_id, stage_id, value, currency, owner_id, expected_close_on, on_board,
        since
    ) VALUES (
        gen_random_uuid(), NEW.workspace_id, NEW.id, coalesce(last.number, 0) + 1, NEW.client_id, NEW.stage_id,
        NEW.value, NEW.currency, NEW.owner_id, NEW.expected_close_on, NEW.deleted_at IS NULL,
        greatest(last.since, {since})
    );
    RETURN NULL;
"""
_DEAL_CHANGED_AT = f"""CASE
    WHEN NEW.stage_id <> OLD.stage_id AND NEW.stage_since <> OLD.stage_since THEN NEW.stage_since
    ELSE coalesce({_TOLD}, {_WRITTEN}, now())
END"""
_DEAL_COUNTS_FOR = "client_id", "stage_id", "value", "currency", "owner_id", "expected_close_on"

_STAGE = """
    SELECT * INTO last FROM deals_stagestate WHERE stage_id = NEW.id ORDER BY number DESC LIMIT 1;
    INSERT INTO deals_stagestate (
        id, workspace_id, stage_id, number, name, kind, position, probability, on_board, since
    ) VALUES (
        gen_random_uuid(), NEW.workspace_id, NEW.id, coalesce(last.number, 0) + 1, NEW.name, NEW.kind, NEW.position,
        NEW.probability, NEW.retired_at IS NULL, greatest(last.since, {since})
    );
    RETURN NULL;
"""
_STAGE_SHOWS = "name", "kind", "position", "probability"


@contextmanager
def told_at(actor: Actor) -> Iterator[None]:
    """What the block changes of deals was so from the actor's moment on, where they act in a past that is told anew. In
    a transaction."""
    if actor.acted_at is None:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [_SWITCH, actor.acted_at.isoformat()])
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [_SWITCH])


def deal_triggers() -> list[pgtrigger.Trigger]:
    changed = f"{_differs(_DEAL_COUNTS_FOR)} OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)"
    return _triggers("deals_dealstate", _DEAL, "NEW.stage_since", _DEAL_CHANGED_AT, changed)


def stage_triggers() -> list[pgtrigger.Trigger]:
    changed = f"{_differs(_STAGE_SHOWS)} OR (OLD.retired_at IS NULL) <> (NEW.retired_at IS NULL)"
    changed_at = f"coalesce({_WRITTEN}, now())"
    return _triggers("deals_stagestate", _STAGE, "NEW.created_at", changed_at, changed)


def _differs(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("OLD", "NEW"))
    return f"({old}) IS DISTINCT FROM ({new})"


def _triggers(table: str, written: str, made_at: str, changed_at: str, changed: str) -> list[pgtrigger.Trigger]:
    declare = [("last", f"{table}%ROWTYPE")]
    return [
        pgtrigger.Trigger(
            name="first_state", operation=pgtrigger.Insert, when=pgtrigger.After, declare=declare,
            func=written.format(since=made_at),
        ),
        pgtrigger.Trigger(
            name="next_state", operation=pgtrigger.Update, when=pgtrigger.After, declare=declare,
            condition=pgtrigger.Condition(f"({changed})"), func=written.format(since=changed_at),
        ),
    ]  # fmt: skip
