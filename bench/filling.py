"""Two workspaces in one database, one with few rows and one with many, alike in everything else."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from accounts.actors import person, system
from accounts.models import Membership, Role, Workspace
from accounts.people import create_workspace, join
from accounts.plans import Plan
from bench.rows import made, unwatched
from clients.actions import create_client
from clients.models import Client
from contacts import labels
from contacts.models import Contact, ContactLabel, Identity, Label
from deals.models import Deal, Stage, StageChange
from deals.stages import lay_out
from deals.states.models import DealState
from inbox.models import Conversation, ConversationLabel, FollowUp, Message

RARE, COMMON = "zanzibar", "invoice"
WORDS = [
    "offer", "kitchen", "dock", "course", "price", "window", "delivery", "Tuesday", "sample", "contract", "invoice",
    "answer", "meeting", "question", "colleague", "number", "harbour", "model", "quarter", "budget", "reminder",
    "summer", "order", "pallet", "teacher", "invoice", "address", "discount", "photo", "garden",
]  # fmt: skip
STATES = 4
STAGES = ("new", "contacted", "interested", "negotiating", "won", "lost")


@dataclass(frozen=True)
class Size:
    conversations: int
    messages: int
    deals: int
    longest_thread: int


# So many that every list and column is as full on the page as with many: what differs is only what lies behind it.
FEW = Size(conversations=1_000, messages=5_000, deals=240, longest_thread=60)
MANY = Size(conversations=200_000, messages=1_000_000, deals=10_000, longest_thread=5_000)
QUICK = Size(conversations=20_000, messages=100_000, deals=2_000, longest_thread=1_000)


@dataclass(frozen=True)
class Side:
    """One workspace to look at: who looks, and what the filters name."""

    workspace: Workspace
    member: Membership
    client: Client
    label: Label

    def id_of(self, kind: str, number: int) -> UUID:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {pk_of(self.workspace, kind, str(number))}")
            found: UUID = cursor.fetchone()[0]
        return found


def side(slug: str, size: Size) -> Side:
    """The workspace of this name, filled if it is not there yet."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        workspace = _opened(slug)
        with unwatched():
            _fill(workspace, size)
    member = Membership.objects.select_related("user").get(workspace=workspace, role=Role.OWNER)
    return Side(
        workspace,
        member,
        Client.objects.filter(workspace=workspace).order_by("name")[0],
        Label.objects.get(workspace=workspace, name="VIP"),
    )


