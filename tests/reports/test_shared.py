"""Links to a report of one client: what they show, what they hide, and how they end."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership, Role
from accounts.plans import ALLOWANCES, Plan
from activity.models import Event
from clients.access import restrict
from clients.models import Client
from crm.logging import conceal
from deals.models import Deal, StageChange
from deals.stages import lay_out
from inbox.intents.labels import Intent
from reports import shared
from reports.models import SharedReport
from reports.registry import REPORTS
from tests.arrivals import wants
from tests.cast import a_campaign, acting, member
from tests.reports.world import ENDS, World, a_world

Browse = Callable[[Membership], Browser]


def made(browse: Browse, who: Membership, client: Client, report: str = "speed", **typed: str) -> str:
    """The path of a new link."""
    answer = browse(who).post(f"/reports/{report}/share?client={client.pk}", {"query": "span=90d", **typed})
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True), answer["Cache-Control"]
    found = re.search(r"/shared/reports/prl_[0-9a-f]{64}", answer.content.decode())
    assert found
    return found[0]


@pytest.fixture
def anybody() -> Browser:
    return Browser()


def moved_on(world: World) -> None:
    """Each deal came in through the first stage, an hour later it came to where it is."""
    first = lay_out(world.workspace)[0]
    for deal in Deal.objects.filter(workspace=world.workspace):
        steps = [(None, first, deal.stage_since), (first, deal.stage, deal.stage_since + timedelta(hours=1))]
        StageChange.objects.bulk_create(
            StageChange(
                workspace=world.workspace, deal=deal, from_stage=before, to_stage=after, value=deal.value,
                currency=deal.currency, actor_kind="person", actor_name="Olga 1", changed_at=at,
            )
            for before, after, at in steps
        )  # fmt: skip


# The tables that a link shows of each report, and which of them it draws.
SHOWN = {
    "pipeline": (["stages"], ["stages"]),
    "forecast": (["months"], ["months"]),
    "moved": (["totals", "causes", "deals"], ["causes"]),
    "board": (["stages", "deals"], []),
    "conversion": (["stages"], ["stages"]),
    "time-in-stage": (["stages"], ["stages"]),
    "speed": (["all", "weeks", "channels", "waiting"], ["weeks", "channels"]),
    "intents": (["any", "first", "values", "channels", "campaigns"], ["any", "first", "values"]),
    "agents": (["work", "values"], ["work", "values"]),
    "clients": (["numbers", "money", "intents"], ["numbers", "money", "intents"]),
}


def test_whoever_has_the_link_reads_this_report_of_this_client_alone(
    browse: Browse, anybody: Browser, db: None
) -> None:
    world = a_world(1)
    moved_on(world)
    harbour = next(one for one in world.clients if one)
    everybody = [one.user.name for one in world.members]
    others = [one.name for one in world.clients[1:] if one]
    others += [campaign.name for one in world.clients[1:] for campaign in world.campaigns[one]]
    with time_machine.travel(ENDS, tick=False):
        for report in REPORTS:
            path = made(browse, world.members[0], harbour, report)
            answer = anybody.get(path)
            page = answer.content.decode()
            tables, drawn = SHOWN[report]
            assert (answer.status_code, "Harbour 1" in page) == (200, True), report
            assert re.findall(rf'href="{path}/([a-z-]+)\.csv"', page) == tables, report
            sections = re.split(r'<section[^>]*labelledby="sheet-', page)[1:]
            charts = [one.split('"')[0] for one in sections if 'class="chart__svg"' in one]
            assert charts == drawn, report
            files = [anybody.get(f"{path}/{table}.csv") for table in tables]
            assert {one.status_code for one in files} == {200}, report
            everything = page + "".join(one.content.decode() for one in files)
            named = [name for name in everybody if name in everything]
            # who works for other clients only, or is the client's own, did nothing here
            assert named == (["Olga 1", "Anna 1", "Hera 1"] if report == "agents" else []), report
            assert [name for name in others if name in everything] == [], report
            assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", everything), report
            assert not re.search(r"Person \d|Deal \d|Meadow|No client", everything), report
            links = re.findall(r'href="([^"]+)"', page)
            assert [link for link in links if not link.startswith((path, "/static/", "/icons/"))] == [], report


def test_figures_of_a_link_are_those_of_the_client_on_the_pages(browse: Browse, anybody: Browser, db: None) -> None:
    """The board of a day, for one: the same sums and cards, without a title and without a link."""
    world = a_world(2)
    harbour = next(one for one in world.clients if one)
    with time_machine.travel(ENDS, tick=False):
        day = "on=2026-11-10"
        path = made(browse, world.members[0], harbour, "board", query=day)
        inside = browse(world.members[0]).get(f"/reports/board?client={harbour.pk}&{day}").content.decode()
        outside = anybody.get(path).content.decode()
    figures = [re.findall(r'class="figure quiet">([^<]+)<', page) for page in (inside, outside)]
    heads = [re.findall(r'column__sum figure">\s*<span>([^<]+)<', page) for page in (inside, outside)]
    assert (figures[0], heads[0]) == (figures[1], heads[1])
    assert (len(figures[1]) > 3, len(heads[1]) > 3) == (True, True)
    assert ("10 Nov 2026" in outside, re.search(r"Deal \d", inside) is None) == (True, False)


def test_what_it_was_narrowed_to_is_told_whoever_reads_it(
    browse: Browse, anybody: Browser, owner: Membership, harbour: Client
) -> None:
    spring = a_campaign(owner.workspace, "Spring <letters>", client=harbour)
    path = made(
        browse, owner, harbour, "speed", query=f"from=2026-01-01&to=2026-01-31&channel=email&campaign={spring.pk}"
    )
    page = anybody.get(path).content.decode()
    assert "1 Jan 2026 to 31 Jan 2026, by E-mail, campaign “Spring &lt;letters&gt;”" in page


def test_what_it_answers_is_kept_by_nobody_and_found_by_no_search(
    browse: Browse, anybody: Browser, owner: Membership, harbour: Client
) -> None:
    answer = anybody.get(made(browse, owner, harbour))
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert "<nav" not in answer.content.decode()


def test_wrong_expired_and_ended_links_all_say_the_same(
    browse: Browse, anybody: Browser, owner: Membership, harbour: Client
) -> None:
    path = made(browse, owner, harbour, days="7")
    gone = [anybody.get("/shared/reports/nonsense"), anybody.get(f"/shared/reports/prl_{'0' * 64}")]
    with time_machine.travel(timezone.now() + timedelta(days=6, hours=23), tick=False):
        assert anybody.get(path).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        gone += [anybody.get(path), anybody.get(f"{path}/all.csv")]
    gone.append(anybody.get(f"{path}/nothing.csv"))
    browse(owner).post(f"/reports/links/{SharedReport.objects.get().pk}/end")
    gone += [anybody.get(path), anybody.get(f"{path}/all.csv")]
    assert {one.status_code for one in gone} == {404}
    assert len({one.content for one in gone}) == 1
    assert {one["Cache-Control"] for one in gone} == {"no-store"}
    assert "It may be mistyped, have expired or have been ended" in gone[0].content.decode()


def test_the_token_is_kept_as_a_digest_and_stands_in_no_event(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    token = made(browse, owner, harbour).rpartition("/")[2]
    one = SharedReport.objects.get()
    assert one.digest == shared.digest(token)
    assert token not in str(SharedReport.objects.values().get())
    event = Event.objects.filter(type="report.shared").get()
    assert (event.client, set(event.payload), token in str(event.payload)) == (harbour, {"report", "expires_at"}, False)
    assert event.payload["report"] == REPORTS[one.report].title != one.report
    assert "prl_" + token[4:10] in browse(owner).get("/reports/links").content.decode()
    assert token not in browse(owner).get("/reports/links").content.decode()


def test_each_reading_is_counted(browse: Browse, anybody: Browser, owner: Membership, harbour: Client) -> None:
    path = made(browse, owner, harbour)
    for _ in range(3):
        anybody.get(path)
    assert SharedReport.objects.get().opened_count == 3
    assert "opened 3 times" in browse(owner).get("/reports/links").content.decode()


def leaves(who: Membership, harbour: Client, meadow: Client) -> None:
    Membership.objects.filter(pk=who.pk).update(is_active=False)


def loses_the_client(who: Membership, harbour: Client, meadow: Client) -> None:
    restrict(member=who, clients=[meadow])


def becomes_a_viewer(who: Membership, harbour: Client, meadow: Client) -> None:
    restrict(member=who, clients=[harbour])
    Membership.objects.filter(pk=who.pk).update(role=Role.VIEWER)


def takes_the_client_away(who: Membership, harbour: Client, meadow: Client) -> None:
    Client.objects.filter(pk=harbour.pk).update(deleted_at=timezone.now())


@pytest.mark.parametrize("happens", [leaves, loses_the_client, becomes_a_viewer, takes_the_client_away])
@pytest.mark.parametrize("how", ["opened", "swept"])
def test_it_ends_for_good_with_the_right_of_who_shared_it(
    browse: Browse, anybody: Browser, agent: Membership, harbour: Client, meadow: Client,
    happens: Callable[[Membership, Client, Client], None], how: str,
) -> None:  # fmt: skip
    path = made(browse, agent, harbour)
    happens(agent, harbour, meadow)
    if how == "opened":
        assert anybody.get(path).status_code == 404
    else:
        assert shared.end_unfounded() == 1
    Membership.objects.filter(pk=agent.pk).update(is_active=True, all_clients=True, role=Role.AGENT)
    Client.objects.update(deleted_at=None)
    assert anybody.get(path).status_code == 404
    assert Event.objects.filter(type="report.unshared").count() == 1


def test_who_may_not_share_makes_no_link(
    browse: Browse, viewer: Membership, other_client_agent: Membership, outsider: Membership, agent: Membership,
    harbour: Client,
) -> None:  # fmt: skip
    path = f"/reports/speed/share?client={harbour.pk}"
    for who, status in ((viewer, 403), (other_client_agent, 404), (outsider, 404)):
        assert browse(who).post(path, {"query": ""}).status_code == status
    refused = [
        ("/reports/speed/share", {}, 422, "Choose a client above the report first"),
        (f"/reports/agents/share?client={harbour.pk}", {}, 403, "only an owner or an admin shares it"),
        (path, {"days": "0"}, 422, "Choose from 1 to 365 days."),
        (path, {"days": "366"}, 422, "Choose from 1 to 365 days."),
        (path, {"query": "channel=pigeon"}, 422, "is no channel"),
    ]
    for url, typed, status, words in refused:
        answer = browse(agent).post(url, typed)
        assert (answer.status_code, words in answer.content.decode()) == (status, True), url
    assert not SharedReport.objects.exists()


def test_what_names_people_of_the_team_is_offered_to_admins_and_ends_with_their_office(
    browse: Browse, anybody: Browser, admin: Membership, agent: Membership, harbour: Client
) -> None:
    for who, offered in ((admin, True), (agent, False)):
        page = browse(who).get(f"/reports/agents?client={harbour.pk}").content.decode()
        assert (f"/reports/agents/share?client={harbour.pk}" in page) is offered
        assert ("It names your people who work for this client" in page) is offered
    path, other = made(browse, admin, harbour, "agents"), made(browse, admin, harbour, "speed")
    assert anybody.get(path).status_code == 200
    Membership.objects.filter(pk=admin.pk).update(role=Role.AGENT)
    assert (anybody.get(path).status_code, anybody.get(other).status_code) == (404, 200)


def test_links_are_listed_and_ended_by_whoever_made_them_or_administers(
    browse: Browse, agent: Membership, admin: Membership, viewer: Membership, other_client_agent: Membership,
    harbour: Client,
) -> None:  # fmt: skip
    made(browse, agent, harbour)
    one = SharedReport.objects.get()
    beside = member(agent.workspace, "Ben Beside")
    assert browse(viewer).get("/reports/links").status_code == 403
    assert one.begins not in browse(other_client_agent).get("/reports/links").content.decode()
    for who, status in ((viewer, 404), (other_client_agent, 404), (beside, 403), (admin, 303), (agent, 409)):
        assert browse(who).post(f"/reports/links/{one.pk}/end").status_code == status, who
    assert "Ended" in browse(agent).get("/reports/links").content.decode()


def test_whose_deals_were_chosen_is_left_out_of_what_is_shared(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    made(browse, owner, harbour, "pipeline", query=f"owner={owner.pk}")
    assert SharedReport.objects.get().query == ""


def test_an_address_that_asks_too_often_waits(
    browse: Browse, anybody: Browser, owner: Membership, harbour: Client
) -> None:
    path = made(browse, owner, harbour)
    with time_machine.travel(timezone.now(), tick=False):
        codes = [anybody.get("/shared/reports/nonsense").status_code for _ in range(61)]
    assert (set(codes[:60]), codes[60]) == ({404}, 429)
    answer = anybody.get(path)
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)
    assert browse(owner).get("/reports").status_code == 200


def test_the_plan_holds(owner: Membership, harbour: Client, monkeypatch: pytest.MonkeyPatch, browse: Browse) -> None:
    full = ALLOWANCES[Plan.MAX].__class__(clients=True, requests_per_minute=100, shared_links=1)
    monkeypatch.setitem(ALLOWANCES, Plan.MAX, full)
    made(browse, owner, harbour)
    assert browse(owner).post(f"/reports/speed/share?client={harbour.pk}", {}).status_code == 403
    assert SharedReport.objects.count() == 1


def test_a_link_does_as_many_questions_for_much_as_for_little(
    browse: Browse,
    anybody: Browser,
    owner: Membership,
    harbour: Client,
    django_assert_num_queries: Callable[..., AbstractContextManager[object]],
) -> None:
    path = made(browse, owner, harbour)
    for number in range(2):
        wants(acting(owner.workspace), Intent.QUESTION, client_id=harbour.pk, sender=f"p{number}@example.com")
        with django_assert_num_queries(13):
            anybody.get(path)


def test_no_log_holds_the_link() -> None:
    token = "prl_" + "0" * 64
    line = conceal(None, "info", {"event": "answered", "path": f"/shared/reports/{token}/all.csv"})
    assert line["path"] == "/shared/reports/…/all.csv"
