"""What the board answers, to htmx and to a browser without scripts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership, Workspace
from activity.models import Undo
from clients.models import Client
from contacts import labels
from contacts.models import Contact
from deals import actions
from deals.models import Deal, Stage
from inbox import follow_ups
from inbox.intents.labels import Intent
from inbox.models import Conversation, FollowUp
from tests.arrivals import ago
from tests.cast import acting
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/board"}
INBOX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox"}


def named(*deals: Deal) -> dict[str, list[str]]:
    return {"deal": [str(deal.pk) for deal in deals], "version": [str(deal.version) for deal in deals]}


@pytest.fixture
def rolls(tom: Conversation, owner: Membership) -> Deal:
    """Tom's deal, above Priya's."""
    return actions.create(actor=acting(owner), conversation_id=tom.pk, title="Rolls", value=50_000, currency="USD")


def test_a_move_lands_the_card_below_the_one_above_it_and_says_which_it_is(
    browse: Browse, agent: Membership, bread: Deal, rolls: Deal
) -> None:
    answer = browse(agent).post("/board/move", {**named(rolls), "stage": "new", "after": bread.pk}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'data-above="{bread.pk}"' in page
    assert "“Rolls” moved, 2nd of 2." in page
    assert f"/undo/{Undo.objects.get().pk}" in page


def test_several_move_with_one_undo_and_one_that_is_stale_is_named(
    browse: Browse, agent: Membership, owner: Membership, bread: Deal, rolls: Deal
) -> None:
    typed = {**named(rolls, bread), "stage": "contacted"}
    actions.change(actor=acting(owner), deal=bread, title="Buns")
    page = browse(agent).post("/board/move", typed, headers=HTMX).content.decode()
    assert "1 deal moved to Contacted. “Buns” was left as it is: somebody changed it since you saw it." in page
    assert [Deal.objects.get(pk=deal.pk).stage.key for deal in (rolls, bread)] == ["contacted", "new"]
    undo = Undo.objects.get()
    browse(agent).post(f"/undo/{undo.pk}", headers=HTMX)
    assert Deal.objects.get(pk=rolls.pk).stage.key == "new"


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_where_deals_end_the_page_is_asked_how_and_nothing_moves_yet(
    browse: Browse, agent: Membership, bread: Deal, stage: str
) -> None:
    answer = browse(agent).post("/board/move", {**named(bread), "stage": stage}, headers=HTMX)
    page = answer.content.decode()
    assert (answer["HX-Retarget"], "deal-asked" in answer["HX-Trigger"]) == ("#dialog", True)
    assert 'name="value" inputmode="decimal" value="1250.00"' in page
    assert ("Why was it lost?" in page) == (stage == "lost")
    assert Deal.objects.get().version == 1


def test_without_a_script_the_question_is_a_page_and_its_answer_closes_the_deal(
    browse: Browse, agent: Membership, bread: Deal
) -> None:
    browser = browse(agent)
    assert "Mark as won" in browser.post("/board/move", {**named(bread), "stage": "won"}).content.decode()
    given = {**named(bread), "stage": "won", "value": "1,300", "currency": "EUR", "closed_on": timezone.localdate()}
    answer = browser.post("/board/move", given)
    assert (answer.status_code, answer["Location"]) == (303, "/board")
    assert (Deal.objects.get().stage.key, Deal.objects.get().value) == ("won", 130_000)


def test_a_loss_without_a_reason_is_told_where_it_can_be_given(browse: Browse, agent: Membership, bread: Deal) -> None:
    given = {**named(bread), "stage": "lost", "closed_on": timezone.localdate()}
    answer = browse(agent).post("/board/move", given, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#toasts")
    assert "Say why it was lost" in answer.content.decode()
    assert "landing" not in answer.content.decode()
    own = {**given, "reason": "No budget", "reason_other": "Chose a bakery nearby"}
    browse(agent).post("/board/move", own, headers=HTMX)
    assert Deal.objects.get().lost_reason == "Chose a bakery nearby"


def test_stage_buttons_elsewhere_are_answered_with_themselves(browse: Browse, agent: Membership, bread: Deal) -> None:
    target = {"HX-Target": f"stages-{bread.pk}"}
    answer = browse(agent).post("/board/move", {**named(bread), "stage": "contacted"}, headers={**INBOX, **target})
    page = answer.content.decode()
    assert f'id="stages-{bread.pk}"' in page
    assert 'name="version" value="2"' in page
    assert "landing" not in page
    asked = browse(agent).post(
        "/board/move", {"deal": bread.pk, "version": 2, "stage": "won"}, headers={**INBOX, **target}
    )
    assert f'hx-target="#stages-{bread.pk}"' in asked.content.decode()


def test_a_conflict_in_the_panel_keeps_what_was_typed_and_shows_what_is_saved(
    browse: Browse, agent: Membership, owner: Membership, bread: Deal
) -> None:
    actions.change(actor=acting(owner), deal=bread, title="Bread for 900", value=90_000)
    typed = {"version": "1", "title": "Mine", "value": "1250", "notes": "Typed for an hour"}
    answer = browse(agent).post(f"/board/deals/{bread.pk}/change", typed, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 409
    for words in ('value="Mine"', "Saved now: Bread for 900", "Saved now: €900.00", "Typed for an hour"):
        assert words in page, words
    again = browse(agent).post(f"/board/deals/{bread.pk}/change", {**typed, "version": "2"}, headers=HTMX)
    assert again.status_code == 200
    assert (Deal.objects.get().title, Deal.objects.get().notes) == ("Mine", "Typed for an hour")


@pytest.mark.parametrize(
    ("path", "typed", "words"),
    [
        ("owner", {"owner": "me"}, "2 deals given to you."),
        ("owner", {"owner": ""}, "2 deals given to nobody."),
        ("follow-up", {"due_at": "2030-01-02T09:00"}, "2 deals to follow up Wed 2 Jan, 09:00."),
        ("delete", {}, "2 deals deleted."),
    ],
)
def test_what_is_done_to_several_is_told_and_taken_back_at_once(
    browse: Browse, agent: Membership, owner: Membership, bread: Deal, rolls: Deal, path: str, typed: dict[str, str],
    words: str,
) -> None:  # fmt: skip
    for deal in (bread, rolls):
        actions.change(actor=acting(owner), deal=deal, owner_id=owner.pk)
        deal.refresh_from_db()
    before = list(Deal.objects.order_by("pk").values("owner", "deleted_at"))
    browser = browse(agent)
    dialog = browser.get(f"/board/several/{path}?deal={bread.pk}&deal={rolls.pk}", headers=HTMX).content.decode()
    assert "2 deals" in dialog
    assert "€1,250, $500" in dialog
    page = browser.post(f"/board/several/{path}", {**named(bread, rolls), **typed}, headers=HTMX).content.decode()
    assert words in page
    assert list(Deal.objects.order_by("pk").values("owner", "deleted_at")) != before or FollowUp.objects.count() == 2
    browser.post(f"/undo/{Undo.objects.get().pk}", headers=HTMX)
    assert list(Deal.objects.order_by("pk").values("owner", "deleted_at")) == before
    assert not FollowUp.objects.exists()


def test_who_may_not_write_is_refused_each_of_them(browse: Browse, viewer: Membership, bread: Deal) -> None:
    browser = browse(viewer)
    for path in ("move", "owner", "follow-up", "delete"):
        assert browser.get(f"/board/several/{path}?deal={bread.pk}").status_code == 403, path
        if path != "move":
            typed = {**named(bread), "owner": "", "due_at": "2030-01-02T09:00"}
            assert browser.post(f"/board/several/{path}", typed).status_code == 403, path
    assert Deal.objects.get().version == 1


def test_another_clients_person_finds_none_of_them(browse: Browse, other_client_agent: Membership, bread: Deal) -> None:
    browser = browse(other_client_agent)
    for path in ("move", "owner", "follow-up", "delete"):
        assert browser.get(f"/board/several/{path}?deal={bread.pk}").status_code == 404, path
    typed = {**named(bread), "owner": "", "due_at": "2030-01-02T09:00"}
    for path in ("owner", "follow-up", "delete"):
        assert browser.post(f"/board/several/{path}", typed).status_code == 404, path
    cards = browser.get(f"/board/cards?deal={bread.pk}", headers=HTMX).content.decode()
    assert "Bread" not in cards
    assert f'data-gone="{bread.pk}"' in cards
    assert Deal.objects.get().version == 1


def test_a_folded_column_stays_folded_for_this_person_alone_and_loads_no_card(
    browse: Browse, agent: Membership, owner: Membership, viewer: Membership, bread: Deal
) -> None:
    assert browse(agent).post("/board/columns/new/fold", {"folded": "yes"})["Location"] == "/board"
    folded = browse(agent).get("/board").content.decode()
    assert f"card-{bread.pk}" not in folded
    assert "€1,250" in folded
    assert f"card-{bread.pk}" in browse(owner).get("/board").content.decode()
    browse(agent).post("/board/columns/new/fold", {"folded": "no"})
    assert f"card-{bread.pk}" in browse(agent).get("/board").content.decode()
    assert browse(viewer).post("/board/columns/won/fold", {"folded": "no"}).status_code == 303


def test_the_address_holds_only_what_was_chosen(browse: Browse, agent: Membership, bread: Deal) -> None:
    answer = browse(agent).get("/board?search=&owner=none&health=&amount_min=&sort=")
    assert (answer.status_code, answer["Location"]) == (303, "/board?owner=none")


@pytest.fixture
def varied(workspace: Workspace, harbour: Client, owner: Membership, bread: Deal, rolls: Deal) -> dict[str, Deal]:
    """bread €1,250, rolls $500, yen ¥1,000 silent for long, noted with a word in its notes."""
    us = acting(owner)
    silent = wrote(workspace, harbour, "Kenji Kato", "Maybe.", Intent.QUESTION)
    yen = actions.create(actor=us, conversation_id=silent.pk, title="Yen", value=1_000, currency="JPY", notes="Dough")
    Conversation.objects.filter(pk=silent.pk).update(last_inbound_at=ago(days=30), turn="theirs")
    actions.change(actor=us, deal=yen, owner_id=owner.pk)
    labels.relabel(actor=us, contact=Contact.objects.get(pk=silent.contact_id), names=["VIP"])
    return {"bread": bread, "rolls": rolls, "yen": yen}


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("search=dough", ["yen"]), ("search=kenj", ["yen"]), ("search=bre", ["bread"]), ("search=nothing", []),
        ("amount_min=1,000", ["bread", "yen"]), ("amount_max=600", ["rolls"]),
        ("amount_min=600&amount_max=1100", ["yen"]),
        ("health=stalled", ["yen"]), ("health=unanswered", ["bread", "rolls"]), ("owner=none", ["bread", "rolls"]),
        ("label={label}", ["yen"]), ("label={label}&owner=none", []),
    ],
)  # fmt: skip
def test_a_filter_leaves_the_cards_and_their_sums(
    browse: Browse, agent: Membership, varied: dict[str, Deal], query: str, left: list[str]
) -> None:
    label = Contact.objects.get(pk=varied["yen"].contact_id).labels.get()
    shown = browse(agent).get("/board?" + query.format(label=label.pk)).context
    column = next(column for column in shown["columns"] if column.stage.key == "new")
    assert sorted(card.title.split()[0].lower() for card in column.cards) == left
    assert (column.sums.count, shown["open_sums"].count) == (len(left), len(left))
    assert shown["stalled"] == ("yen" in left)


@pytest.mark.parametrize("query", ["amount_min=lots", "health=fine", "owner=me", "label=x"])
def test_a_filter_that_is_none_is_refused_in_a_sentence(browse: Browse, agent: Membership, query: str) -> None:
    answer = browse(agent).get(f"/board?{query}")
    assert answer.status_code == 422
    assert "must" in (text := answer.content.decode()) or "not an amount" in text or "id" in text


@pytest.mark.parametrize("sort", ["", "value", "close", "contact", "newest"])
def test_walking_a_long_column_shows_each_card_once_in_its_order(
    browse: Browse, agent: Membership, owner: Membership, priya: Conversation, sort: str
) -> None:
    us, today = acting(owner), timezone.localdate()
    for number in range(70):
        actions.create(
            actor=us, conversation_id=priya.pk, title=str(number), value=number % 7 * 100,
            expected_close_on=today + timedelta(days=number % 5) if number % 3 else None,
        )  # fmt: skip
    browser = browse(agent)
    column = next(one for one in browser.get(f"/board?sort={sort}" if sort else "/board").context["columns"])
    cards, shown = list(column.cards), [column.shown]
    while column.more:
        url = f"/board/columns/new?sort={sort}&below={column.more}&shown={column.shown}"
        column = browser.get(url, headers=HTMX).context["column"]
        cards, shown = [*cards, *column.cards], [*shown, column.shown]
    assert shown == [25, 50, 70]
    assert len({card.pk for card in cards}) == 70
    keys: dict[str, Callable[[Any], Any]] = {
        "": lambda card: card.place,
        "value": lambda card: -card.value,
        "close": lambda card: (card.expected_close_on is None, card.expected_close_on),
        "contact": lambda card: card.last_contact_at,
        "newest": lambda card: -card.created_at.timestamp(),
    }
    found = [keys[sort](card) for card in cards]
    assert found == sorted(found, key=lambda one: (one[0], one[1] or today) if isinstance(one, tuple) else one)


def test_a_mark_that_is_none_of_ours_starts_at_the_top(browse: Browse, agent: Membership, bread: Deal) -> None:
    for mark in ("nonsense", "WzEsMl0", "5"):
        page = browse(agent).get(f"/board/columns/new?below={mark}", headers=HTMX)
        assert f"card-{bread.pk}" in page.content.decode(), mark


def test_a_card_says_what_is_next_and_since_when_it_is_due(
    browse: Browse, agent: Membership, owner: Membership, bread: Deal
) -> None:
    promise = follow_ups.create(
        actor=acting(owner), contact_id=bread.contact_id, due_at=timezone.now() + timedelta(hours=5, minutes=1)
    )
    assert "Follow-up in 5h" in browse(agent).get("/board").content.decode()
    FollowUp.objects.filter(pk=promise.pk).update(due_at=ago(days=2))
    assert "Follow-up overdue 2d" in browse(agent).get("/board").content.decode()


def test_an_empty_board_says_why(browse: Browse, agent: Membership, bread: Deal) -> None:
    assert "No deal is like this" in browse(agent).get("/board?search=nothing").content.decode()
    actions.delete(actor=acting(agent), deal=bread)
    assert "No deals yet" in browse(agent).get("/board").content.decode()


def test_landing_many_cards_asks_as_often_as_landing_one(
    browse: Browse, agent: Membership, owner: Membership, priya: Conversation, bread: Deal
) -> None:
    made = [actions.create(actor=acting(owner), conversation_id=priya.pk, title=str(n)) for n in range(30)]
    browser = browse(agent)

    def asked(deals: list[Deal]) -> int:
        query = "&".join(f"deal={deal.pk}" for deal in deals)
        with CaptureQueriesContext(connection) as questions:
            assert browser.get(f"/board/cards?{query}", headers=HTMX).status_code == 200
        return len(questions)

    asked(made[:1])
    assert asked(made) == asked(made[:1])


def test_a_deleted_stage_is_on_no_board(browse: Browse, owner: Membership, bread: Deal) -> None:
    browser = browse(owner)
    gone = Stage.objects.get(key="interested")
    assert browser.post(f"/settings/stages/{gone.pk}/delete").status_code == 303
    assert 'data-stage-key="interested"' not in browser.get("/board").content.decode()