def settle() -> None:
    """What the database does by itself in the hours after so many rows came."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")


def _opened(slug: str) -> Workspace:
    workspace = create_workspace(name=slug.title(), slug=slug, plan=Plan.ENTERPRISE)
    lay_out(workspace)
    owner = join(workspace=workspace, email=f"owner@{slug}.example", name="Olga Owner", role=Role.OWNER)
    for name in ("Anna", "Ben", "Cem"):
        join(workspace=workspace, email=f"{name.lower()}@{slug}.example", name=f"{name} Agent")
    for name in ("Harbour Bakery", "Meadow Dairy", "Northern Rail"):
        create_client(actor=person(owner), name=name)
    for name in ("VIP", "Referral"):
        labels.create(actor=system(workspace, "bench"), name=name)
    return workspace


def _fill(workspace: Workspace, size: Size) -> None:
    people = f"FROM generate_series(1, {size.conversations}) n"
    each = size.messages // size.conversations
    ours = f"'{workspace.pk}'::uuid"
    clients = one_of("client", [client.pk for client in Client.objects.filter(workspace=workspace).order_by("name")], 4)
    members = one_of(
        "member", [one.pk for one in Membership.objects.filter(workspace=workspace).order_by("created_at")], 5
    )
    common = {"workspace_id": ours, "client_id": clients}
    aged = "now() - n * interval '3 minutes'"
    kept = {"version": "1", "created_at": aged, "updated_at": aged}
    contact, conversation, state = pk_of(workspace, "contact"), pk_of(workspace, "conversation"), _drawn("status", 10)

    made(
        Contact, people, **common, **kept, id=contact, name="'Person ' || n || ' ' || substr(md5(n::text), 1, 6)",
        email="'person' || n || '@mail.example'", company="'Company ' || n / 7", owner_id=members,
        last_activity_at=aged, compared_version="1",
    )  # fmt: skip
    made(
        Identity, people, **common, id=pk_of(workspace, "identity"), contact_id=contact, kind="'email'",
        value="'person' || n || '@mail.example'", created_at=aged,
    )  # fmt: skip
    made(
        Conversation, people, **common, **kept, id=conversation, contact_id=contact,
        identity_id=pk_of(workspace, "identity"),
        channel=one_of("channel", ["email", "whatsapp", "chat", "linkedin", "sms"], 5), subject="'About offer ' || n",
        status=f"CASE WHEN {state} < 6 THEN 'active' WHEN {state} < 9 THEN 'closed' ELSE 'snoozed' END",
        snoozed_until=f"CASE WHEN {state} = 9 THEN now() + n * interval '1 hour' END", assignee_id=members,
        intent=one_of("intent", ["interested", "question", "objection", "booking", "not_interested"], 6, none="''"),
        turn=one_of("turn", ["ours", "theirs"], 2), unread_count=_drawn("unread", 3), message_count=str(each),
        last_message="'Thank you for the offer ' || n", last_message_at=aged, last_inbound_at=aged, sorted_at=aged,
        last_outbound_at=f"{aged} - interval '1 hour'",
    )  # fmt: skip
    _talk(workspace, size, common, aged, each)
    for model, field, parent in (
        (ContactLabel, "contact_id", contact),
        (ConversationLabel, "conversation_id", conversation),
    ):
        label = Label.objects.get(workspace=workspace, name="VIP").pk
        made(
            model, f"{people} WHERE n % 12 = 0", id=pk_of(workspace, field), workspace_id=ours,
            label_id=f"'{label}'::uuid", **{field: parent},
        )  # fmt: skip
    made(
        FollowUp, f"{people} WHERE n % 15 = 0", **common, **kept, id=pk_of(workspace, "follow_up"), contact_id=contact,
        conversation_id=conversation, owner_id=members, source="'agent'", note="'Call about offer ' || n",
        due_at="now() + (n % 800 - 400) * interval '1 hour'", done_at="CASE WHEN n % 3 = 0 THEN now() END",
    )  # fmt: skip
    _sell(workspace, size, common, kept, members, contact, conversation)


def _talk(workspace: Workspace, size: Size, common: dict[str, str], aged: str, each: int) -> None:
    """`each` messages in every conversation, and the longest thread in the first."""
    words = "ARRAY[" + ", ".join(f"'{word}'" for word in WORDS) + "]"
    picked = " || ' ' || ".join(f"({words})[1 + (n * {7 + k} + p * {3 + k}) % {len(WORDS)}]" for k in range(12))
    rare = f"CASE WHEN n % GREATEST({size.conversations} / 5, 1) = 1 AND p = 1 THEN ' {RARE}' ELSE '' END"
    body = f"{picked} || {rare}"
    source = (
        f"FROM generate_series(1, {size.conversations}) n, LATERAL generate_series(1, "
        f"CASE WHEN n = 1 THEN {size.longest_thread} ELSE {each} END) p"
    )
    at = f"{aged} - p * interval '1 hour'"
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '256MB'")
    made(
        Message, source, **common, id=pk_of(workspace, "message", "n || '-' || p"), position="p",
        conversation_id=pk_of(workspace, "conversation"),
        direction="CASE WHEN p % 2 = 1 THEN 'inbound' ELSE 'outbound' END", subject="'About offer ' || n", body=body,
        new_text=body, author_kind="CASE WHEN p % 2 = 1 THEN 'contact' ELSE 'person' END",
        author_name="CASE WHEN p % 2 = 1 THEN '' ELSE 'Anna Agent' END", occurred_at=at, arrived_at=at,
        content_digest="''", digest="''",
    )  # fmt: skip


def _sell(
    workspace: Workspace, size: Size, common: dict[str, str], kept: dict[str, str], members: str, contact: str,
    conversation: str,
) -> None:  # fmt: skip
    stages = dict(Stage.objects.filter(workspace=workspace).values_list("key", "pk"))
    stage = one_of("stage", [stages[key] for key in STAGES], len(STAGES))
    value, currency = "(n * 7919) % 2000000", "CASE WHEN n % 9 = 0 THEN 'USD' ELSE 'EUR' END"
    source = f"FROM generate_series(1, {size.deals}) n"
    if size.deals > size.conversations:  # each deal hangs on a conversation
        raise ValueError("There must be a conversation for each deal.")
    made(
        Deal, source, **common, **kept, id=pk_of(workspace, "deal"), title="'Offer ' || n", contact_id=contact,
        conversation_id=conversation, stage_id=stage, place="n * 1024", value=value, currency=currency,
        owner_id=members, expected_close_on="current_date + n % 90", stage_since="now() - (n % 60) * interval '1 day'",
    )  # fmt: skip
    _remember(workspace, size, common, members, stage, [str(stages[key]) for key in STAGES[:4]], value, currency)


def _remember(
    workspace: Workspace, size: Size, common: dict[str, str], members: str, stage: str, opened: list[str], value: str,
    currency: str,
) -> None:  # fmt: skip
    """How each deal came to where it is: `STATES` steps over a year, worth a little more at each."""
    source = f"FROM generate_series(1, {size.deals}) n, LATERAL generate_series(1, {STATES}) p"
    named = "ARRAY[" + ", ".join(f"'{pk}'::uuid" for pk in opened) + "]"
    at = f"now() - (n % 300) * interval '1 day' - ({STATES} - p) * interval '9 days'"
    grown = f"GREATEST({value} - ({STATES} - p) * 1000, 0)"

    def stood(number: str) -> str:
        return f"CASE WHEN {number} = {STATES} THEN {stage} ELSE ({named})[1 + (n + {number}) % 4] END"

    made(
        DealState, source, id=pk_of(workspace, "state", "n || '-' || p"), **common, deal_id=pk_of(workspace, "deal"),
        number="p", stage_id=stood("p"), value=grown, currency=currency, owner_id=members,
        expected_close_on="current_date + n % 90 - 30", on_board="true", since=at,
    )  # fmt: skip
    made(
        StageChange, source, id=pk_of(workspace, "change", "n || '-' || p"), workspace_id=common["workspace_id"],
        deal_id=pk_of(workspace, "deal"), from_stage_id=f"CASE WHEN p > 1 THEN {stood('(p - 1)')} END",
        to_stage_id=stood("p"), value=grown, currency=currency, actor_kind="'system'", actor_name="'bench'",
        changed_at=at,
    )  # fmt: skip


def pk_of(workspace: Workspace, kind: str, number: str = "n") -> str:
    """The same id for the same number, so that rows find each other without a join."""
    return f"md5('{workspace.pk} {kind} ' || {number})::uuid"


def one_of(about: str, values: list[str] | list[UUID], out_of: int, *, none: str = "NULL") -> str:
    """SQL that gives each row one of `values`, and one in `out_of` none where there are fewer values. What is chosen
    `about` one thing says nothing about another."""
    cast = "::uuid" if isinstance(values[0], UUID) else ""
    turns = " ".join(f"WHEN {turn} THEN '{value}'{cast}" for turn, value in enumerate(values))
    among = max(out_of, len(values))
    return f"CASE {_drawn(about, among)} {turns} ELSE {none}{cast if none == 'NULL' else ''} END"


def _drawn(about: str, among: int) -> str:
    """A number below `among`, the same for the same row."""
    return f"((hashtext('{about}' || n) & 2147483647) % {among})"
