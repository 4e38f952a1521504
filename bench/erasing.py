"""What erasing a client's people costs, with few and with many raw events kept of what outside systems told. As many of
them are about those who are erased; all others are about others."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import IdempotentRequest, Membership, Role, Workspace
from accounts.people import create_workspace, join
from accounts.plans import Plan
from activity import runs
from activity.models import Run, RunRow
from bench import filling
from bench.rows import made, unwatched
from clients.actions import create_client
from clients.leaving import going
from contacts.models import Contact, Identity
from inbox.models import Conversation, Message
from integrations.models import Connection, InboundEvent

FEW, MANY, QUICK = 2_000, 200_000, 20_000
PEOPLE, SAID, ABOUT = 200, 5, 5
# What a webhook brings beside who it is about: about 1.5 kB.
_TALK = "repeat(md5(n::text) || ' said on the page of prices that ' || md5((n + 1)::text) || ' ', 12)"


@dataclass(frozen=True)
class Erased:
    """Milliseconds for one person, where so many events are kept; found: how many were blanked."""

    events: int
    each: float
    found: int


def measured(many: int) -> list[Erased]:
    return [_erased(FEW), _erased(many)]


def table(told: Sequence[Erased]) -> str:
    few, many = told
    head = [
        f"| a client's people erased | {few.events:,} raw events | {many.events:,} | ratio |",
        "|---|---:|---:|---:|",
    ]
    line = f"| each of {PEOPLE} | {few.each:.1f} ms | {many.each:.1f} ms | {many.each / few.each:.2f} |"
    return "\n".join([*head, line])


def _erased(events: int) -> Erased:
    workspace = _workspace(events)
    us = person(Membership.objects.select_related("user", "workspace").get(workspace=workspace, role=Role.OWNER))
    with _taken_back():
        leaving = _client(us, workspace)
        began = time.perf_counter()
        run = runs.finish(leaving)
        seconds = time.perf_counter() - began
        if run.state != Run.State.DONE:
            raise RuntimeError(f"It ended as {run.state}: {run.last_error}")
        found = InboundEvent.objects.filter(workspace=workspace, outcome="Erased").count()
    return Erased(events, seconds * 1000 / PEOPLE, found)


@contextmanager
def _taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _workspace(events: int) -> Workspace:
    """With so many raw events, and what else is looked through for each person; made once."""
    slug = f"erased-{events}"
    found = Workspace.objects.filter(slug=slug).first()
    if found is not None:
        return found
    workspace = create_workspace(name=slug, slug=slug, plan=Plan.ENTERPRISE)
    owner = join(workspace=workspace, email=f"owner@{slug}.example", name="Olga Owner", role=Role.OWNER)
    with unwatched():
        _told(workspace, owner, events)
    filling.settle()
    return workspace


def _told(workspace: Workspace, owner: Membership, events: int) -> None:
    ours = f"'{workspace.pk}'::uuid"
    system = Connection.objects.create(workspace=workspace, system="muro", name="Chat")
    about = f"CASE WHEN n <= {PEOPLE * ABOUT} THEN 1 + n % {PEOPLE} ELSE n END"
    payload = (
        f"jsonb_build_object('event', 'visitor.identified', 'said', {_TALK}, 'visitor', jsonb_build_object('id', "
        f"'vis_' || {about}, 'email', 'person' || {about} || '@mail.example', 'phone', '+49170' || 1000000 + {about}))"
    )
    made(
        InboundEvent, f"FROM generate_series(1, {events}) n", id="gen_random_uuid()", workspace_id=ours,
        connection_id=f"'{system.pk}'::uuid", key="'e' || n", type="'visitor.identified'", payload=payload,
        body=f"convert_to(({payload})::text, 'UTF8')", state="'done'", due_at="now()", arrived_at="now()",
    )  # fmt: skip
    run = Run.objects.create(
        workspace=workspace, member=owner, kind="bench", title="Bench", due_at=timezone.now(), state=Run.State.DONE
    )
    made(
        RunRow, f"FROM generate_series(1, {events}) n", id="gen_random_uuid()", workspace_id=ours,
        run_id=f"'{run.pk}'::uuid", number="n", subject_id="gen_random_uuid()", outcome="'done'", words="'Done.'",
    )  # fmt: skip
    made(
        IdempotentRequest, f"FROM generate_series(1, {events} / 4) n", id="gen_random_uuid()", workspace_id=ours,
        sender="gen_random_uuid()", key="n", fingerprint="'f'", status="201", created_at="now()",
        body="'{\"id\": \"' || gen_random_uuid() || '\", \"name\": \"' || repeat('word ', 100) || '\"}'",
    )  # fmt: skip


def _client(us: Actor, workspace: Workspace) -> Run:
    """A client with its people, each with a conversation, about to be erased."""
    client = create_client(actor=us, name="Harbour Bakery")
    source = f"FROM generate_series(1, {PEOPLE}) n"
    common = {"workspace_id": f"'{workspace.pk}'::uuid", "client_id": f"'{client.pk}'::uuid"}
    contact, talk = (f"md5('{client.pk} {kind} ' || n)::uuid" for kind in ("contact", "talk"))
    with unwatched():
        made(
            Contact, source, **common, id=contact, name="'Person ' || n", email="'person' || n || '@mail.example'",
            last_activity_at="now()", created_at="now()", updated_at="now()", version="1", compared_version="1",
        )  # fmt: skip
        for kind, value in (
            ("email", "'person' || n || '@mail.example'"), ("phone", "'+49170' || 1000000 + n"), ("muro", "'vis_' || n")
        ):  # fmt: skip
            made(
                Identity, source, **common, id="gen_random_uuid()", contact_id=contact, kind=f"'{kind}'", value=value,
                created_at="now()",
            )  # fmt: skip
        made(
            Conversation, source, **common, id=talk, contact_id=contact, channel="'chat'", status="'active'",
            turn="'ours'", message_count=str(SAID), sorted_at="now()", created_at="now()", updated_at="now()",
            version="1",
        )  # fmt: skip
        made(
            Message, f"{source}, generate_series(1, {SAID}) p", **common, id="gen_random_uuid()", position="p",
            conversation_id=talk, direction="'inbound'", author_kind="'contact'", body="'Words ' || n",
            occurred_at="now()", arrived_at="now()", content_digest="''", digest="''",
        )  # fmt: skip
    return going.leave(actor=us, client=client, fate="erase", name=client.name).run
