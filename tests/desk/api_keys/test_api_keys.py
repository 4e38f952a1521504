"""Settings, API keys: made and shown once, replaced, revoked, each by who may."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import ApiKey, Membership, Role, Workspace
from accounts.plans import Plan
from activity.models import Event
from clients.models import Client
from tests.cast import caller, key_of, member
from tests.crowd import at_once
from tests.desk.conftest import browse

Browse = Callable[[Membership], Browser]
NEW, LIST = "/settings/api-keys/new", "/settings/api-keys"


@pytest.fixture
def harbour_admin(harbour: Client) -> Membership:
    """An admin who sees only Harbour Bakery."""
    return member(harbour.workspace, "Hanna Harbour", Role.ADMIN, clients=[harbour])


def secret_in(answer: object) -> str:
    found = re.search("msk_[0-9a-f]{64}", answer.content.decode())  # type: ignore[attr-defined]
    return found[0] if found else ""


def opens(secret: str) -> bool:
    return bool(caller(secret).get("/contacts").status_code == 200)


def test_a_key_is_made_and_its_secret_shown_in_that_one_answer_alone(browse: Browse, owner: Membership) -> None:
    browser = browse(owner)
    answer = browser.post(NEW, {"name": " Zapier   sync ", "scope": "crm:read", "expires_on": "2099-03-01"})
    secret, key = secret_in(answer), ApiKey.objects.get()
    assert (answer.status_code, "no-store" in answer["Cache-Control"], opens(secret)) == (200, True, True)
    assert (key.name, key.scopes, key.client) == ("Zapier sync", ["crm:read"], None)
    assert key.expires_at is not None
    assert key.expires_at.year == 2099
    assert caller(secret).post("/contacts", {"email": "a@example.com"}).status_code == 403
    page = browser.get(LIST)
    assert (secret_in(page), key.key_prefix in page.content.decode(), "never used" in page.content.decode()) == (
        "", True, False,
    )  # fmt: skip
    assert not any(secret in str(one.get_decoded()) for one in Session.objects.all())
    event = Event.objects.get(type="key.created")
    assert (event.payload, event.subject_id) == ({"name": "Zapier sync", "scopes": ["crm:read"]}, key.pk)
    assert secret not in str(event.payload)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "Give the key a name"),
        ({"scope": "everything"}, "There is no scope"),
        ({"expires_on": "2020-01-01"}, "This time has passed."),
        ({"expires_on": "soon"}, "Choose a day."),
        ({"expires_on": "2099-13-45"}, "Choose a day."),
        ({"for": "01980000-0000-7000-8000-000000000000"}, "There is no client with this id."),
    ],
    ids=["no name", "scope", "past", "no day", "odd day", "client"],
)
def test_what_cannot_be_is_told_beside_its_field_and_makes_nothing(
    browse: Browse, owner: Membership, harbour: Client, given: dict[str, str], words: str
) -> None:
    answer = browse(owner).post(NEW, {"name": "Sync", "scope": "crm", **given})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert (ApiKey.objects.count(), Event.objects.count()) == (0, 0)


def test_the_same_press_twice_makes_one_key(browse: Browse, owner: Membership) -> None:
    browser = browse(owner)
    assert [browser.post(NEW, {"name": "Sync", "scope": "crm"}).status_code for _ in range(2)] == [200, 409]
    ApiKey.objects.update(is_active=False)
    assert browser.post(NEW, {"name": "sync", "scope": "crm"}).status_code == 200
    assert ApiKey.objects.count() == 2


def test_a_revoked_key_is_refused_at_once_and_told_once(
    browse: Browse, owner: Membership, workspace: Workspace
) -> None:
    secret = key_of(workspace)
    key, browser = ApiKey.objects.get(), browse(owner)
    assert opens(secret)
    for _ in range(2):
        assert browser.post(f"{LIST}/{key.pk}/revoke").status_code == 303
    assert not opens(secret)
    assert [event.type for event in Event.objects.all()] == ["key.revoked"]
    assert key.key_prefix not in browser.get(LIST).content.decode()
    assert key.key_prefix in browser.get(f"{LIST}?which=ended").content.decode()


def test_a_replaced_key_works_on_for_the_hours_that_were_chosen(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    old = key_of(harbour.workspace, client=harbour, scopes=["crm:read"])
    key = ApiKey.objects.get()
    new = secret_in(browse(owner).post(f"{LIST}/{key.pk}/replace", {"hours": "24"}))
    assert (opens(old), opens(new)) == (True, True)
    key.refresh_from_db()
    made = ApiKey.objects.exclude(pk=key.pk).get()
    assert key.expires_at is not None
    assert timedelta(hours=23) < key.expires_at - timezone.now() <= timedelta(hours=24)
    assert (made.name, made.scopes, made.client, made.expires_at) == (key.name, ["crm:read"], harbour, None)
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert (opens(old), opens(new)) == (False, True)
    assert browse(owner).post(f"{LIST}/{key.pk}/replace", {"hours": "1"}).status_code == 409
    assert sorted(event.type for event in Event.objects.all()) == ["key.created", "key.replaced"]


@pytest.mark.parametrize("hours", ["", "-1", "721", "nonsense", "99999", "१"])
def test_an_overlap_that_is_none_replaces_nothing(
    browse: Browse, owner: Membership, workspace: Workspace, hours: str
) -> None:
    secret = key_of(workspace)
    status = browse(owner).post(f"{LIST}/{ApiKey.objects.get().pk}/replace", {"hours": hours}).status_code
    assert (status == 422 or hours == "१", opens(secret), ApiKey.objects.filter(expires_at=None).count()) == (
        True, True, 1,
    )  # fmt: skip


def test_a_full_plan_says_how_many_it_allows_and_a_key_can_still_be_replaced_at_once(
    browse: Browse, owner: Membership, workspace: Workspace
) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(plan=Plan.FREE)
    workspace.refresh_from_db()
    for _ in range(3):
        key_of(workspace)
    page = browse(owner).get(LIST).content.decode()
    assert "3 of 3 used" in page
    answer = browse(owner).post(NEW, {"name": "Fourth", "scope": "crm"})
    assert (answer.status_code, "The plan Free allows 3 API keys" in answer.content.decode()) == (403, True)
    key = ApiKey.objects.first()
    assert key is not None
    assert browse(owner).post(f"{LIST}/{key.pk}/replace", {"hours": "1"}).status_code == 403
    assert ApiKey.objects.filter(expires_at=None, is_active=True).count() == 3
    assert secret_in(browse(owner).post(f"{LIST}/{key.pk}/replace", {"hours": "0"}))
    assert ApiKey.objects.open().count() == 3


@pytest.mark.parametrize("who", ["agent", "viewer", "other_client_agent"])
def test_only_admins_come_here(
    browse: Browse, request: pytest.FixtureRequest, workspace: Workspace, harbour: Client, who: str
) -> None:
    secret = key_of(workspace)
    browser, key = browse(request.getfixturevalue(who)), ApiKey.objects.get()
    assert browser.get(LIST).status_code == 403
    for path in (NEW, f"{LIST}/{key.pk}/revoke", f"{LIST}/{key.pk}/replace"):
        assert browser.post(path, {"name": "X", "scope": "crm", "hours": "0"}).status_code == 403
    assert (opens(secret), ApiKey.objects.count()) == (True, 1)


def test_an_admin_of_one_client_handles_its_keys_and_knows_of_no_other(
    browse: Browse, harbour_admin: Membership, harbour: Client, meadow: Client
) -> None:
    for client in (None, meadow, harbour):
        key_of(harbour.workspace, client=client)
    hidden = ApiKey.objects.exclude(client=harbour)
    browser = browse(harbour_admin)
    page = browser.get(LIST).content.decode()
    assert [key.key_prefix in page for key in hidden] == [False, False]
    assert ("Meadow" in page, 'class="room"' in page) == (False, False)
    for key in hidden:
        assert browser.post(f"{LIST}/{key.pk}/revoke").status_code == 404
        assert browser.post(f"{LIST}/{key.pk}/replace", {"hours": "0"}).status_code == 404
    assert ApiKey.objects.filter(is_active=True).count() == 3
    made = secret_in(browser.post(NEW, {"name": "Ours", "scope": "crm"}))
    assert opens(made)
    assert ApiKey.objects.get(name="Ours").client == harbour
    answer = browser.post(NEW, {"name": "Theirs", "scope": "crm", "for": str(meadow.pk)})
    assert (answer.status_code, ApiKey.objects.filter(name="Theirs").exists()) == (422, False)


def test_the_switcher_shows_the_keys_of_the_chosen_client(
    browse: Browse, owner: Membership, harbour: Client, meadow: Client
) -> None:
    for client in (None, meadow, harbour):
        key_of(harbour.workspace, client=client)
    page = browse(owner).get(f"{LIST}?client={harbour.pk}").content.decode()
    assert [key.key_prefix in page for key in ApiKey.objects.order_by("created_at")] == [False, False, True]


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_key(browse: Browse, owner: Membership) -> None:
    browsers = [browse(owner), browse(owner)]
    presses = [lambda one=one: one.post(NEW, {"name": "Sync", "scope": "crm"}).status_code for one in browsers]
    assert sorted(at_once(presses)) == [200, 409]  # type: ignore[type-var]
    assert ApiKey.objects.count() == 1


__all__ = ["browse"]
