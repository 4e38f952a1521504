"""The second step: an authenticator app and recovery codes."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.cache import cache

from accounts.models import Membership
from tests.accounts.security.entrance import (
    SECOND_STEP,
    SECURITY,
    code,
    is_in,
    opened,
    shows_again,
    signs_in,
    stored,
    turns_on,
)


@pytest.fixture(autouse=True)
def _no_code_was_used(db: None) -> None:
    cache.clear()


def test_after_the_password_the_code_of_the_app_is_asked_for(agent: Membership) -> None:
    secret, _ = turns_on(signs_in(agent.user))
    browser = signs_in(agent.user)
    assert not is_in(browser)
    assert "Show that it is you" in browser.get(SECOND_STEP).content.decode()
    assert browser.post(SECOND_STEP, {"code": code(secret, 1)})["Location"] == "/"
    assert is_in(browser)


def test_the_page_shows_the_secret_as_a_picture_and_as_text_and_a_wrong_code_turns_nothing_on(
    agent: Membership,
) -> None:
    browser = signs_in(agent.user)
    shows_again(browser)
    page = browser.get("/settings/security/app/on").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r'readonly value="([A-Z2-7 ]+)"', page)
    answer = browser.post("/settings/security/app/on", {"code": "000000"}).content.decode()
    assert "This code is not correct" in answer
    assert secret
    assert secret[1] in answer  # the app that read the picture is not made to read another
    assert not Authenticator.objects.filter(user=agent.user).exists()


def test_the_secret_is_sealed_wherever_it_is_kept(agent: Membership) -> None:
    browser = signs_in(agent.user)
    shows_again(browser)
    page = browser.get("/settings/security/app/on").content.decode()
    found = re.search(r'readonly value="([A-Z2-7 ]+)"', page)
    assert found
    secret = found[1].replace(" ", "")
    assert all(secret not in str(session.get_decoded()) for session in Session.objects.all())
    browser.post("/settings/security/app/on", {"code": code(secret)})
    kept = stored(agent, "totp")["secret"]
    assert secret not in kept
    assert opened(kept) == secret
    seed = stored(agent, "recovery_codes")["seed"]
    assert re.fullmatch(r"[0-9a-f]{80}", opened(seed))


def test_a_code_opens_once_even_while_it_is_still_valid(agent: Membership) -> None:
    secret, _ = turns_on(signs_in(agent.user))
    ahead = code(secret, 1)
    first, second = signs_in(agent.user), signs_in(agent.user)
    assert first.post(SECOND_STEP, {"code": ahead}).status_code == 302
    cache.delete(f"allauth.mfa.totp.used?user={agent.user.pk}&code={ahead}")  # as half a minute later
    answer = second.post(SECOND_STEP, {"code": f"{ahead[:3]} {ahead[3:]}"})
    assert "it was used already" in answer.content.decode()
    assert not is_in(second)


def test_a_recovery_code_opens_once(agent: Membership) -> None:
    _, codes = turns_on(signs_in(agent.user))
    assert len(set(codes)) == 10
    first, second = signs_in(agent.user), signs_in(agent.user)
    assert first.post(SECOND_STEP, {"code": codes[3]}).status_code == 302
    assert second.post(SECOND_STEP, {"code": codes[3]}).status_code == 200
    assert (is_in(first), is_in(second)) == (True, False)
    assert "9 left" in first.get(SECURITY).content.decode()


def test_recovery_codes_are_shown_once_and_can_be_saved_as_a_file(agent: Membership) -> None:
    browser = signs_in(agent.user)
    shows_again(browser)
    secret = re.search(r'readonly value="([A-Z2-7 ]+)"', browser.get("/settings/security/app/on").content.decode())
    assert secret
    browser.post("/settings/security/app/on", {"code": code(secret[1].replace(" ", ""))})
    first = browser.get("/settings/security/codes")
    codes = re.findall(r"<code>(\d{8})</code>", first.content.decode())
    assert f"charset=utf-8,{'%0A'.join(codes)}%0A" in first.content.decode()
    assert "no-store" in first["Cache-Control"]
    again = browser.get("/settings/security/codes").content.decode()
    assert not any(one in again for one in codes)
    assert "10 of 10 are left" in again


def test_new_recovery_codes_end_the_old_ones(agent: Membership) -> None:
    browser = signs_in(agent.user)
    _, old = turns_on(browser)
    assert browser.post("/settings/security/codes/new")["Location"] == "/settings/security/codes"
    new = re.findall(r"<code>(\d{8})</code>", browser.get("/settings/security/codes").content.decode())
    assert len(new) == 10
    other = signs_in(agent.user)
    assert other.post(SECOND_STEP, {"code": old[0]}).status_code == 200
    assert other.post(SECOND_STEP, {"code": new[0]}).status_code == 302


def test_turned_off_the_password_alone_signs_in_and_the_recovery_codes_are_gone(agent: Membership) -> None:
    browser = signs_in(agent.user)
    turns_on(browser)
    assert browser.post("/settings/security/app/off")["Location"] == SECURITY
    assert not Authenticator.objects.filter(user=agent.user).exists()
    assert is_in(signs_in(agent.user))


def test_what_only_the_person_may_change_asks_who_they_are_once_more(agent: Membership) -> None:
    browser = signs_in(agent.user)
    for path in ("app/on", "codes/new", "passkeys/new", "address"):
        answer = browser.get(f"{SECURITY}/{path}")
        assert answer["Location"].startswith("/accounts/again/?next="), path
    assert browser.post("/accounts/again/", {"password": "not this one"}).status_code == 200
    assert browser.get(f"{SECURITY}/app/on").status_code == 302
    shows_again(browser)
    assert browser.get(f"{SECURITY}/app/on").status_code == 200


def test_codes_are_not_tried_out(agent: Membership) -> None:
    secret, _ = turns_on(signs_in(agent.user))
    browser = signs_in(agent.user)
    for _ in range(5):
        assert "This code is not correct" in browser.post(SECOND_STEP, {"code": "000000"}).content.decode()
    answer = browser.post(SECOND_STEP, {"code": code(secret, 1)}).content.decode()
    assert re.search(r"Too many wrong codes. Wait \d+ (seconds?|minutes), then try again.", answer)
    assert not is_in(browser)


def test_nobody_reaches_the_second_step_without_the_first(agent: Membership) -> None:
    secret, _ = turns_on(signs_in(agent.user))
    browser = signs_in(agent.user, "not this one")
    assert browser.get(SECOND_STEP)["Location"] == "/accounts/login/"
    assert browser.post(SECOND_STEP, {"code": code(secret)})["Location"] == "/accounts/login/"
    assert not is_in(browser)


def test_another_persons_passkeys_are_not_there(agent: Membership, admin: Membership) -> None:
    theirs = Authenticator.objects.create(user=admin.user, type="webauthn", data={"name": "Theirs", "credential": {}})
    browser = signs_in(agent.user)
    shows_again(browser)
    for verb in ("name", "remove"):
        assert browser.post(f"{SECURITY}/passkeys/{theirs.pk}/{verb}", {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Theirs"
