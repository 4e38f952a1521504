"""Asking somebody to join by mail, and coming in by the link."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Invitation, InvitationLink, Letter, Membership, Role, User, Workspace
from accounts.plans import Plan
from activity.models import Event
from clients.access import restrict
from clients.models import Client
from crm.errors import Conflict
from desk.people import invitations, joining, members
from desk.people.letters import send_due
from tests.cast import PASSWORD, a_user, a_workspace, acting, member
from tests.crowd import at_once, times

Browse = Callable[[Membership], Browser]
NEW = {"name": "Nina New", "password": "hazelnut gravel 42"}


def given(email: str, role: str = "agent", *clients: Client) -> dict[str, Any]:
    ids = [str(client.pk) for client in clients]
    return {"email": email, "role": role, "sees": "some" if clients else "all", "client": ids}


def ask(by: Membership, email: str = "nina@example.com", role: str = "agent", clients: Any = None) -> Invitation:
    return invitations.invite(actor=acting(by), email=email, role=role, client_ids=clients)


def mailed() -> str:
    """The path of the link in the newest mail, after a worker sent what waits."""
    send_due()
    found = re.search(r"http://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_somebody_new_gets_a_mail_chooses_a_password_and_is_in(browse: Browse, admin: Membership) -> None:
    answer = browse(admin).post("/settings/people/invite", given(" Nina@Example.com "), follow=True)
    assert "nina@example.com is invited: the mail is on its way." in text(answer)
    assert mail.outbox == []  # nothing is sent while the page waits
    link = mailed()
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == (["nina@example.com"], "Adam Admin invites you to Acme on Parley")
    guest = Browser()
    assert "Adam Admin invites nina@example.com to work here as an agent." in text(guest.get(link))
    came = guest.post(link, NEW)
    assert (came.status_code, came["Location"]) == (302, "/")
    joined = Membership.objects.get(user__email="nina@example.com")
    assert (joined.role, joined.all_clients, str(joined.user)) == ("agent", True, "Nina New")
    assert guest.get("/today").status_code == 200
    assert joined.user.check_password(NEW["password"])
    types = ["invitation.sent", "member.joined"]
    events = Event.objects.filter(type__in=types).order_by("sequence")
    assert [(event.type, event.payload) for event in events] == [
        ("invitation.sent", {"role": "agent", "again": False}),
        ("member.joined", {"name": "Nina New", "role": "agent"}),
    ]


def test_no_token_is_kept(admin: Membership) -> None:
    ask(admin)
    link = mailed()
    token = link.rsplit("/", 1)[1]
    kept = [str(row) for model in (Invitation, InvitationLink, Letter, Event) for row in model._base_manager.values()]
    assert kept
    assert not any(token in row for row in kept)


def test_a_viewer_is_invited_to_look_at_one_client(browse: Browse, admin: Membership, harbour: Client) -> None:
    browse(admin).post("/settings/people/invite", given("hal@example.com", "viewer", harbour))
    Browser().post(mailed(), NEW)
    joined = Membership.objects.get(user__email="hal@example.com")
    assert (joined.role, acting(joined).clients, acting(joined).can_write) == ("viewer", frozenset([harbour.pk]), False)


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        (given("nobody"), 422, "This is no e-mail address."),
        (given(""), 422, "This is no e-mail address."),
        (given("a@b.example\nBcc: x@example.com"), 422, "This is no e-mail address."),
        (given("anna.agent@example.com"), 409, "anna.agent@example.com is in this workspace already."),
        (given("ANNA.agent@example.com"), 409, "is in this workspace already."),
        (given("nina@example.com", "viewer"), 422, "Add a client first, under Clients."),
        (given("nina@example.com", "owner"), 403, "Only an owner may make somebody an owner"),
        (given("nina@example.com", "king"), 422, "There is no such role."),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else None,
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_mailed(
    browse: Browse, admin: Membership, agent: Membership, asked: dict[str, Any], status: int, sentence: str
) -> None:
    answer = browse(admin).post("/settings/people/invite", asked)
    assert (answer.status_code, sentence in text(answer)) == (status, True)
    assert (Invitation.objects.count(), Letter.objects.count()) == (0, 0)


def test_the_form_says_the_same_whether_parley_knows_the_address_or_not(
    browse: Browse, admin: Membership, outsider: Membership
) -> None:
    told = []
    for email in ("nobody@example.com", outsider.user.email):
        answer = browse(admin).post("/settings/people/invite", given(email), follow=True)
        shown = text(answer).split("settings__page")[1].split("</main")[0]
        told.append((answer.status_code, shown.count("The mail is on its way")))
    assert told == [(200, 1), (200, 2)]


def test_those_who_are_asked_take_room_of_the_plan(browse: Browse, owner: Membership) -> None:
    Workspace.objects.update(plan=Plan.FREE)
    browser = browse(owner)
    for number in range(2):
        assert browser.post("/settings/people/invite", given(f"n{number}@example.com")).status_code == 303
    answer = browser.post("/settings/people/invite", given("n3@example.com"))
    assert (answer.status_code, "The plan Free allows 3 people" in text(answer)) == (403, True)
    invitations.withdraw(actor=acting(owner), invitation=Invitation.objects.earliest("created_at"))
    assert browser.post("/settings/people/invite", given("n3@example.com")).status_code == 303


def test_one_who_was_asked_already_is_not_asked_with_a_second_role(browse: Browse, admin: Membership) -> None:
    browser = browse(admin)
    browser.post("/settings/people/invite", given("nina@example.com"))
    answer = browser.post("/settings/people/invite", given("Nina@example.com", "admin"))
    assert (answer.status_code, "was invited already" in text(answer)) == (409, True)
    assert Invitation.objects.get().role == "agent"


def end_link(why: str, admin: Membership, invitation: Invitation) -> None:
    if why == "withdrawn":
        invitations.withdraw(actor=acting(admin), invitation=invitation)
    elif why == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        Client.objects.update(deleted_at=timezone.now())


@pytest.mark.parametrize(
    ("why", "sentence"),
    [
        ("withdrawn", "This invitation was withdrawn."),
        ("expired", "This invitation has expired: it was good for seven days."),
        ("emptied", "What this invitation was for is not there any more."),
    ],
)
def test_a_link_that_is_good_no_more_says_so(admin: Membership, harbour: Client, why: str, sentence: str) -> None:
    invitation = ask(admin, clients=[harbour.pk])
    link = mailed()
    end_link(why, admin, invitation)
    for answer in (Browser().get(link), Browser().post(link, NEW)):
        assert (answer.status_code, sentence in text(answer)) == (410, True)
    assert not User.objects.filter(email="nina@example.com").exists()


@pytest.mark.parametrize("token", ["nonsense", "a" * 43, "%00", "ü"])
def test_a_link_of_nothing_leads_nowhere(db: None, token: str) -> None:
    for answer in (Browser().get(f"/join/{token}"), Browser().post(f"/join/{token}", NEW)):
        assert (answer.status_code, "This link leads nowhere." in text(answer)) == (404, True)


def test_a_link_that_was_used_sends_to_the_sign_in(admin: Membership) -> None:
    ask(admin)
    link = mailed()
    Browser().post(link, NEW)
    answer = Browser().post(link, {**NEW, "password": "another good secret"})
    assert (answer.status_code, "This invitation was accepted already. Sign in" in text(answer)) == (410, True)
    assert User.objects.get(email="nina@example.com").check_password(NEW["password"])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "", "password": NEW["password"]}, "Give your name"),
        ({"name": "N" * 201, "password": NEW["password"]}, "Give your name"),
        ({"name": "Nina New", "password": "short"}, "too short"),
        ({"name": "Nina New", "password": "password123"}, "too common"),
        ({"name": "Ninastasia New", "password": "ninastasia"}, "too similar"),
        ({}, "Give your name"),
    ],
    ids=["no name", "a long name", "short", "common", "similar", "nothing"],
)
def test_a_name_or_password_that_will_not_do_is_told_and_the_link_stays_good(
    admin: Membership, typed: dict[str, str], sentence: str
) -> None:
    ask(admin)
    link = mailed()
    answer = Browser().post(link, typed)
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert not User.objects.filter(email="nina@example.com").exists()
    assert Browser().post(link, NEW).status_code == 302


def test_a_null_byte_is_refused_in_words(admin: Membership) -> None:
    ask(admin)
    assert Browser().post(mailed(), {**NEW, "name": "Ni\0na"}).status_code == 422


def test_whoever_has_an_account_signs_in_and_joins_with_it(browse: Browse, admin: Membership) -> None:
    user = a_user("Otto Outside")
    ask(admin, email=user.email)
    link = mailed()
    guest = Browser()
    shown = text(guest.get(link))
    assert "You have an account with this address already." in shown
    assert f"/accounts/login/?next={link}" in shown
    assert guest.post(link, NEW).status_code == 409  # nobody sets a password for an account that is there
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    signed_in = guest.post(f"/accounts/login/?next={link}", {"login": user.email, "password": PASSWORD, "next": link})
    assert signed_in["Location"] == link
    assert guest.post(link).status_code == 303
    assert Membership.objects.get(user=user).workspace == admin.workspace
    assert "Acme" in text(guest.get("/today"))


def test_whoever_joins_a_second_workspace_is_in_it_at_once(
    browse: Browse, admin: Membership, outsider: Membership
) -> None:
    ask(admin, email=outsider.user.email)
    browser = browse(outsider)
    browser.post(mailed())
    assert "Acme" in text(browser.get("/settings"))
    assert "Switch workspace" in text(browser.get("/settings"))


def test_somebody_else_who_is_signed_in_does_not_take_the_place(
    browse: Browse, admin: Membership, outsider: Membership
) -> None:
    ask(admin)
    link = mailed()
    browser = browse(outsider)
    assert f"You are signed in as {outsider.user.email}. Sign out" in text(browser.get(link))
    answer = browser.post(link, NEW)
    assert (answer.status_code, "went to another address" in text(answer)) == (403, True)
    assert not Membership.objects.filter(workspace=admin.workspace, user=outsider.user).exists()
    assert Invitation.objects.get().accepted_at is None


def test_whoever_was_deactivated_comes_back_as_what_they_are_invited_to(
    owner: Membership, agent: Membership, harbour: Client
) -> None:
    members.end(actor=acting(owner), member=agent)
    ask(owner, email=agent.user.email, role="viewer", clients=[harbour.pk])
    joining.accept_as(token=mailed().rsplit("/", 1)[1], user=agent.user)
    now = Membership.objects.get(pk=agent.pk)
    assert (now.is_active, now.role, acting(now).clients) == (True, "viewer", frozenset([harbour.pk]))
    assert Event.objects.filter(type="member.returned").count() == 1


def test_a_client_that_went_meanwhile_is_not_seen(admin: Membership, harbour: Client, meadow: Client) -> None:
    ask(admin, clients=[harbour.pk, meadow.pk])
    Client.objects.filter(pk=meadow.pk).update(deleted_at=timezone.now())
    Browser().post(mailed(), NEW)
    assert acting(Membership.objects.get(user__email="nina@example.com")).clients == frozenset([harbour.pk])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True], ids=["new", "known"])
def test_accepting_in_parallel_makes_one_membership(known: bool) -> None:
    admin = member(a_workspace(), "Adam Admin", Role.ADMIN)
    user = a_user("Nina", email="nina@example.com") if known else None
    ask(admin)
    token = mailed().rsplit("/", 1)[1]

    def accept() -> Membership:
        if user is not None:
            return joining.accept_as(token=token, user=user)
        return joining.accept_as_new(token=token, **NEW)

    answers = times(5, accept)
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict"] * 4 + ["Membership"]
    assert User.objects.filter(email="nina@example.com").count() == 1
    assert Membership.objects.filter(workspace=admin.workspace, user__email="nina@example.com").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_once_to_several_who_ask_at_once() -> None:
    owner = member(a_workspace(plan=Plan.FREE), "Olga Owner", Role.OWNER)
    ask(owner, email="first@example.com")
    works = [lambda n=n: ask(owner, email=f"n{n}@example.com") for n in range(4)]
    answers = at_once(works)
    assert sorted(type(answer).__name__ for answer in answers) == ["Invitation"] + ["PlanLacks"] * 3
    assert Invitation.objects.count() == 2


def test_it_is_sent_again_for_another_week_and_both_links_work(browse: Browse, admin: Membership) -> None:
    invitation = ask(admin)
    first = mailed()
    browser = browse(admin)
    answer = browser.post(f"/settings/invitations/{invitation.pk}/again")
    assert (answer.status_code, "It was sent a moment ago." in text(answer)) == (409, True)
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=True):
        assert "Expired: send it again" in text(browse(admin).get("/settings/people"))
        assert browse(admin).post(f"/settings/invitations/{invitation.pk}/again").status_code == 303
        second = mailed()
        assert first != second
        assert Browser().get(first).status_code == 200
        assert Browser().post(second, NEW).status_code == 302


def test_a_withdrawn_or_accepted_one_is_neither_sent_again_nor_withdrawn(browse: Browse, admin: Membership) -> None:
    invitation = ask(admin)
    browser = browse(admin)
    assert browser.post(f"/settings/invitations/{invitation.pk}/withdraw").status_code == 303
    for verb in ("again", "withdraw"):
        assert browser.post(f"/settings/invitations/{invitation.pk}/{verb}").status_code == 409
    send_due()
    assert mail.outbox == []  # what is wanted no more is not mailed
    assert "nina@example.com" not in text(browser.get("/settings/people")).split("settings__page")[1]


@pytest.mark.parametrize("who", ["agent", "viewer", "other_client_agent", "outsider"])
def test_nobody_else_invites_or_learns_who_is_invited(
    browse: Browse, request: pytest.FixtureRequest, admin: Membership, who: str
) -> None:
    invitation = ask(admin)
    browser, outside = browse(request.getfixturevalue(who)), who == "outsider"
    if not outside:
        assert browser.post("/settings/people/invite", given("x@example.com")).status_code == 403
    for verb in ("again", "withdraw"):
        status = 404 if outside else 403
        assert browser.post(f"/settings/invitations/{invitation.pk}/{verb}").status_code == status
    assert Invitation.objects.get().withdrawn_at is None
    assert browse(admin).post(f"/settings/invitations/{uuid4()}/withdraw").status_code == 404


def test_an_admin_of_one_client_invites_nobody(browse: Browse, admin: Membership, harbour: Client) -> None:
    restrict(member=admin, clients=[harbour])
    assert browse(admin).post("/settings/people/invite", given("x@example.com", "viewer", harbour)).status_code == 403
    assert not Invitation.objects.exists()


def test_an_owners_invitation_is_not_an_admins_to_withdraw(
    browse: Browse, owner: Membership, admin: Membership
) -> None:
    invitation = ask(owner, role="owner")
    assert browse(admin).post(f"/settings/invitations/{invitation.pk}/withdraw").status_code == 403
    Browser().post(mailed(), NEW)
    assert Membership.objects.get(user__email="nina@example.com").role == "owner"


def test_a_workspace_mails_only_so_many_an_hour(admin: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invitations, "LETTERS_AN_HOUR", 2)
    for number in range(2):
        ask(admin, email=f"n{number}@example.com")
    with pytest.raises(Conflict, match="Many invitations"):
        ask(admin, email="n3@example.com")


def test_a_workspaces_name_breaks_no_mail(owner: Membership) -> None:
    Workspace.objects.update(name="Acme\nBcc: all@example.com")
    owner.workspace.refresh_from_db()
    ask(owner)
    mailed()
    assert mail.outbox[0].subject == "Olga Owner invites you to Acme Bcc: all@example.com on Parley"
    assert mail.outbox[0].recipients() == ["nina@example.com"]
