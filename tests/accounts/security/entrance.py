"""Signing in as people do: at the page, with what they know and have."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client as Browser

from accounts.models import Membership, User
from crm.sealing import unseal
from tests.cast import PASSWORD

LOGIN = "/accounts/login/"
SECOND_STEP = "/accounts/login/second-step/"
SECURITY = "/settings/security"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def signs_in(who: User, password: str = PASSWORD, *, agent: str = FIREFOX, ip: str = "192.0.2.7") -> Browser:
    """A browser that went through the page; signed in only where everything asked for was given."""
    browser = Browser(HTTP_USER_AGENT=agent, REMOTE_ADDR=ip, SERVER_NAME="localhost")
    browser.post(LOGIN, {"login": who.email, "password": password, "remember": "on"})
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get(SECURITY).status_code == 200


def shows_again(browser: Browser, password: str = PASSWORD) -> None:
    """Gives the password once more, before what only the person themselves may change."""
    assert browser.post("/accounts/again/", {"password": password}).status_code == 302


def code(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def turns_on(browser: Browser) -> tuple[str, list[str]]:
    """The secret and the recovery codes, as the pages show them."""
    shows_again(browser)
    page = browser.get("/settings/security/app/on").content.decode()
    found = re.search(r'id="secret" readonly value="([A-Z2-7 ]+)"', page)
    assert found, page
    secret = found[1].replace(" ", "")
    answer = browser.post("/settings/security/app/on", {"code": code(secret)})
    assert answer["Location"] == "/settings/security/codes", answer.content.decode()
    shown = browser.get("/settings/security/codes").content.decode()
    return secret, re.findall(r"<code>(\d{8})</code>", shown)


def stored(member: Membership, kind: str) -> dict[str, str]:
    """What the database keeps of it."""
    data: dict[str, str] = Authenticator.objects.get(user=member.user, type=kind).data
    return data


def opened(token: str) -> str:
    return str(unseal(token)["secret"])
