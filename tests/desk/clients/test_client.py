"""The page of one client: its numbers, who reads what there, and what its forms change."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Workspace
from activity.models import Event, Undo
from clients.models import Campaign, Client
from contacts.suppression import suppress
from deals.models import Deal
from desk.clients import numbers
from inbox import follow_ups
from inbox.models import Conversation
from tests.arrivals import ago, write_in
from tests.cast import a_campaign, acting, key_of

Browse = Callable[[Membership], Browser]


@pytest.fixture
def busy(priya: Conversation, tom: Conversation, bread: Deal, owner: Membership, harbour: Client) -> Client:
    """Harbour Bakery with something of everything; and as much again at another client, which counts for nothing."""
    follow_ups.create(actor=acting(owner), conversation_id=priya.pk, due_at=ago(hours=1))
    key_of(harbour.workspace, client=harbour)
    key_of(harbour.workspace)
    suppress(actor=acting(owner), contact=tom.contact, reason="said so")
    Conversation.objects.filter(pk=tom.pk).update(status="closed")
    other = Client.objects.create(workspace=harbour.workspace, name="Other")
    write_in(acting(harbour.workspace), sender="other@example.com", client_id=other.pk)
    return harbour


def test_the_numbers_are_the_clients_own(browse: Browse, owner: Membership, busy: Client) -> None:
    shown = browse(owner).get(f"/clients/{busy.pk}").context
    told = {one.key: one.count for one in shown["conversations"]}
    assert told == {"ours": 1, "theirs": 0, "unassigned": 1, "snoozed": 0, "closed": 1}
    assert (shown["contacts"].count, shown["overdue"].count, shown["keys"]) == (2, 1, 1)
    assert shown["suppressed"].count == 1
    columns = {one.stage.key: [(t.currency, t.value, t.weighted) for t in one.sums.totals] for one in shown["columns"]}
    assert columns["interested"] == [("EUR", 50000, 20000)]
    assert (shown["open_sums"].count, columns["won"]) == (1, [])
    assert [str(member.user) for member in shown["people"]] == ["Olga Owner"]


def test_nothing_is_counted_for_ever(monkeypatch: pytest.MonkeyPatch, owner: Membership, busy: Client) -> None:
    monkeypatch.setattr(numbers, "MOST_COUNTED", 1)
    assert numbers.contacts(acting(owner)).counted == "1+"


def test_links_lead_to_the_rooms_narrowed_to_the_client(browse: Browse, owner: Membership, busy: Client) -> None:
    page = browse(owner).get(f"/clients/{busy.pk}").content.decode()
    for link in (f"/inbox?split=ours&amp;client={busy.pk}", f"/board?client={busy.pk}", f"/contacts?client={busy.pk}"):
        assert f'href="{link}"' in page


def test_a_full_client_costs_no_more_questions_than_a_small_one(
    browse: Browse, owner: Membership, busy: Client
) -> None:
    browser, asked = browse(owner), []
    for number in (1, 30):
        for n in range(number):
            a_campaign(busy.workspace, client=busy)
            write_in(acting(busy.workspace), sender=f"p{number}.{n}@example.com", client_id=busy.pk)
        with CaptureQueriesContext(connection) as questions:
            browser.get(f"/clients/{busy.pk}")
        asked.append(len(questions))
    assert asked[0] == asked[1] <= 32


def test_a_viewer_reads_their_page_and_nothing_of_how_the_agency_works(
    browse: Browse, viewer: Membership, busy: Client, meadow: Client, other_client_agent: Membership
) -> None:
    Client.objects.filter(pk=busy.pk).update(notes="May go down 4 %")
    page = browse(viewer).get(f"/clients/{busy.pk}").content.decode()
    assert "4 %" not in page
    assert ("Conversations" in page, "€500" in page, "Waits for an answer" in page) == (True, True, True)
    hidden = (
        "Meadow",
        "Mina",
        "Connections",
        "API keys",
        "Suppressed",
        "All clients",
        'method="post" action="/clients',
    )
    assert [words for words in hidden if words in page] == []
    assert browse(viewer).get("/").headers["Location"] == f"/clients/{busy.pk}"


@pytest.mark.parametrize("who", ["outsider", "other_client_agent"])
def test_a_client_that_one_may_not_see_is_not_there(
    browse: Browse, request: pytest.FixtureRequest, harbour: Client, who: str
) -> None:
    browser, path = browse(request.getfixturevalue(who)), f"/clients/{harbour.pk}"
    spring = a_campaign(harbour.workspace, client=harbour)
    for part in ("", "/edit", "/campaigns"):
        assert browser.get(path + part).status_code == 404, part
    posts = ("/edit", "/campaigns/new", f"/campaigns/{spring.pk}/change", f"/campaigns/{spring.pk}/delete")
    assert [browser.post(path + part, {"name": "X"}).status_code for part in posts] == [404] * 4
    assert (Client.objects.get(pk=harbour.pk).version, Campaign.objects.get().name) == (1, spring.name)


@pytest.mark.parametrize("who", ["viewer", "agent"])
def test_only_an_admin_adds_or_edits_clients(
    browse: Browse, request: pytest.FixtureRequest, harbour: Client, who: str
) -> None:
    browser = browse(request.getfixturevalue(who))
    for path in ("/clients/new", f"/clients/{harbour.pk}/edit"):
        assert (browser.get(path).status_code, browser.post(path, {"name": "X"}).status_code) == (403, 403)
    assert list(Client.objects.values_list("name", flat=True)) == ["Harbour Bakery"]


def test_an_admin_of_one_client_edits_it_but_for_the_name_that_other_clients_may_have_and_adds_none(
    browse: Browse, harbour_admin: Membership, harbour: Client, meadow: Client
) -> None:
    browser = browse(harbour_admin)
    assert browser.post("/clients/new", {"name": "Mine"}).status_code == 403
    edited = {"name": "Harbour Bakery", "domain": "", "notes": "Rye", "version": "1"}
    assert " readonly" in browser.get(f"/clients/{harbour.pk}/edit").content.decode()
    assert browser.post(f"/clients/{harbour.pk}/edit", edited).status_code == 303
    for name in ("Harbour", meadow.name):
        answer = browser.post(f"/clients/{harbour.pk}/edit", {**edited, "name": name, "version": "2"})
        assert (answer.status_code, "Only who sees all clients" in answer.content.decode()) == (403, True)
    harbour.refresh_from_db()
    assert (harbour.name, harbour.notes) == ("Harbour Bakery", "Rye")


def test_a_client_is_added(browse: Browse, owner: Membership, workspace: Workspace) -> None:
    given = {"name": "  New   Mill ", "domain": "https://Mill.example/shop", "notes": "Grinds"}
    answer = browse(owner).post("/clients/new", given)
    client = Client.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/clients/{client.pk}")
    assert (client.name, client.domain, client.notes, client.workspace) == (
        "New Mill", "mill.example", "Grinds", workspace,
    )  # fmt: skip
    assert [event.type for event in Event.objects.all()] == ["client.created"]


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        ({"name": " "}, 422, "Give the client a name."),
        ({"name": "x" * 201}, 422, "At most 200 characters."),
        ({"name": "Mill", "notes": "x" * 20_001}, 422, "At most 20,000 characters."),
        ({"name": "harbour bakery"}, 409, "There is a client called “harbour bakery” already"),
    ],
    ids=["no name", "long name", "long notes", "taken"],
)
def test_what_cannot_be_used_is_told_beside_its_field_and_what_was_typed_stays(
    browse: Browse, owner: Membership, harbour: Client, given: dict[str, str], status: int, words: str
) -> None:
    answer = browse(owner).post("/clients/new", {"domain": "typed.example", **given})
    assert (answer.status_code, words in answer.content.decode()) == (status, True)
    assert 'value="typed.example"' in answer.content.decode()
    assert Client.objects.count() == 1


def test_an_edit_over_a_colleagues_shows_theirs_and_saves_at_the_second_press(
    browse: Browse, owner: Membership, admin: Membership, harbour: Client
) -> None:
    path = f"/clients/{harbour.pk}/edit"
    given = {"name": "Harbour", "domain": "", "notes": "", "version": "1"}
    browse(admin).post(path, {**given, "name": "Harbour Bread"})
    answer = browse(owner).post(path, given)
    page = answer.content.decode()
    assert (answer.status_code, "Now it is “Harbour Bread”." in page, 'value="Harbour"' in page) == (409, True, True)
    assert Client.objects.get().name == "Harbour Bread"
    assert browse(owner).post(path, {**given, "version": "2"}).status_code == 303
    assert Client.objects.get().name == "Harbour"


def test_an_edit_is_taken_back_until_somebody_else_changed_it(
    browse: Browse, owner: Membership, admin: Membership, harbour: Client
) -> None:
    path, given = f"/clients/{harbour.pk}/edit", {"name": "Harbour", "domain": "", "notes": ""}
    browse(owner).post(path, {**given, "version": "1"})
    first = Undo.objects.get()
    browse(owner).post(f"/undo/{first.pk}")
    assert Client.objects.get().name == "Harbour Bakery"
    browse(owner).post(path, {**given, "version": "3"})
    browse(admin).post(path, {**given, "name": "Bread", "version": "4"})
    answer = browse(owner).post(f"/undo/{Undo.objects.exclude(pk=first.pk).get(member=owner).pk}")
    assert (answer.status_code, Client.objects.get().name) == (409, "Bread")


def test_a_campaign_is_made_changed_archived_and_deleted(
    browse: Browse, agent: Membership, harbour: Client, priya: Conversation
) -> None:
    browser, path = browse(agent), f"/clients/{harbour.pk}/campaigns"
    assert browser.post(f"{path}/new", {"name": "Spring", "subject": "Buns"}).status_code == 303
    spring = Campaign.objects.get()
    assert (spring.client, spring.name, spring.subject, spring.status) == (harbour, "Spring", "Buns", "running")
    changed = {"name": "Summer", "subject": "", "status": "sent", "version": "1"}
    assert browser.post(f"{path}/{spring.pk}/change", changed).status_code == 303
    assert browser.post(f"{path}/{spring.pk}/change", changed).status_code == 409
    assert browser.post(f"{path}/{spring.pk}/change", {"status": "archived", "version": "2"}).status_code == 303
    spring.refresh_from_db()
    assert (spring.name, spring.status) == ("Summer", "archived")
    page = browser.get(f"/clients/{harbour.pk}").content.decode()
    assert (f"campaign-{spring.pk}" in page, "1 archived" in page) == (False, True)
    assert f"campaign-{spring.pk}" in browser.get(f"/clients/{harbour.pk}?campaigns=archived").content.decode()
    Conversation.objects.filter(pk=priya.pk).update(campaign=spring)
    assert browser.post(f"{path}/{spring.pk}/delete").status_code == 409
    Conversation.objects.filter(pk=priya.pk).update(campaign=None)
    assert browser.post(f"{path}/{spring.pk}/delete").status_code == 303
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("given", "status"),
    [({"name": ""}, 422), ({"name": "x" * 201}, 422), ({"name": "A", "status": "nonsense"}, 422),
     ({"name": "A", "subject": "x" * 999}, 422), ({"name": "spring"}, 409)],
    ids=["no name", "long", "no status", "long subject", "taken"],
)  # fmt: skip
def test_a_campaign_that_cannot_be_is_refused(
    browse: Browse, agent: Membership, harbour: Client, given: dict[str, str], status: int
) -> None:
    a_campaign(harbour.workspace, "Spring", client=harbour)
    assert browse(agent).post(f"/clients/{harbour.pk}/campaigns/new", given).status_code == status
    assert Campaign.objects.count() == 1


def test_another_clients_campaign_is_not_reached_through_this_one(
    browse: Browse, owner: Membership, harbour: Client, meadow: Client
) -> None:
    theirs = a_campaign(meadow.workspace, "Milk", client=meadow)
    path = f"/clients/{harbour.pk}/campaigns/{theirs.pk}"
    assert browse(owner).post(f"{path}/change", {"name": "X", "version": "1"}).status_code == 404
    assert browse(owner).post(f"{path}/delete").status_code == 404
    assert Campaign.objects.get().name == "Milk"


def test_more_campaigns_than_a_page_holds_go_on(browse: Browse, owner: Membership, harbour: Client) -> None:
    for number in range(25):
        a_campaign(harbour.workspace, f"Campaign {number:02}", client=harbour)
    page = browse(owner).get(f"/clients/{harbour.pk}")
    assert page.content.decode().count('id="campaign-') == 20
    more = page.context["campaigns"].more
    rest = browse(owner).get(f"/clients/{harbour.pk}/campaigns?more={more}", headers={"HX-Request": "true"})
    assert rest.content.decode().count('id="campaign-') == 5
