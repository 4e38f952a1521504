"""Settings → Automations: the switches, what each did, and its dry run."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor, system
from accounts.models import Membership, Role, Workspace
from activity import rehearsing, runs
from activity.models import Event, ReactionSwitch, Run, Undo
from activity.switching import switch
from clients.models import Client
from inbox.intents.labels import Intent
from tests import cast
from tests.arrivals import wants
from tests.cast import acting
from tests.crowd import times
from tests.inbox.reacting import react

Browse = Callable[[Membership], Browser]
HERE = "/settings/automations"


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def switched(name: str = "open_deal") -> list[tuple[str, Any]]:
    rows = Event.objects.filter(type="reaction.switched").order_by("sequence")
    return [(event.actor_name, event.payload["enabled"]) for event in rows if event.payload["reaction"] == name]


def test_it_names_each_with_its_switch_its_thresholds_and_what_it_did(
    browse: Browse, owner: Membership, us: Actor
) -> None:
    for number in range(2):
        wants(us, Intent.INTERESTED, sender=f"p{number}@example.com")
    react("open_deal")
    ReactionSwitch.objects.create(workspace=us.workspace, reaction="snooze_absent", enabled=False)
    about = {one.reader.name: one for one in browse(owner).get(HERE).context["automations"]}
    assert {name: (one.enabled, one.touched) for name, one in about.items()} == {
        "assign_round_robin": (True, 0), "close_uninterested": (True, 0), "follow_up_offline": (True, 0),
        "open_deal": (True, 2), "snooze_absent": (False, 0), "route_labelled": (True, 0),
    }  # fmt: skip
    assert about["snooze_absent"].least == [("Out of office", 0.85)]
    assert [name for name, _ in about["open_deal"].least] == ["Interested", "Booking"]
    told = browse(owner).get(f"/settings/audit?who=itself:open_deal&since={timezone.localdate().isoformat()}")
    assert [line.told for line in told.context["lines"]] == ["Deal opened in new"] * 2


def test_it_names_the_agents_in_their_turn(browse: Browse, owner: Membership, agent: Membership, us: Actor) -> None:
    late, away = cast.member(us.workspace, "Lea Late"), cast.member(us.workspace, "Abe Away")
    Membership.objects.filter(pk=agent.pk).update(last_assigned_at=timezone.now())
    Membership.objects.filter(pk=away.pk).update(is_available=False)
    assert browse(owner).get(HERE).context["agents"] == [late, agent]


def test_a_switch_says_how_it_shall_be_and_is_recorded_once(
    browse: Browse, owner: Membership, admin: Membership
) -> None:
    path = f"{HERE}/open_deal/switch"
    assert [browse(who).post(path, {"to": "off"}).status_code for who in (owner, admin)] == [303, 303]
    assert not ReactionSwitch.objects.get().enabled
    browse(admin).post(path, {"to": "on"})
    assert switched() == [("Olga Owner", False), ("Adam Admin", True)]
    assert browse(admin).post(path, {"to": "maybe"}).status_code == 422
    assert browse(admin).post(f"{HERE}/forget_erased/switch", {"to": "off"}).status_code == 404
    assert browse(admin).post(f"{HERE}/nonsense/switch", {"to": "off"}).status_code == 404
    assert len(switched()) == 2


def test_it_is_taken_back_unless_somebody_switched_it_since(
    browse: Browse, owner: Membership, admin: Membership
) -> None:
    path, headers = f"{HERE}/open_deal/switch", {"HX-Request": "true"}
    browser = browse(owner)

    def press(to: str) -> str:
        browser.post(path, {"to": to}, headers=headers)
        return f"/undo/{Undo.objects.order_by('-created_at').values_list('pk', flat=True)[0]}"

    assert browser.post(press("off"), headers=headers).status_code == 200
    assert switched() == [("Olga Owner", False), ("Olga Owner", True)]
    undo = press("off")
    browse(admin).post(path, {"to": "on"})
    assert browser.post(undo, headers=headers).status_code == 409
    assert switched()[-1] == ("Adam Admin", True)


@pytest.mark.django_db(transaction=True)
def test_many_who_press_at_once_switch_it_once(workspace: Workspace, owner: Membership) -> None:
    made = times(6, lambda: switch(actor=acting(owner), name="open_deal", enabled=False))
    assert len([one for one in made if one is not None]) == 1
    assert switched() == [("Olga Owner", False)]


def test_a_dry_run_is_begun_followed_and_read(browse: Browse, owner: Membership, us: Actor, harbour: Client) -> None:
    ReactionSwitch.objects.create(workspace=us.workspace, reaction="open_deal", enabled=False)
    talk = wants(us, Intent.INTERESTED, "Yes, send me <b>prices</b>", client_id=harbour.pk)
    wants(us, Intent.QUESTION, "What is it?", sender="b@example.com")
    browser, path = browse(owner), f"{HERE}/open_deal"
    assert "Try it on the last 30 days" in browser.get(path).content.decode()
    assert browser.post(f"{path}/rehearse").status_code == 303
    assert 'hx-trigger="every 1s"' in browser.get(path).content.decode()
    runs.finish(Run.objects.get())
    response = browser.get(path)
    (line,) = response.context["lines"]
    assert (line.conversation, response.context["conversations"]) == (talk, 1)
    page = response.content.decode()
    assert "this would have touched <strong>1 conversation</strong>" in page
    assert "Read as “interested”, 90 % sure: “Yes, send me &lt;b&gt;prices&lt;/b&gt;”" in page
    assert f"Deal “{talk.contact}” opened" in page
    assert "Harbour Bakery" in page
    assert "hx-trigger" not in browser.get(path, headers={"HX-Request": "true"}).content.decode()


def test_fifty_lines_cost_as_many_queries_as_one_and_the_list_goes_on(
    browse: Browse, owner: Membership, us: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.automations.views.LENGTH", 5)
    browser, path, costs = browse(owner), f"{HERE}/open_deal", []
    for numbers in (range(1), range(1, 8)):
        for number in numbers:
            wants(us, Intent.INTERESTED, sender=f"p{number}@example.com")
        runs.finish(rehearsing.start(acting(owner), "open_deal"))
        with CaptureQueriesContext(connection) as asked:
            first = browser.get(path)
        costs.append(len(asked))
    assert costs[0] == costs[1]
    assert max(costs) <= 17
    second = browser.get(f"{path}?after={first.context['more']}")
    shown = [line.conversation for response in (first, second) for line in response.context["lines"]]
    assert (len(shown), len(set(shown)), second.context["more"]) == (8, 8, None)


def test_only_who_runs_the_workspace_comes_in(
    browse: Browse, workspace: Workspace, agent: Membership, viewer: Membership, harbour: Client
) -> None:
    restricted = cast.member(workspace, "Ada Harbour", Role.ADMIN, clients=[harbour])
    for who in (agent, viewer, restricted):
        browser = browse(who)
        assert [browser.get(path).status_code for path in (HERE, f"{HERE}/open_deal")] == [403, 403]
        for path in ("switch", "rehearse"):
            assert browser.post(f"{HERE}/open_deal/{path}", {"to": "off"}).status_code == 403
        assert "Automations" not in browser.get("/settings").content.decode()
    assert not ReactionSwitch.objects.exists()
    assert not Run.objects.exists()


def test_what_is_no_automation_is_not_found(browse: Browse, owner: Membership) -> None:
    browser = browse(owner)
    assert browser.get(f"{HERE}/forget_erased").status_code == 404
    assert browser.post(f"{HERE}/forget_erased/rehearse").status_code == 404
