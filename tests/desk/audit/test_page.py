"""Settings → Audit: who did what, for whoever administers."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import system
from accounts.models import Membership, Role, User, Workspace
from activity.log import record
from activity.models import Event
from activity.types import EventType
from clients.models import Client
from contacts import actions as people
from contacts import labels
from deals import actions as deals
from desk.audit.asking import GROUPS, OTHER, groups, types_of
from tests import cast
from tests.arrivals import write_in
from tests.cast import acting

Browse = Callable[[Membership], Browser]


def lines(browser: Browser, query: str = "") -> list[tuple[str, str]]:
    """(who, what) of each line of the page."""
    response = browser.get(f"/settings/audit{query}")
    assert response.status_code == 200, response.content[:300]
    return [(line.who, line.told) for line in response.context["lines"]]


@pytest.fixture
def happened(workspace: Workspace, owner: Membership, agent: Membership, harbour: Client, meadow: Client) -> None:
    people.create(actor=acting(agent), name="Priya Rao", client_id=harbour.pk)
    people.create(actor=acting(agent), name="Tom Reed", client_id=meadow.pk)
    labels.create(actor=acting(owner), name="hot")
    record(acting(owner), EventType.REACTION_SWITCHED, workspace, reaction="open_deal", enabled=False)


@pytest.mark.usefixtures("happened")
def test_it_tells_newest_first_who_did_what(browse: Browse, owner: Membership) -> None:
    assert lines(browse(owner)) == [
        ("Olga Owner", "Automation “open deal” switched off"),
        ("Olga Owner", "Label “hot” made"),
        ("Anna Agent", "Became a contact"),
        ("Anna Agent", "Became a contact"),
    ]


@pytest.mark.usefixtures("happened")
def test_it_is_narrowed_by_who_what_client_name_and_thing(
    browse: Browse, owner: Membership, agent: Membership, harbour: Client
) -> None:
    browser = browse(owner)
    priya = Event.objects.get(type="contact.created", client=harbour)
    both = [("Anna Agent", "Became a contact")] * 2
    assert lines(browser, f"?who={agent.pk}") == both
    assert lines(browser, "?what=people") == both
    assert lines(browser, "?what=set_up") == [("Olga Owner", "Label “hot” made")]
    assert lines(browser, f"?client={harbour.pk}") == both[:1]
    assert lines(browser, "?search=priya") == both[:1]
    assert lines(browser, f"?about={priya.subject_id}&who={agent.pk}") == both[:1]
    assert lines(browser, f"?about={priya.subject_id}&who={owner.pk}") == []
    assert lines(browser, "?who=itself") == []


def test_a_span_is_of_whole_days_on_the_clock_of_who_asks(
    browse: Browse, owner: Membership, workspace: Workspace
) -> None:
    User.objects.update(time_zone="Asia/Kolkata")
    moments = [
        datetime(2026, 3, day, hour, minute, tzinfo=UTC)
        for day, hour, minute in ((9, 18, 29), (9, 18, 30), (10, 18, 29), (10, 18, 30))
    ]
    for moment in moments:
        actor = system(workspace, moment.strftime("%d-%H%M")).back_at(moment)
        record(actor, EventType.WORKSPACE_UPDATED, workspace, changed_fields=["name"])
    told = [who for who, _ in lines(browse(owner), "?since=2026-03-10&until=2026-03-10")]
    assert told == ["Parley (10-1829)", "Parley (09-1830)"]
    page = browse(owner).get("/settings/audit?since=2026-03-10&until=2026-03-10").content.decode()
    assert "Tue 10 Mar 2026, 23:59:00" in page


def test_it_goes_on_where_it_ended_whatever_narrows_it(
    browse: Browse, owner: Membership, workspace: Workspace, harbour: Client
) -> None:
    moment = timezone.now() - timedelta(days=1)
    Event.objects.bulk_create(
        Event(
            workspace=workspace, type=("deal.won", "deal.lost", "contact.created")[number % 3], subject_type="deal",
            subject_id=harbour.pk, actor_kind="person", actor_id=owner.pk, actor_name=f"{number}",
            client=harbour if number % 2 else None, occurred_at=moment + timedelta(seconds=number // 7),
        )
        for number in range(240)
    )  # fmt: skip
    browser = browse(owner)
    for query, wanted in {
        "?": range(240), "?what=deals": [n for n in range(240) if n % 3 < 2], f"?who={owner.pk}": range(240),
        f"?client={harbour.pk}": range(1, 240, 2), f"?about={harbour.pk}": range(240),
    }.items():  # fmt: skip
        told, more = [], ""
        while True:
            response = browser.get(f"/settings/audit{query}&more={more}")
            told += [line.who for line in response.context["lines"]]
            if not (more := response.context["more"]):
                break
        assert told == [str(number) for number in reversed(wanted)], query


def test_an_admin_of_certain_clients_sees_their_events_alone_and_nothing_of_the_workspaces_own(
    browse: Browse, workspace: Workspace, harbour: Client, happened: None
) -> None:
    admin = cast.member(workspace, "Ada Harbour", Role.ADMIN, clients=[harbour])
    browser = browse(admin)
    assert lines(browser) == lines(browser, "?what=people") == [("Anna Agent", "Became a contact")]
    assert lines(browser, "?what=automations") == lines(browser, "?search=tom") == []
    page = browser.get("/settings/audit").content.decode()
    assert "Tom" not in page
    assert "Meadow" not in page
    exported = b"".join(browser.get("/settings/audit/export?format=jsonl")).decode().splitlines()
    assert [json.loads(line)["type"] for line in exported] == ["contact.created"]


@pytest.mark.parametrize("path", ["/settings/audit", "/settings/audit/export"])
def test_nobody_else_may_look(
    browse: Browse, agent: Membership, viewer: Membership, other_client_agent: Membership, path: str
) -> None:
    assert [browse(who).get(path).status_code for who in (agent, viewer, other_client_agent)] == [403, 403, 403]
    assert Browser().get(path).status_code == 302
    assert not Event.objects.filter(type="data.exported").exists()


@pytest.mark.parametrize(
    "query", ["who=nobody", "what=nothing", "since=yesterday", "until=0001-01-01", "about=1", "search=a", "format=xls"]
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(browse: Browse, owner: Membership, query: str) -> None:
    response = browse(owner).get(f"/settings/audit/export?{query}")
    assert response.status_code == 422
    assert not Event.objects.exists()


@pytest.mark.parametrize("mark", ["x", "1-", "-1", "9" * 38 + "-1", "1-" + "9" * 30, "²-1"])
def test_a_mark_that_is_none_begins_at_the_top(browse: Browse, owner: Membership, happened: None, mark: str) -> None:
    assert len(lines(browse(owner), f"?more={mark}")) == 4


def test_a_line_leads_to_what_it_is_about_as_long_as_that_is_there(
    browse: Browse, owner: Membership, workspace: Workspace, harbour: Client
) -> None:
    us = acting(owner)
    talk = write_in(us, "Hello", client_id=harbour.pk).conversation
    deal = deals.create(actor=us, conversation_id=talk.pk, title="Bread")
    gone = people.create(actor=us, name="Gone")
    people.delete(actor=us, contact=gone)
    links = {(line.event.type, line.name, line.link) for line in browse(owner).get("/settings/audit").context["lines"]}
    name = str(talk.contact)
    assert links == {
        ("deal.created", "Bread", f"/board/deals/{deal.pk}"),
        ("message.received", name, f"/inbox/{talk.pk}"),
        ("conversation.created", name, f"/inbox/{talk.pk}"),
        ("contact.created", name, f"/contacts/{talk.contact_id}"),
        ("contact.created", "", ""),
        ("contact.deleted", "", ""),
    }


def test_thirty_lines_cost_as_many_queries_as_one(browse: Browse, owner: Membership, harbour: Client) -> None:
    us, browser = acting(owner), browse(owner)
    costs = []
    for numbers in (range(1), range(1, 30)):
        for number in numbers:
            talk = write_in(us, "Hello", sender=f"p{number}@example.com", client_id=harbour.pk).conversation
            deals.create(actor=us, conversation_id=talk.pk, title="Bread")
        for path in ("/settings/audit", "/settings/audit?what=deals", f"/settings/audit?who={owner.pk}"):
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(path).status_code == 200
            costs.append(len(asked))
    assert costs[:3] == costs[3:]
    assert max(costs) <= 16


def test_the_file_holds_all_that_matches_as_it_began_and_the_log_says_who_took_it(
    browse: Browse, owner: Membership, workspace: Workspace, happened: None
) -> None:
    labels.create(actor=acting(owner), name="=cmd()")
    us = system(workspace, "=HYPERLINK(1)")
    record(us, EventType.LABEL_CREATED, workspace, name="x")
    text = b"".join(browse(owner).get("/settings/audit/export?format=csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row["Type"] for row in rows] == [
        "label.created", "label.created", "reaction.switched", "label.created", "contact.created", "contact.created"
    ]  # fmt: skip
    assert rows[2] | {"Number": "", "Time": "", "About id": ""} == {
        "Number": "", "Time": "", "Who": "Olga Owner", "Kind": "person", "Who's id": str(owner.pk),
        "What": "Automation “open deal” switched off", "Type": "reaction.switched", "Client": "",
        "About": "workspace", "About id": "", "Details": '{"enabled": false, "reaction": "open_deal"}',
    }  # fmt: skip
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    taken = Event.objects.get(type="data.exported")
    assert (taken.actor_id, taken.payload) == (owner.pk, {"what": "events", "count": 6})

    told = b"".join(browse(owner).get("/settings/audit/export?format=jsonl&what=exports")).decode().splitlines()
    (one,) = [json.loads(line) for line in told]
    assert (one["id"], one["type"], one["data"]) == (str(taken.pk), "data.exported", {"what": "events", "count": 6})
    assert one["sentence"] == "Exported 6 events"


def test_the_file_is_made_in_pieces_of_a_few_hundred(
    browse: Browse, owner: Membership, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.audit.files.AT_A_TIME", 3)
    for number in range(7):
        record(acting(owner), EventType.LABEL_CREATED, workspace, name=f"{number}")
    response: Any = browse(owner).get("/settings/audit/export?format=jsonl")
    pieces = [piece.decode().splitlines() for piece in response]
    assert [[json.loads(line)["data"]["name"] for line in piece] for piece in pieces] == [
        ["6", "5"], ["4", "3", "2"], ["1", "0"]  # the first three with the event of the export itself
    ]  # fmt: skip


def test_every_type_stands_in_one_group() -> None:
    told = [one for key, _ in groups() for one in types_of(key)]
    assert sorted(told) == sorted(EventType.values)
    assert OTHER not in GROUPS
