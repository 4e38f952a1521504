"""Signing in with what one has, in a real browser: by mouse, by keys alone, and for those who hear or enlarge pages."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from playwright.sync_api import CDPSession, Page, expect

from accounts.models import Membership
from tests.accounts.security.entrance import FIREFOX, code
from tests.cast import PASSWORD
from tests.pages.conftest import NARROW, WIDE, Opens
from tests.pages.test_accessibility import STILL, TAGS, scan, violations

pytestmark = pytest.mark.browser


def with_authenticator(page: Page) -> CDPSession:
    """As if the machine had a fingerprint reader, and the right finger lay on it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def signs_in(page: Page, who: Membership) -> None:
    page.get_by_label("E-mail address").fill(who.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():  # a press does not wait for the page that it leads to
        page.get_by_role("button", name="Sign in", exact=True).click()


def signs_out(page: Page) -> None:
    home = page.url.removesuffix("/settings/security")
    page.goto(home + "/accounts/logout/")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    page.goto(home + "/settings/security")


def gives_password_again(page: Page) -> None:
    page.get_by_label("Password of").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Go on").click()


def test_a_passkey_is_added_signs_in_alone_and_is_the_second_step_after_a_password(
    opens: Opens, agent: Membership
) -> None:
    page = opens(None, "/settings/security")
    with_authenticator(page)
    signs_in(page, agent)
    page.get_by_role("link", name="Add a passkey").click()
    gives_password_again(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I kept them").click()
    passkeys = page.get_by_role("region", name="Passkeys")
    expect(passkeys).to_contain_text("LaptopSigns in alone, not used yet")

    signs_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile("/settings/security$"))
    expect(passkeys).to_contain_text("last used")

    signs_out(page)
    signs_in(page, agent)
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page).to_have_url(re.compile("/settings/security$"))

    passkeys.get_by_role("link", name="Rename Laptop").click()
    gives_password_again(page)
    page.get_by_label("Name").fill("Old laptop")
    page.get_by_role("button", name="Save").click()
    passkeys.get_by_role("link", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove it").click()
    expect(passkeys).to_contain_text("None yet.")


def test_two_factor_is_turned_on_and_asked_for_by_keys_alone(opens: Opens, agent: Membership) -> None:
    cache.clear()
    page = opens(None, "/settings/security")
    keys = page.keyboard
    expect(page.get_by_label("E-mail address")).to_be_focused()
    keys.type(agent.user.email)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    page.get_by_role("link", name="Turn on the authenticator app").focus()
    keys.press("Enter")
    expect(page.get_by_label("Password of")).to_be_focused()
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_label("Code")).to_be_focused()
    secret = page.get_by_label("No camera?").input_value().replace(" ", "")
    keys.type(code(secret))
    keys.press("Enter")
    codes = page.get_by_role("listitem").locator("code")
    expect(codes).to_have_count(10)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as a file").focus()
        keys.press("Enter")
    assert saving.value.suggested_filename == "parley-recovery-codes.txt"
    assert saving.value.path().read_text().split() == codes.all_inner_texts()
    page.get_by_role("link", name="I kept them").focus()
    keys.press("Enter")
    expect(page.get_by_role("region", name="Two-factor sign-in")).to_contain_text("10 left")

    other = opens(None, "/inbox")
    expect(other.get_by_label("E-mail address")).to_be_focused()
    other.keyboard.type(agent.user.email)
    other.keyboard.press("Tab")
    other.keyboard.type(PASSWORD)
    other.keyboard.press("Enter")
    expect(other.get_by_label("Code")).to_be_focused()
    other.keyboard.type("000000")
    other.keyboard.press("Enter")
    expect(other.get_by_role("alert").first).to_contain_text("This code is not correct")
    expect(other.get_by_label("Code")).to_be_focused()
    other.keyboard.type(code(secret, 1))
    other.keyboard.press("Enter")
    expect(other).to_have_url(re.compile("/inbox"))


ENTRANCE = ("login/", "inactive/", "password/reset/", "password/reset/done/", "password/reset/key/1-x/",
            "password/reset/key/done/", "address/x/")  # fmt: skip


def test_every_page_passes_wide_and_narrow_light_and_dark(opens: Opens, agent: Membership) -> None:
    page = opens(None, "/settings/security/app/on", **STILL)
    look = Looking(page)
    look.at(*(f"/accounts/{path}" for path in ENTRANCE))
    page.goto(look.home + "/settings/security/app/on")
    signs_in(page, agent)
    look.here()  # the password once more
    gives_password_again(page)
    look.here()
    look.at("/settings/security/passkeys/new", "/settings/security/password", "/settings/security/address")
    TOTP.activate(agent.user, generate_totp_secret())
    RecoveryCodes.activate(agent.user)
    look.at("/settings/security/codes", "/settings/security/codes/new", "/settings/security/app/off")
    look.at("/accounts/again/code/", "/accounts/logout/")
    other = opens(None, "/settings/security", **STILL)
    signs_in(other, agent)
    beside = Looking(other)
    beside.here()  # the second step
    key = Authenticator.objects.create(user=agent.user, type="webauthn", data={"name": "Key " * 15, "credential": {}})
    UserSession.objects.update(user_agent=FIREFOX)
    look.at("/settings/security", f"/settings/security/passkeys/{key.pk}/name")
    look.at(f"/settings/security/passkeys/{key.pk}/remove")
    assert look.found + beside.found == []


class Looking:
    """What axe and a narrow screen find on the pages that are looked at."""

    def __init__(self, page: Page) -> None:
        self.page, self.found = page, list[str]()
        self.home = re.sub(r"/(accounts|settings)/.*", "", page.url)

    def at(self, *paths: str) -> None:
        for path in paths:
            self.page.goto(self.home + path)
            assert re.sub(r"\?.*", "", self.page.url) == self.home + path  # not sent elsewhere
            self.here()

    def here(self) -> None:
        self.found += violations(self.page)
        self.page.set_viewport_size({"width": NARROW["width"], "height": NARROW["height"]})
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.found.append(f"{self.page.url} scrolls sideways")
        self.found += scan(self.page, {"type": "tag", "values": TAGS})
        self.page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})
