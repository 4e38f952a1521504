"""`/clients`: an agency's clients, what is going on at each, and who gets to see the list."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Workspace
from accounts.plans import Plan
from clients.models import Client
from contacts.models import Contact
from deals import actions as deals
from deals.models import Deal
from desk.clients.listing import Line, lines, named
from desk.clients.orders import FIRST, ORDERS
from inbox.models import Conversation
from tests.arrivals import write_in
from tests.cast import a_client, acting, member

Browse = Callable[[Membership], Browser]
PART = {"HX-Request": "true"}


def only(who: Membership, name: str) -> Line:
    found, _ = lines(acting(who), named(acting(who), name), FIRST)
    (line,) = found
    return line


def names_in(who: Membership, order: str, mark: str = "") -> tuple[list[str], str]:
    found, more = lines(acting(who), named(acting(who), ""), ORDERS[order], mark)
    return [str(line.client) for line in found], more


@pytest.mark.usefixtures("priya", "tom", "bread", "viewer", "other_client_agent", "meadow")
def test_each_line_says_what_is_going_on(owner: Membership) -> None:
    line = only(owner, "harbour")
    assert (line.open, line.ours, line.people) == (2, 2, 2)  # Olga, and Hal who looks on
    assert (line.deals.count, [(one.currency, one.value, one.weighted) for one in line.deals.totals]) == (
        1, [("EUR", 50000, 20000)],
    )  # fmt: skip
    assert line.active_at == Conversation.objects.order_by("-sorted_at")[0].sorted_at
    empty = only(owner, "meadow")
    assert (empty.open, empty.ours, empty.people, empty.deals.count) == (0, 0, 2, 0)
    assert empty.active_at == empty.client.created_at


def test_sums_stay_apart_by_currency_the_workspaces_own_first(owner: Membership, priya: Conversation) -> None:
    for value, currency in ((900, "CHF"), (100, "EUR"), (200, "USD"), (50, "EUR")):
        deals.create(actor=acting(owner), conversation_id=priya.pk, value=value, currency=currency, stage="interested")
    assert [(one.currency, one.value) for one in only(owner, "harbour").deals.totals] == [
        ("EUR", 150), ("CHF", 900), ("USD", 200),
    ]  # fmt: skip


def test_what_is_closed_won_or_snoozed_is_not_counted_as_open(
    owner: Membership, priya: Conversation, tom: Conversation, bread: Deal
) -> None:
    Conversation.objects.filter(pk=priya.pk).update(status="closed")
    deals.change(actor=acting(owner), deal=bread, stage="won")
    line = only(owner, "harbour")
    assert (line.open, line.ours, line.deals.count) == (1, 1, 0)


@pytest.mark.parametrize("order", ["name", "activity", "turn", "created"])
def test_every_order_goes_on_where_it_ended(
    monkeypatch: pytest.MonkeyPatch, owner: Membership, workspace: Workspace, order: str
) -> None:
    made = [a_client(workspace, name) for name in ("Émile", "anna", "Bert", "Zoë", "bertha")]
    for number, client in enumerate(made):
        for n in range(number % 3):
            write_in(acting(workspace), sender=f"p{number}{n}@example.com", client_id=client.pk)
    whole, _ = names_in(owner, order)
    monkeypatch.setattr("desk.clients.listing.LIST", 2)
    walked, mark = names_in(owner, order)
    while mark:
        some, mark = names_in(owner, order, mark)
        walked += some
    assert walked == whole
    assert sorted(whole) == sorted(str(client) for client in made)


def test_my_turn_puts_first_where_most_people_wait(owner: Membership, priya: Conversation, meadow: Client) -> None:
    assert names_in(owner, "turn")[0] == ["Harbour Bakery", "Meadow Dairy"]


@pytest.mark.parametrize("mark", ["nonsense", "WyIyMDI2Iiwib25lIl0", "W251bGwsbnVsbF0", "W3t9LHt9XQ"])
@pytest.mark.parametrize("order", ["name", "activity", "turn", "created"])
def test_a_mark_that_is_none_of_ours_starts_at_the_top(
    owner: Membership, meadow: Client, order: str, mark: str
) -> None:
    assert names_in(owner, order, mark)[0] == ["Meadow Dairy"]


def test_a_thousand_clients_cost_no_more_questions_than_one(
    browse: Browse, owner: Membership, workspace: Workspace, priya: Conversation
) -> None:
    browser, asked = browse(owner), []
    for number in (0, 1000):
        Client.objects.bulk_create(Client(workspace=workspace, name=f"Client {n:04}") for n in range(number))
        with CaptureQueriesContext(connection) as questions:
            assert browser.get("/clients").status_code == 200
        asked.append(len(questions))
    assert asked[0] == asked[1] <= 12


def test_a_client_is_found_by_its_name_or_domain(browse: Browse, owner: Membership, harbour: Client) -> None:
    Client.objects.filter(pk=harbour.pk).update(domain="sourdough.example")
    for wanted in ("bakery harb", "SOURDOUGH"):
        assert f"step-{harbour.pk}" in browse(owner).get("/clients", {"search": wanted}).content.decode()
    nothing = browse(owner).get("/clients", {"search": "zebra"}).content.decode()
    assert ("No client has “zebra”" in nothing, f"step-{harbour.pk}" in nothing) == (True, False)


def test_a_restricted_person_learns_of_their_clients_alone(
    browse: Browse, workspace: Workspace, harbour: Client, meadow: Client, outsider: Membership
) -> None:
    third = a_client(workspace, "Third")
    both = member(workspace, "Bo Both", clients=[harbour, third])
    page = browse(both).get("/clients").content.decode()
    assert ("Harbour Bakery" in page, "Third" in page, "Meadow" in page) == (True, True, False)
    assert "Harbour" not in browse(outsider).get("/clients").content.decode()


@pytest.mark.parametrize("who", ["viewer", "other_client_agent"])
def test_whoever_has_one_client_is_led_to_it(
    browse: Browse, request: pytest.FixtureRequest, harbour: Client, meadow: Client, who: str
) -> None:
    answer = browse(request.getfixturevalue(who)).get("/clients")
    theirs = harbour if who == "viewer" else meadow
    assert (answer.status_code, answer["Location"]) == (303, f"/clients/{theirs.pk}")


@pytest.mark.parametrize("plan", [Plan.FREE, Plan.PRO])
def test_a_plan_without_clients_says_so_and_shows_nothing_of_them(
    browse: Browse, owner: Membership, agent: Membership, workspace: Workspace, priya: Conversation, plan: str
) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(plan=plan)
    answer = browse(owner).get("/clients")
    page = answer.content.decode()
    assert (answer.status_code, "the plans Max and Enterprise" in page, "/settings/plan" in page) == (403, True, True)
    assert "/settings/plan" not in browse(agent).get("/clients").content.decode()
    for path in (f"/clients/{priya.client_id}", "/clients/new"):
        assert browse(owner).get(path).status_code == 403
    assert browse(owner).post("/clients/new", {"name": "New"}).status_code == 403
    browser = browse(owner)
    for path in ("/inbox?split=all", "/board", "/contacts", "/contacts/new"):
        page = browser.get(path).content.decode()
        assert ("Harbour Bakery" in page, "All clients" in page, "go.clients" in page) == (False, False, False), path
    assert Client.objects.count() == 1


def test_badges_tell_clients_apart_only_where_several_can_stand_side_by_side(
    browse: Browse, owner: Membership, viewer: Membership, priya: Conversation, bread: Deal, meadow: Client
) -> None:
    assert priya.client_id is not None
    hue = f"client--{priya.client_id.int % 10}"
    paths = ("/inbox?split=all", f"/inbox/{priya.pk}?split=all", "/board", "/contacts", f"/contacts/{priya.contact_id}",
             "/today?whose=all", "/search?q=priya", "/palette/found?q=priya")  # fmt: skip
    seeing_all, looking_on = browse(owner), browse(viewer)
    for path in paths:
        assert hue in seeing_all.get(path).content.decode(), path
        narrowed = f"{path}{'&' if '?' in path else '?'}client={priya.client_id}"
        assert "client--" not in seeing_all.get(narrowed).content.decode(), narrowed
        assert "client--" not in looking_on.get(path).content.decode(), path
    assert Contact.objects.count() == 1
