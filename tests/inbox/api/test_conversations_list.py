"""The list of conversations: what narrows it, its order, its pages, its cost, and who sees what."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from contacts import labels
from inbox import actions
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests import cast
from tests.arrivals import ago, wants, write_in
from tests.cost import queries_of

pytestmark = pytest.mark.django_db


def found(api, query: str) -> list[str]:
    answer = api.get(f"/conversations?{query}")
    assert answer.status_code == 200, answer.content
    return [one["id"] for one in answer.json()["conversations"]]


def test_the_newest_activity_comes_first(api, actor):
    old = write_in(actor(), sender="old@example.com", at=ago(days=2)).conversation
    new = write_in(actor(), sender="new@example.com", at=ago(days=1)).conversation
    assert found(api(), "") == [str(new.pk), str(old.pk)]
    write_in(actor(), sender="old@example.com", thread_id=None, ancestors=(), channel="email", at=ago(hours=1))
    assert found(api(), "")[1:] == [str(new.pk), str(old.pk)]


@pytest.fixture
def two(actor, agent):
    """One that every filter finds, and one that it does not."""
    one = wants(
        actor(), Intent.BOOKING, "Shall we meet on Thursday?", channel="whatsapp", sender="+4930901820", name="Ute"
    )
    other = wants(actor(), Intent.QUESTION, "How does it work?", sender="tom@example.com", name="Tom Clifton")
    one.refresh_from_db()
    other.refresh_from_db()
    actions.mark_read(actor=actor(), conversation=other)
    actions.no_reply_needed(actor=actor(), conversation=other)
    actions.label(actor=actor(), conversation=one, label=labels.named(actor=actor(), name="Hot"))
    actions.assign(actor=actor(), conversation=one, to=agent)
    actions.close(actor=actor(), conversation=one)
    return one, other


@pytest.mark.parametrize(
    "query",
    [
        "status=closed",
        "channel=whatsapp",
        "intent=booking",
        "label=hot",
        "unread=true",
        "turn=ours",
        "search=thursday",
        "search=ut",
        "search=meet+shall",
        "search=%2B49+30+901820",
        "search=030901820",
        "search=+49+30",
        "status=closed&turn=ours",
    ],
)
def test_each_filter_finds_its_own(api, two, workspace, query):
    workspace.region = "DE"
    workspace.save()
    one, _ = two
    assert found(api(), query) == [str(one.pk)]


@pytest.mark.parametrize(
    "query",
    [
        "status=active",
        "channel=email",
        "intent=question",
        "unread=false",
        "turn=nobody",
        "assigned_to=none",
        "search=work",
    ],
)
def test_each_filter_leaves_the_others_out(api, two, query):
    _, other = two
    assert found(api(), query) == [str(other.pk)]


def test_filters_that_name_another_row(api, actor, two, agent, harbour):
    one, _ = two
    label = labels.named(actor=actor(), name="hot")
    campaign = cast.a_campaign(workspace=one.workspace, client=harbour)
    theirs = write_in(actor(), sender="tina@example.com", client_id=harbour.pk, campaign_id=campaign.pk).conversation
    caller = api()
    assert found(caller, f"assigned_to={agent.pk}") == [str(one.pk)]
    assert found(caller, f"label={label.pk}") == [str(one.pk)]
    assert found(caller, f"contact_id={one.contact_id}") == [str(one.pk)]
    assert found(caller, f"client_id={harbour.pk}") == [str(theirs.pk)]
    assert found(caller, f"campaign_id={campaign.pk}") == [str(theirs.pk)]
    assert found(caller, f"campaign_id={uuid4()}") == []


def test_updated_after_misses_nothing_at_its_very_moment(api, two):
    one, other = two
    caller = api()
    shown = caller.get(f"/conversations/{one.pk}").json()["conversation"]["updated_at"]
    assert found(caller, f"updated_after={shown}") == [str(one.pk)]
    assert set(found(caller, "updated_after=2020-01-01T00:00:00Z")) == {str(one.pk), str(other.pk)}
    later = (timezone.now() + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert found(caller, f"updated_after={later}") == []


@pytest.mark.parametrize(
    "text", ["'", "a'b:*&|!()", "!!", "a <-> b", "&", "\\", "%", "🙂", "שלום", ":*", "'':*", "AND OR NOT", "x" * 200]
)
def test_a_hostile_search_finds_nothing_and_breaks_nothing(api, two, text):
    answer = api().get("/conversations", {"search": text})
    assert (answer.status_code, answer.json()["conversations"]) == (200, [])


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("status=open", "status", "This must be one of: active, closed, snoozed."),
        ("channel=fax", "channel", "This must be one of: email, whatsapp, sms, linkedin, chat."),
        ("campaign_id=7", "campaign_id", "Send an id, as this API gave it."),
        ("assigned_to=me", "assigned_to", "Send an id, as this API gave it."),
        ("unread=1", "unread", "This must be one of: true, false."),
        ("updated_after=yesterday", "updated_after", "Send a time with its offset: 2026-04-13T09:00:00Z."),
        ("stauts=active", "stauts", "There is no “stauts” here. Did you mean “status”?"),
        ("per_page=101", "per_page", "Send a whole number from 1 to 100."),
        ("page=0", "page", "Send a whole number from 1 to 1000000."),
        ("cursor=x", "cursor", "This is not a cursor of this list: start again with an empty one."),
        ("search=a%00b", "search", "Contains a character that cannot be stored: leave it out."),
    ],
)
def test_what_is_not_understood_is_refused(api, query, field, sentence):
    answer = api().get(f"/conversations?{query}")
    assert answer.status_code == 400
    assert answer.json()["details"]["fieldErrors"] == {field: [sentence]}


def test_pages_have_an_exact_total(api, actor):
    rows = [write_in(actor(), sender=f"lead{n}@example.com", at=ago(hours=n)).conversation for n in range(5)]
    body = api().get("/conversations?page=2&per_page=2").json()
    assert [one["id"] for one in body["conversations"]] == [str(rows[2].pk), str(rows[3].pk)]
    assert body["pagination"] == {"page": 2, "per_page": 2, "total": 5, "total_pages": 3}


def test_a_walk_by_cursor_neither_repeats_nor_skips_while_rows_are_added(api, actor):
    rows = [write_in(actor(), sender=f"lead{n}@example.com", at=ago(hours=n)).conversation for n in range(7)]
    caller, cursor, walked = api(), "", []
    for step in range(4):
        body = caller.get(f"/conversations?per_page=2&cursor={cursor}").json()
        walked += [one["id"] for one in body["conversations"]]
        write_in(actor(), sender=f"late{step}@example.com")
        assert body["pagination"]["has_more"] is (step < 3)
        cursor = body["pagination"]["next_cursor"]
    assert cursor is None
    assert walked == [str(row.pk) for row in rows]


def test_conversations_of_the_same_moment_are_walked_all(api, actor):
    moment = datetime.fromisoformat("2026-04-13T09:00:00Z")
    rows = {str(write_in(actor(), sender=f"lead{n}@example.com", at=moment).conversation.pk) for n in range(5)}
    caller, cursor, walked = api(), "", []
    while cursor is not None:
        body = caller.get(f"/conversations?per_page=2&cursor={cursor}").json()
        walked += [one["id"] for one in body["conversations"]]
        cursor = body["pagination"]["next_cursor"]
    assert (len(walked), set(walked)) == (5, rows)


def test_a_list_costs_the_same_however_long_it_is(api, actor, agent):
    def fill(count: int) -> None:
        for n in range(count):
            row = wants(actor(), Intent.QUESTION, sender=f"lead{Conversation.objects.count()}@example.com")
            actions.label(actor=actor(), conversation=row, label=labels.named(actor=actor(), name=f"Label {n % 3}"))

    caller = api()
    fill(1)
    by_page, by_cursor = queries_of(caller, "/conversations?per_page=50"), queries_of(caller, "/conversations?cursor=")
    fill(29)
    assert queries_of(caller, "/conversations?per_page=50") == by_page == 3
    assert queries_of(caller, "/conversations?per_page=50&cursor=") == by_cursor == 2
    assert queries_of(caller, "/conversations?search=lead&label=label+1&turn=ours&unread=true") == by_page


def test_everybody_sees_their_own(api, actor, harbour, meadow, viewer, other_client_agent, agent, outsider):
    def arrives(sender: str, **whose) -> str:
        return str(write_in(actor(), sender=sender, **whose).conversation.pk)

    ours = arrives("ours@example.com")
    of_harbour = arrives("harbour@example.com", client_id=harbour.pk)
    of_meadow = arrives("meadow@example.com", client_id=meadow.pk)
    elsewhere = str(write_in(cast.acting(outsider.workspace), sender="else@example.com").conversation.pk)
    everything = {ours, of_harbour, of_meadow}
    for caller, seen in [
        (api(), everything),
        (api(person=agent), everything),
        (api(scopes=["crm:read"]), everything),
        (api(client=harbour), {of_harbour}),
        (api(person=viewer), {of_harbour}),
        (api(person=other_client_agent), {of_meadow}),
        (api(person=outsider), {elsewhere}),
    ]:
        assert set(found(caller, "")) == seen
        assert caller.get("/conversations").json()["pagination"]["total"] == len(seen)
        for hidden in {*everything, elsewhere} - seen:
            assert caller.get(f"/conversations/{hidden}").status_code == 404
            assert caller.get(f"/conversations/{hidden}/messages").status_code == 404
