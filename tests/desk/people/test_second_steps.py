"""A workspace that asks everybody for a second step, and the way back in for whoever lost theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from accounts.mail import tell
from accounts.models import Letter, Membership, Role, User, Workspace
from activity.models import Event
from activity.sentences import sentence
from activity.types import ADMIN_ONLY
from clients.models import Client
from crm.errors import NotAllowed
from desk.people.letters import send_due
from desk.people.second_steps import require
from tests.accounts.security.entrance import is_in, signs_in, turns_on
from tests.cast import Api, a_workspace, acting, member

Browse = Callable[[Membership], Browser]
FIRST = "/settings/security/second-step"


@pytest.fixture(autouse=True)
def _no_code_was_used(db: None) -> None:
    cache.clear()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def has_a_second_step(user: User) -> None:
    Authenticator.objects.create(user=user, type="totp", data={"secret": "sealed"})
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "sealed"})


@pytest.fixture
def required(workspace: Workspace) -> Workspace:
    workspace.requires_second_step = True
    workspace.save()
    return workspace


def test_who_has_none_cannot_ask_it_of_everybody(browse: Browse, admin: Membership) -> None:
    """The last admin does not shut themselves out."""
    Authenticator.objects.create(user=admin.user, type="recovery_codes", data={"seed": "sealed"})
    answer = browse(admin).post("/settings/workspace/second-step", {"required": "yes"})
    assert (answer.status_code, "Turn on your own second step first" in text(answer)) == (422, True)
    assert not Workspace.objects.get().requires_second_step
    assert not Event.objects.filter(type="two_factor.required").exists()


def test_it_is_switched_and_recorded_once(browse: Browse, admin: Membership, agent: Membership) -> None:
    has_a_second_step(admin.user)
    browser = browse(admin)
    for typed in ({"required": "yes"}, {"required": "yes"}, {}):
        assert browser.post("/settings/workspace/second-step", typed).status_code == 303
    events = Event.objects.filter(type="two_factor.required").order_by("sequence")
    assert [(event.payload, event.actor_id) for event in events] == [
        ({"required": True}, admin.pk), ({"required": False}, admin.pk),
    ]  # fmt: skip
    assert [sentence(event) for event in events] == [
        "A second step is asked of everybody", "A second step is not asked of everybody any more",
    ]  # fmt: skip
    assert {"two_factor.required", "two_factor.reset"} <= ADMIN_ONLY
    assert browse(agent).post("/settings/workspace/second-step", {"required": "yes"}).status_code == 403


def test_who_lost_the_right_while_they_waited_does_not_ask_it_of_everybody(admin: Membership) -> None:
    has_a_second_step(admin.user)
    waiting = acting(admin)
    Membership.objects.filter(pk=admin.pk).update(role=Role.AGENT)
    with pytest.raises(NotAllowed):
        require(actor=waiting, required=True)
    assert not Workspace.objects.get().requires_second_step


def test_pages_list_who_has_none(browse: Browse, admin: Membership, agent: Membership, viewer: Membership) -> None:
    has_a_second_step(admin.user)
    page = text(browse(admin).get("/settings/workspace"))
    assert "2 of 3 have none" in page
    listed = text(browse(admin).get("/settings/people?left=bare"))
    for who, bare in ((agent, True), (viewer, True), (admin, False)):
        link = f'href="/settings/people/{who.pk}"'
        assert ((link in page), (link in listed)) == (bare, bare), who


def test_whoever_has_none_is_led_to_set_one_up_from_every_page(
    browse: Browse, agent: Membership, required: Workspace
) -> None:
    browser = browse(agent)
    for path in ("/inbox", "/board", "/settings", "/settings/security", "/settings/security/codes"):
        answer = browser.get(path)
        assert (answer.status_code, answer["Location"]) == (303, FIRST), path
    part = browser.get("/inbox", HTTP_HX_REQUEST="true")
    assert (part.status_code, part["HX-Refresh"]) == (200, "true")
    assert browser.post("/settings", {"name": "Other"}).status_code == 303
    assert User.objects.get(pk=agent.user_id).name == "Anna Agent"
    page = text(browser.get(FIRST))
    assert "Acme asks everybody for more than a password" in page
    assert "<nav" not in page
    assert "/settings/security/app/on" in page


def test_set_up_it_lets_them_in(agent: Membership, required: Workspace) -> None:
    browser = signs_in(agent.user)
    assert not is_in(browser)
    shown = browser.get("/settings/security/app/on", follow=True)
    assert "<nav" not in text(shown)
    turns_on(browser)
    assert is_in(browser)
    assert browser.get(FIRST)["Location"] == "/settings/security"


def test_the_api_asks_it_of_people_and_not_of_keys(
    api: Api, agent: Membership, owner: Membership, required: Workspace
) -> None:
    has_a_second_step(owner.user)
    refused = api(person=agent).get("/deals")
    assert (refused.status_code, refused.json()["error_type"]) == (403, "second_step_required")
    assert "Set yours up under Settings, Security" in refused.json()["error"]
    assert api(person=owner).get("/deals").status_code == 200
    assert api().get("/deals").status_code == 200


def test_the_live_stream_is_shut_to_them(browse: Browse, agent: Membership, required: Workspace) -> None:
    assert browse(agent).get("/live").status_code == 401
    has_a_second_step(agent.user)
    assert browse(agent).get("/live").status_code == 204


def test_another_workspace_of_theirs_asks_nothing(browse: Browse, agent: Membership, required: Workspace) -> None:
    elsewhere = a_workspace(slug="elsewhere")
    Membership.objects.create(workspace=elsewhere, user=agent.user, role=Role.AGENT)
    browser = browse(agent)
    assert "Your other workspaces" in text(browser.get(FIRST))
    browser.post("/workspaces/switch", {"workspace": elsewhere.pk})
    assert browser.get("/inbox").status_code == 200


def reset(browser: Browser, who: Membership) -> Any:
    return browser.post(f"/settings/people/{who.pk}/second-step")


def test_an_owner_resets_it_and_the_member_is_told_and_signed_out(
    browse: Browse, owner: Membership, agent: Membership, mailoutbox: list[EmailMessage]
) -> None:
    theirs = signs_in(agent.user)
    turns_on(theirs)
    assert is_in(theirs)
    assert f"/settings/people/{agent.pk}/second-step" in text(browse(owner).get(f"/settings/people/{agent.pk}"))
    assert reset(browse(owner), agent).status_code == 303
    assert not Authenticator.objects.exists()
    assert not is_in(theirs)
    assert is_in(signs_in(agent.user))
    event = Event.objects.get(type="two_factor.reset")
    assert (event.payload, event.actor_id, event.subject_id) == ({"name": "Anna Agent"}, owner.pk, agent.pk)
    assert Letter.objects.get().workspace == agent.workspace
    send_due()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["anna.agent@example.com"], "Your second step at Parley was reset")
    ]
    assert "Olga Owner has reset the second step" in str(mailoutbox[0].body)


def test_who_may_not_reset_it_changes_nothing(
    browse: Browse, owner: Membership, admin: Membership, agent: Membership, viewer: Membership, harbour: Client
) -> None:
    elsewhere, bare, gone = (member(owner.workspace, name) for name in ("Both Sides", "Bare Sides", "Gone Sides"))
    Membership.objects.filter(pk=gone.pk).update(is_active=False)
    for number, one in enumerate((elsewhere, bare, gone)):
        Membership.objects.create(workspace=a_workspace(slug=f"elsewhere-{number}"), user=one.user)
    for one in (owner, agent, elsewhere):
        has_a_second_step(one.user)
    there = Authenticator.objects.count()
    refused = [
        (admin, agent, 403, "Only an owner may reset"),
        (agent, admin, 403, "Only an owner or an admin of the workspace"),
        (owner, owner, 422, "Your own second step stands under Security."),
        (owner, viewer, 409, "has no second step"),
        (owner, bare, 409, "Bare Sides has no second step."),
        (owner, gone, 409, "Gone Sides is in this workspace no more."),
        (owner, elsewhere, 403, "This one is not an owner&#x27;s to reset. Whoever runs this installation can"),
    ]
    for who, whose, status, words in refused:
        answer = reset(browse(who), whose)
        assert (answer.status_code, words in text(answer)) == (status, True), words
    assert (Authenticator.objects.count(), Letter.objects.count()) == (there, 0)
    assert not Event.objects.filter(type="two_factor.reset").exists()


def test_a_notice_goes_to_nobody_who_left(owner: Membership, agent: Membership, mailoutbox: list[EmailMessage]) -> None:
    tell(agent, subject="News", body="There is some.")
    Membership.objects.filter(pk=agent.pk).update(is_active=False)
    send_due()
    assert (mailoutbox, Letter.objects.get().state) == ([], "done")


def test_whoever_runs_the_installation_resets_it_for_somebody_of_several_workspaces(
    agent: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    Membership.objects.create(workspace=a_workspace(), user=agent.user)
    with pytest.raises(CommandError, match="has no second step"):
        call_command("reset_second_step", agent.user.email)
    has_a_second_step(agent.user)
    call_command("reset_second_step", "Anna.Agent@example.com")
    assert "asked to set up a new second step" in capsys.readouterr().out
    assert not Authenticator.objects.exists()
    assert (Event.objects.filter(type="two_factor.reset").count(), Letter.objects.count()) == (2, 1)
    body = Letter.objects.get().body
    assert body.startswith("Whoever runs this installation of Parley has reset the second step with which you sign in.")
    assert "ask whoever runs this installation of Parley." in body
    assert "owner" not in body
    with pytest.raises(CommandError, match="Nobody signs in as"):
        call_command("reset_second_step", "nobody@example.com")


def test_somebody_of_no_workspace_any_more_is_mailed_nothing_and_that_is_said(
    agent: Membership, capsys: pytest.CaptureFixture[str]
) -> None:
    has_a_second_step(agent.user)
    Membership.objects.filter(pk=agent.pk).update(is_active=False)
    call_command("reset_second_step", agent.user.email)
    assert "They are in no workspace any more, so nobody was mailed." in capsys.readouterr().out
    assert not Letter.objects.exists()
