"""What django-allauth could show that is not ours is not there; what is there is ours."""

from collections.abc import Iterator
from pathlib import Path

import allauth
import pytest
from django.apps import apps
from django.conf import settings
from django.template import Engine
from django.test import Client as Browser
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, include, path, reverse

from accounts.models import Membership
from tests.accounts.security.entrance import SECURITY, shows_again, signs_in, turns_on

THEIRS = Path(allauth.__file__).parent
# Signing in by a code sent by mail, several addresses at once, downloading the codes later than once.
LEFT_OUT = {
    "account_confirm_login_code", "account_email", "account_confirm_email", "account_email_verification_sent",
    "mfa_download_recovery_codes",
}  # fmt: skip


def named(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from named(one.url_patterns)
        elif one.name:
            yield one.name


def allauths() -> set[str]:
    """Every name of a page that allauth would route here."""
    everything = ("allauth.account.urls", "allauth.mfa.urls", "allauth.usersessions.urls")
    return set(named([path("", include(urls)) for urls in everything]))


def ours() -> set[str]:
    return set(named(get_resolver().url_patterns))


def test_each_page_of_allauth_is_routed_as_ours_or_left_out_by_name() -> None:
    # usersessions has one page, which stands in ours; its redirects are never reached.
    assert allauths() - ours() == LEFT_OUT | {"usersessions_list"}


def test_nobody_signs_in_with_an_account_elsewhere(db: None) -> None:
    assert not any(
        config.name.startswith(("allauth.socialaccount", "allauth.idp")) for config in apps.get_app_configs()
    )
    for somewhere in ("3rdparty/", "social/login/", "github/login/", "google/login/callback/", "login/code/", "2fa/"):
        assert Browser().get(f"/accounts/{somewhere}").status_code == 404


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_what_is_left_out_has_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_no_page_comes_from_a_template_of_allauth(agent: Membership) -> None:
    """As Django tells which templates an answer was made of."""
    browser = signs_in(agent.user)
    shows_again(browser)
    turns_on(browser)
    paths = [f"{SECURITY}{part}" for part in ("", "/password", "/address", "/codes", "/codes/new", "/app/off")]
    paths += [f"/accounts/{part}/" for part in ("logout", "again", "again/code", "inactive")]
    seen = {one.origin.name for where in paths for one in browser.get(where).templates}
    out = signs_in(agent.user)
    paths = [f"/accounts/{part}/" for part in ("login/second-step", "login", "signup", "password/reset",
             "password/reset/done", "password/reset/key/done", "password/reset/key/1-x")]  # fmt: skip
    seen |= {one.origin.name for where in paths for one in out.get(where, follow=True).templates}
    assert [name for name in seen if str(THEIRS) in name] == []
    assert len([name for name in seen if str(settings.BASE_DIR / "templates") in name]) > 15


@pytest.mark.parametrize(
    "prefix",
    ["account/email/password_changed", "account/email/password_set", "account/email/password_reset",
     "account/email/password_reset_key", "mfa/email/totp_activated", "mfa/email/totp_deactivated",
     "mfa/email/webauthn_added", "mfa/email/webauthn_removed", "mfa/email/recovery_codes_generated"],
)  # fmt: skip
def test_each_mail_is_ours(prefix: str) -> None:
    for part in ("subject.txt", "message.txt"):
        assert str(settings.BASE_DIR / "templates") in str(Engine.get_default().get_template(f"{prefix}_{part}").origin)
