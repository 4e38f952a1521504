"""MisarMail itself, pulled: pages by number, no `updated_at`, its plans, its limits, and the ways in which it fails."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Workspace
from accounts.plans import Plan
from activity.consumers import consume_all
from clients.models import Client
from contacts.models import Contact, Label, Suppression
from deals import actions as deals
from deals.models import Deal
from inbox import actions, tasks
from inbox.composing.models import Note
from inbox.messages import lock
from inbox.models import Conversation, IntentTag, IntentWork, Message
from integrations import batches
from integrations.connecting import Opened, check, connect
from integrations.misarmail import lines
from integrations.models import Connection, SyncRun
from tests import cast
from tests.arrivals import wait_until_readable
from tests.integrations.misarmail.conftest import StandIn
from tests.integrations.misarmail.stand_in import KEY

pytestmark = pytest.mark.django_db(transaction=True)
NINE = datetime(2026, 4, 13, 9, tzinfo=UTC)
PRIYA = {
    "id": "c1", "email": "priya@example.com", "firstName": "Priya", "lastName": "Sharma", "status": "subscribed",
    "tags": ["vip"], "customFields": {"plan": "pro"}, "created_at": "2026-04-01T08:00:00Z",
}  # fmt: skip
THREAD = {
    "id": "v1", "lead_email": "priya@example.com", "lead_name": "Priya Sharma", "channel": "email",
    "campaign_id": "k1", "contact_id": "c1", "status": "active", "intent": "interested",
    "last_message": "Yes, I'd love to learn more about pricing.", "last_message_at": "2026-04-13T09:00:00Z",
    "created_at": "2026-04-10T08:00:00Z",
}  # fmt: skip
SAID = [
    {"id": "m1", "direction": "outbound", "body": "Hi Priya, …", "sent_at": "2026-04-10T08:00:00Z"},
    {
        "id": "m2", "direction": "inbound", "body": "Yes, I'd love to learn more about pricing.",
        "received_at": "2026-04-13T09:00:00Z",
    },
]  # fmt: skip
DEAL = {
    "id": "d1", "conversation_id": "v1", "lead_email": "priya@example.com", "lead_name": "Priya Sharma",
    "stage": "interested", "value": 50000, "currency": "INR", "notes": "Wants annual pricing",
    "created_at": "2026-04-13T09:30:00Z", "updated_at": "2026-04-13T09:30:00Z",
}  # fmt: skip
CAMPAIGN = {"id": "k1", "name": "Spring", "subject": "Hello", "status": "completed", "sent_at": "2026-04-10T08:00:00Z"}
STATE: dict[str, Any] = {
    "campaigns": [CAMPAIGN], "contacts": [PRIYA], "conversations": [THREAD], "messages": {"v1": SAID}, "deals": [DEAL],
}  # fmt: skip


def begun(connection: Connection, **options: Any) -> SyncRun:
    return batches.start(actor=cast.acting(connection.workspace), connection=connection, **options)


def pulled(connection: Connection, **options: Any) -> SyncRun:
    done = batches.finish(begun(connection, **options))
    assert done.state == SyncRun.State.DONE, done.last_error
    return done


def news(run: SyncRun) -> dict[str, tuple[int, int]]:
    counted = {stream: (counts["new"], counts["changed"]) for stream, counts in run.counts.items()}
    return {stream: found for stream, found in counted.items() if found != (0, 0)}


@pytest.mark.parametrize("edition", ["new", "old"])
def test_what_its_pages_show_stands_here(connection: Connection, misarmail: StandIn, edition: str) -> None:
    misarmail.load(**STATE, edition=edition)
    pulled(connection)
    contact = Contact.objects.get()
    assert (contact.name, contact.email, contact.status) == ("Priya Sharma", "priya@example.com", "active")
    assert (contact.custom_fields, contact.source) == ({"plan": "pro"}, "MisarMail")
    assert [label.name for label in contact.labels.all()] == ["vip"]
    conversation = Conversation.objects.get()
    assert (conversation.contact, conversation.status, conversation.intent) == (contact, "active", "interested")
    assert (conversation.external_id, conversation.campaign and conversation.campaign.name) == ("v1", "Spring")
    assert (conversation.turn, conversation.unread_count) == ("ours", 0), "history is read"
    told = [(m.direction, m.body, m.occurred_at, m.external_id) for m in Message.objects.order_by("position")]
    assert told == [
        ("outbound", "Hi Priya, …", NINE.replace(day=10, hour=8), "m1"),
        ("inbound", "Yes, I'd love to learn more about pricing.", NINE, "m2"),
    ]
    deal = Deal.objects.select_related("stage").get()
    assert (deal.stage.key, deal.value, deal.currency, deal.notes) == ("interested", 50000, "INR", DEAL["notes"])
    assert (deal.conversation, deal.created_at) == (conversation, NINE + timedelta(minutes=30))


def test_a_second_look_changes_nothing_and_asks_for_no_messages(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(**STATE)
    pulled(connection)
    before = len([call for call in misarmail.calls if "messages" in call["path"]])
    assert news(pulled(connection)) == {}
    assert len([call for call in misarmail.calls if "messages" in call["path"]]) == before == 1


def test_its_word_on_an_intent_is_not_contradicted_by_our_model(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(**{**STATE, "conversations": [{**THREAD, "intent": "objection"}]})
    pulled(connection)
    tasks.tag()
    assert Conversation.objects.get().intent == "objection"
    assert list(IntentTag.objects.values_list("intent", "made_by")) == [("objection", "model")]
    assert not IntentWork.objects.filter(state="waiting").exists()


def test_where_it_has_no_word_our_model_says_one(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(**{**STATE, "conversations": [{**THREAD, "intent": None}]})
    pulled(connection)
    tasks.tag()
    assert Conversation.objects.get().intent == "interested"


def test_a_person_here_may_contradict_it_until_it_says_something_new(
    connection: Connection, misarmail: StandIn, agent: Membership
) -> None:
    misarmail.load(**STATE)
    pulled(connection)
    conversation = lock(Conversation.objects.get())
    actions.override_intent(actor=cast.acting(agent), conversation=conversation, intent="question")
    pulled(connection)
    assert Conversation.objects.get().intent == "question"


def test_what_is_copied_is_left_alone_by_our_reactions(
    connection: Connection, misarmail: StandIn, agent: Membership
) -> None:
    now = timezone.now().isoformat()
    fresh = {**THREAD, "last_message_at": now, "intent": "not_interested"}
    misarmail.load(conversations=[fresh], messages={"v1": [{**SAID[1], "received_at": now}]})
    pulled(connection)
    wait_until_readable()
    consume_all()
    conversation = Conversation.objects.get()
    assert (conversation.status, conversation.contact.status) == ("active", "active")
    assert not Suppression.objects.exists()
    assert conversation.assignee == agent, "but MisarMail knows no agents: who is new goes to one of ours"


def test_without_clients_in_its_plan_all_is_our_own(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(**STATE, plan="pro", clients=[{"id": "a", "name": "Acme"}])
    pulled(connection)
    assert not Client.objects.exists()
    assert Conversation.objects.get().client is None


def test_rows_of_its_clients_stand_behind_the_walls_of_ours(
    connection: Connection, misarmail: StandIn, harbour: Client
) -> None:
    misarmail.load(
        clients=[{"id": "a", "name": "harbour bakery", "domain": "h.example"}, {"id": "b", "name": "New"}],
        contacts=[{**PRIYA, "client_id": "a"}, {**PRIYA, "id": "c2", "client_id": "b"}],
        conversations=[{**THREAD, "client_id": "a"}, {**THREAD, "id": "v2", "contact_id": "c2", "client_id": "b"}],
        messages={"v1": SAID, "v2": [{**one, "id": f"{one['id']}b"} for one in SAID]},
    )
    pulled(connection)
    made = Client.objects.get(name="New")
    assert {one.client_id for one in Contact.objects.all()} == {harbour.pk, made.pk}
    walls = {one.external_id: (one.client_id, one.contact.client_id) for one in Conversation.objects.all()}
    assert walls == {"v1": (harbour.pk, harbour.pk), "v2": (made.pk, made.pk)}
    assert Message.objects.filter(client=made.pk).count() == 2


def test_a_client_that_is_not_listed_yet_has_its_wall_and_later_its_name(
    connection: Connection, misarmail: StandIn
) -> None:
    misarmail.load(**{**STATE, "conversations": [{**THREAD, "client_id": "z", "contact_id": None}]})
    pulled(connection)
    assert Conversation.objects.get().client == Client.objects.get(name="MisarMail z")
    misarmail.load(**STATE, clients=[{"id": "z", "name": "Zephyr"}])
    pulled(connection)
    assert [one.name for one in Client.objects.all()] == ["Zephyr"]


def test_a_plan_of_ours_without_clients_keeps_all_on_one_side(misarmail: StandIn) -> None:
    free = cast.a_workspace(plan=Plan.PRO)
    settings = {"base_url": misarmail.base_url + "/crm", "api_key": KEY}
    made = connect(actor=cast.acting(free), system="misarmail", settings=settings).connection
    misarmail.load(
        clients=[{"id": "a", "name": "A"}], contacts=[{**PRIYA, "client_id": "a"}],
        conversations=[{**THREAD, "client_id": "a"}], messages={"v1": SAID},
    )  # fmt: skip
    pulled(made)
    assert Conversation.objects.get().wall == free.pk


def test_a_deal_that_our_reaction_opened_is_the_one_that_it_tells_of(
    connection: Connection, misarmail: StandIn, workspace: Workspace
) -> None:
    misarmail.load(**{**STATE, "deals": []})
    pulled(connection)
    conversation = Conversation.objects.get()
    ours = deals.create(actor=cast.acting(workspace), conversation_id=conversation.pk, title="Priya Sharma")
    misarmail.load(**STATE)
    pulled(connection)
    deal = Deal.objects.select_related("stage").get()
    assert (deal.pk, deal.stage.key, deal.value, deal.currency) == (ours.pk, "interested", 50000, "INR")


def test_a_stage_that_we_do_not_have_is_told_and_the_closest_taken(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(**{**STATE, "deals": [{**DEAL, "stage": "negotiation"}]})
    pulled(connection)
    assert Deal.objects.select_related("stage").get().stage.key == "negotiating"
    assert "“negotiation”" in Note.objects.get().body
    assert news(pulled(connection)) == {}
    misarmail.load(**{**STATE, "deals": [{**DEAL, "stage": "won"}]})
    pulled(connection)
    assert Deal.objects.select_related("stage").get().stage.key == "won"


def test_what_was_taken_away_there_is_taken_away_here(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(contacts=[PRIYA])
    pulled(connection)
    misarmail.load(contacts=[{**PRIYA, "tags": [], "customFields": {}}])
    assert news(pulled(connection)) == {"contacts": (0, 1)}
    contact = Contact.objects.get()
    assert (contact.custom_fields, list(contact.labels.all())) == ({}, [])
    assert Label.objects.filter(name="vip").exists()


def many(count: int) -> dict[str, Any]:
    conversations = [
        {**THREAD, "id": f"v{n}", "contact_id": f"c{n}", "lead_email": f"p{n}@example.com"} for n in range(count)
    ]
    contacts = [{**PRIYA, "id": f"c{n}", "email": f"p{n}@example.com", "tags": []} for n in range(count)]
    messages = {f"v{n}": [{**one, "id": f"{one['id']}-{n}"} for one in SAID] for n in range(count)}
    return {"conversations": conversations, "contacts": contacts, "messages": messages}


def test_what_is_known_costs_the_same_for_one_as_for_thirty(connection: Connection, misarmail: StandIn) -> None:
    costs = set()
    for size in (1, 30):
        campaigns = [{**CAMPAIGN, "id": f"k{n}", "name": f"Campaign {n}"} for n in range(size)]
        deal_of = [{**DEAL, "id": f"d{n}", "conversation_id": f"v{n}"} for n in range(size)]
        clients = [{"id": f"a{n}", "name": f"Client {n}"} for n in range(size)]
        misarmail.load(**many(size), campaigns=campaigns, deals=deal_of, clients=clients)
        pulled(connection)
        with CaptureQueriesContext(database) as made:
            pulled(connection)
        costs.add(sum("SAVEPOINT" not in query["sql"] for query in made.captured_queries))
    assert len(costs) == 1


def test_a_crash_between_any_two_pages_loses_and_doubles_nothing(
    connection: Connection, misarmail: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    misarmail.load(**many(3))
    run, steps = begun(connection), 0
    real, crashes = lines.take, iter(range(100))

    def dies_every_other_time(*args: Any) -> Any:
        tally = real(*args)
        if next(crashes) % 2 == 0:
            raise RuntimeError("killed")
        return tally

    monkeypatch.setattr(lines, "take", dies_every_other_time)
    while run.state == SyncRun.State.WAITING:
        SyncRun.objects.filter(pk=run.pk).update(due_at=timezone.now(), leased_until=None)
        batches.finish(run)
        run.refresh_from_db()
        steps += 1
        assert steps < 20
    assert (Conversation.objects.count(), Message.objects.count()) == (3, 6)


@pytest.mark.parametrize(
    "failure",
    [{"status": 500}, {"status": 503}, {"status": 502, "body": "no JSON"}, {"cut": True}, {"status": 302}],
)
def test_a_hiccup_is_waited_out(connection: Connection, misarmail: StandIn, failure: dict[str, Any]) -> None:
    misarmail.load(**STATE)
    misarmail.fails({}, failure, failure)
    run = begun(connection)
    for _ in range(4):
        SyncRun.objects.filter(pk=run.pk, state="waiting").update(due_at=timezone.now())
        run = batches.finish(SyncRun.objects.get(pk=run.pk))
    assert run.state == SyncRun.State.DONE
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not accept the API key. Make one with the scope crm"),
        (403, "it needs the scope crm, and the plan must have it"),
        (404, "There is no MisarMail at this base URL"),
    ],
)
def test_what_is_refused_for_good_stops_the_batch_with_its_words(
    connection: Connection, misarmail: StandIn, status: int, words: str
) -> None:
    refusal = {"status": status, "body": {"success": False, "error": "No."}}
    misarmail.fails(refusal)
    run = batches.finish(begun(connection))
    assert run.state == SyncRun.State.DEAD
    assert words in run.last_error
    assert "msk_" not in run.last_error


def test_its_limit_of_requests_is_waited_for(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(**many(8), limit=7)
    run = batches.finish(begun(connection))
    assert run.state == SyncRun.State.WAITING
    assert "limit of requests" in run.last_error
    assert len(misarmail.calls) <= 7, "nothing is asked when nothing is left"
    later = timezone.now() + timedelta(minutes=2)
    misarmail.refill()
    with time_machine.travel(later):
        assert batches.finish(SyncRun.objects.get(pk=run.pk)).state == SyncRun.State.WAITING
    misarmail.refill()
    with time_machine.travel(later + timedelta(minutes=2)):
        assert batches.finish(SyncRun.objects.get(pk=run.pk)).state == SyncRun.State.DONE
    assert Message.objects.count() == 16


def test_a_429_says_itself_how_long_to_wait(connection: Connection, misarmail: StandIn) -> None:
    misarmail.load(**STATE)
    misarmail.fails({}, {"status": 429, "body": {"success": False, "error": "Slow down", "retryAfter": 42}})
    before = timezone.now()
    run = batches.finish(begun(connection))
    waits = (run.due_at - before).total_seconds()
    assert 41 < waits < 50


def test_the_connection_says_that_it_works_or_what_is_wrong(
    opened: Opened, misarmail: StandIn, owner: Membership
) -> None:
    misarmail.load(**STATE)
    told = check(actor=cast.acting(owner), connection=opened.connection)
    assert told == "It works: 1 conversations can be read."
