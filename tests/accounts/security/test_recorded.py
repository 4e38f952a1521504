"""What the log of the workspace tells those who run it."""

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from pytest_django import Settings

from accounts.models import Membership
from accounts.second_step import seal_again
from activity.models import Event
from activity.sentences import sentence
from activity.types import ADMIN_ONLY
from crm.sealing import CannotOpen, new_key
from tests import cast
from tests.accounts.security.entrance import SECURITY, opened, signs_in, stored, turns_on
from tests.accounts.security.test_addresses import link_for as address_link
from tests.accounts.security.test_passwords import NEW, chooses
from tests.accounts.security.test_passwords import link_for as reset_link
from tests.cast import PASSWORD


def told(who: Membership) -> list[str]:
    events = Event.objects.filter(subject_id=who.pk).order_by("sequence")
    assert {event.type for event in events} <= ADMIN_ONLY
    assert {(event.actor_id, event.actor_kind) for event in events} <= {(who.pk, "person")}
    return [sentence(event) for event in events]


@pytest.mark.django_db(transaction=True)
def test_each_change_is_told_without_a_secret(agent: Membership) -> None:
    cache.clear()
    browser, _ = signs_in(agent.user), signs_in(agent.user)
    turns_on(browser)
    browser.post(f"{SECURITY}/app/off")
    browser.post(f"{SECURITY}/sessions/others")
    browser.post(f"{SECURITY}/sessions/others")  # nobody left to end
    browser.post(f"{SECURITY}/password", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    agent.user.refresh_from_db()
    chooses(Browser(), reset_link(agent), "the third long password")
    agent.user.refresh_from_db()
    Browser().post(address_link(agent))
    assert told(agent) == [
        "Anna Agent signs in with an authenticator app too",
        "Anna Agent signs in with recovery codes too",
        "Anna Agent signs in without an authenticator app from now on",
        "Anna Agent signs in without recovery codes from now on",
        "Anna Agent signed out elsewhere: 1",
        "Anna Agent chose a new password",
        "Anna Agent chose a new password by a link",
        "Anna Agent signs in with another address",
    ]
    kept = str(list(Event.objects.values_list("payload", flat=True)))
    assert not any(secret in kept for secret in ("@", NEW, "third"))


def test_each_workspace_of_the_person_is_told_and_no_other(agent: Membership, outsider: Membership) -> None:
    elsewhere = cast.a_workspace()
    second = Membership.objects.create(workspace=elsewhere, user=agent.user, role="agent")
    left = Membership.objects.create(workspace=outsider.workspace, user=agent.user, role="agent", is_active=False)
    browser, _ = signs_in(agent.user), signs_in(agent.user)
    browser.post(f"{SECURITY}/sessions/others")
    assert (len(told(agent)), len(told(second)), len(told(left))) == (1, 1, 0)
    assert Event.objects.count() == 2


def test_secrets_are_sealed_anew_with_a_new_key(agent: Membership, settings: Settings) -> None:
    cache.clear()
    secret, codes = turns_on(signs_in(agent.user))
    before = stored(agent, "totp")["secret"]
    old = settings.CREDENTIALS_KEYS[0]
    new = new_key()
    settings.CREDENTIALS_KEYS = [new, old]
    assert seal_again() == 2
    settings.CREDENTIALS_KEYS = [new]
    assert stored(agent, "totp")["secret"] != before
    assert opened(stored(agent, "totp")["secret"]) == secret
    with pytest.raises(CannotOpen):
        opened(before)
    assert signs_in(agent.user).post("/accounts/login/second-step/", {"code": codes[0]}).status_code == 302
