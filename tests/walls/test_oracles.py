"""What an id or a name in a body or a query would tell: each is asked about with something that is there behind a wall,
and with something that is nowhere; both are answered alike."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from accounts.models import Membership
from activity.models import Undo
from clients.models import Campaign, Client
from contacts.models import Contact, Identity, Merge, Segment
from crm.ids import uuid7
from deals.models import Deal
from inbox.models import Conversation, Message
from tests.walls.asking import ask
from tests.walls.ways import Pick, pick
from tests.walls.world import HARBOUR, HARBOURS_KEY, MEADOW, OF_HARBOUR, OWN, VIEWER, Who, World

pytestmark = pytest.mark.django_db
API = "/api/v1/crm"
OURS: dict[type, Pick] = {model: Pick(model) for model in (Contact, Conversation, Deal)}
DUE = "2031-05-06T09:00:00Z"

# Who asks what: {} in the path is a row of theirs, THERE in the body or the query the one behind the wall.
THERE = "there"
NAMED: list[tuple[Who, str, str, type | None, dict[str, Any], Pick]] = [
    (who, *rest)
    for who in (HARBOURS_KEY, OF_HARBOUR)
    for rest in (
        ("POST", "/deals/{}/move", Deal, {"stage": "new", "before": THERE}, pick(Deal)),
        ("POST", "/deals/{}/move", Deal, {"stage": "new", "after": THERE}, pick(Deal)),
        ("PATCH", "/deals/{}", Deal, {"owner": THERE}, pick(Membership)),
        ("PATCH", "/deals/{}", Deal, {"contact_id": THERE}, pick(Contact)),
        ("POST", "/deals", None, {"title": "New", "conversation_id": THERE}, pick(Conversation)),
        ("PATCH", "/contacts/{}", Contact, {"owner": THERE}, pick(Membership)),
        ("POST", "/contacts/{}/merge", Contact, {"contact_id": THERE}, pick(Contact)),
        ("POST", "/contacts/{}/unmerge", Contact, {"merge_id": THERE}, pick(Merge)),
        ("POST", "/contacts/bulk_label", None, {"contact_ids": [THERE], "label": "Hot", "operation": "attach"},
         pick(Contact)),
        ("PATCH", "/conversations/{}", Conversation, {"assigned_to": THERE}, pick(Membership)),
        ("POST", "/conversations", None, {"channel": "email", "contact_id": THERE}, pick(Contact)),
        ("POST", "/conversations", None, {"channel": "email", "lead_email": "n@example.com", "campaign_id": THERE},
         pick(Campaign)),
        ("POST", "/conversations", None, {"channel": "email", "lead_email": "n@example.com", "client_id": THERE},
         pick(Client)),
        ("POST", "/follow_ups", None, {"conversation_id": THERE, "due_at": DUE}, pick(Conversation)),
        ("POST", "/follow_ups", Contact, {"contact_id": "{}", "owner": THERE, "due_at": DUE}, pick(Membership)),
        ("GET", "/contacts", None, {"segment_id": THERE}, pick(Segment)),
        ("GET", "/conversations", None, {"campaign_id": THERE}, pick(Campaign)),
        ("GET", "/deals", None, {"client_id": THERE}, pick(Client)),
    )
]  # fmt: skip
ON_PAGES: list[tuple[Who, str, str, type | None, dict[str, Any], Pick]] = [
    (OF_HARBOUR, *rest)
    for rest in (
        ("GET", "/inbox", None, {"client": THERE}, pick(Client)),
        ("GET", "/inbox", None, {"campaign_id": THERE}, pick(Campaign)),
        ("GET", "/inbox", None, {"assigned_to": THERE}, pick(Membership)),
        ("GET", "/inbox/fresh", None, {"row": THERE, "new": THERE, "here": THERE}, pick(Conversation)),
        ("GET", "/board", None, {"owner": THERE}, pick(Membership)),
        ("GET", "/board/cards", None, {"deal": THERE}, pick(Deal)),
        ("GET", "/board/several/move", Deal, {"deal": ["{}", THERE]}, pick(Deal)),
        ("POST", "/board/several/delete", Deal, {"deal": ["{}", THERE]}, pick(Deal)),
        ("POST", "/board/move", Deal, {"deal": "{}", "stage": "contacted", "before": THERE}, pick(Deal)),
        ("POST", "/board/deals/{}/change", Deal, {"owner": THERE}, pick(Membership)),
        ("GET", "/contacts/export", None, {"id": THERE}, pick(Contact)),
        ("GET", "/contacts", None, {"segment_id": THERE}, pick(Segment)),
        ("POST", "/contacts/bulk", None, {"id": THERE, "owner": ""}, pick(Contact)),
        ("POST", "/contacts/bulk", Contact, {"id": "{}", "owner": THERE}, pick(Membership)),
        ("GET", "/contacts/{}/merge", Contact, {"other": THERE}, pick(Contact)),
        ("POST", "/contacts/{}/addresses/" + THERE + "/remove", Contact, {}, pick(Identity)),
        ("POST", "/contacts/{}/merges/" + THERE + "/apart", Contact, {}, pick(Merge)),
        ("POST", "/inbox/bulk", None, {"id": THERE, "do": "close"}, pick(Conversation)),
        ("POST", "/inbox/{}/assign", Conversation, {"to": THERE}, pick(Membership)),
        ("POST", "/inbox/{}/next/not-now", Conversation, {"key": "time", "message": THERE}, pick(Message)),
        ("POST", "/inbox/follow-ups/new", Contact, {"contact": "{}", "owner": THERE, "due_at": DUE}, pick(Membership)),
        ("POST", "/undo/" + THERE, None, {}, pick(Undo)),
        ("GET", "/views/new/inbox", None, {"client": THERE}, pick(Client)),
        ("GET", "/reports/pipeline", None, {"client": THERE}, pick(Client)),
        ("GET", "/settings/connections/new/muro", None, {"client": THERE}, pick(Client)),
    )
]  # fmt: skip


@pytest.mark.parametrize("side", [MEADOW, OWN])
@pytest.mark.parametrize("base", [API, ""], ids=["api", "pages"])
def test_an_id_from_behind_a_wall_is_as_good_as_one_that_is_nowhere(world: World, base: str, side: str) -> None:
    faults = []
    for who, method, path, own, body, behind in NAMED if base else ON_PAGES:
        if side == OWN and behind.model is Membership:
            continue  # whoever is of the whole team is met by everybody
        mine = OURS[own].of(world, HARBOUR) if own else uuid7()
        hidden, nowhere = behind.of(world, side), uuid7()
        answers = [ask(world, who, method, *_written(base + path, body, mine, pk)) for pk in (hidden, nowhere)]
        if answers[0].apart_from(mine, hidden) != answers[1].apart_from(mine, nowhere):
            faults.append(f"{method} {path} {body} as {who}: {_apart(answers)}")
        if answers[0].status >= 500 or answers[0].changed != answers[1].changed:
            faults.append(f"{method} {path} {body} as {who}: {answers[0].status}, {answers[0].changed}")
    assert not faults, "\n".join(faults)


def _written(path: str, body: Mapping[str, Any], mine: UUID, there: UUID) -> tuple[str, dict[str, Any]]:
    def value(one: Any) -> Any:
        if isinstance(one, list):
            return [value(each) for each in one]
        return {THERE: str(there), "{}": str(mine)}.get(one, one)

    return path.format(mine).replace(THERE, str(there)), {name: value(one) for name, one in body.items()}


def _apart(answers: list[Any]) -> str:
    return " / ".join(f"{answer.status} {answer.text[-260:]!r}" for answer in answers)


@pytest.mark.parametrize("side", [MEADOW, OWN])
def test_what_is_taken_behind_a_wall_is_free_on_this_side(world: World, side: str) -> None:
    """A unique name, address or outside id is unique for those who share it, and for nobody else."""
    behind = Contact.objects.get(pk=world.sides[side].first(Contact))
    conversation = Conversation.objects.get(pk=world.sides[side].first(Conversation))
    Conversation.objects.filter(pk=conversation.pk).update(external_id="thread-1")
    own = Conversation.objects.get(pk=world.sides[HARBOUR].first(Conversation)).pk
    for path, body in (
        ("/contacts", {"email": behind.email}),
        ("/contacts/upsert", {"email": behind.email, "company": "Ours"}),
        ("/campaigns", {"name": Campaign.objects.get(pk=world.sides[side].first(Campaign)).name}),
        ("/segments", {"name": side, "filters": {"status": "active"}}),
        ("/conversations", {"channel": "email", "lead_email": behind.email}),
        ("/conversations", {"channel": "email", "lead_email": "n@example.com", "external_id": "thread-1"}),
        (f"/conversations/{own}/messages", {"direction": "inbound", "body": "Hi", "external_id": "msg_1"}),
    ):
        answer = ask(world, HARBOURS_KEY, "POST", API + path, body)
        assert answer.status == 201, f"{path} {body}: {answer.text}"
        assert not answer.ids & (world.hidden[HARBOURS_KEY] - {behind.email.partition("@")[0]}), path


def test_nobody_is_named_whom_one_does_not_meet(world: World) -> None:
    pk = world.sides[HARBOUR].first(Conversation)
    for name in ("Member of Meadow", "Nobody Atall"):
        body = {"body": f"Ask @{name}", "token": str(uuid7())}
        assert "inbox_mention" not in ask(world, OF_HARBOUR, "POST", f"/inbox/{pk}/notes", body).changed, name
    for who in (OF_HARBOUR, VIEWER):
        assert "Meadow" not in ask(world, who, "GET", f"/inbox/{pk}").text
