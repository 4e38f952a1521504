"""Passkeys, as far as no browser is needed: what is none, and where they work."""

import base64
import html
import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client as Browser
from django.test import RequestFactory
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from pytest_django import Settings

from accounts import passkeys
from accounts.models import Membership
from tests.accounts.security.entrance import SECURITY, is_in, shows_again, signs_in

FILLED = '{"id": "AA", "rawId": "AA", "type": "public-key", "response": %s}'
NONSENSE = [
    "", "nonsense", "{}", "[]", "1", "null", '"x"', '{"id": 1}', '{"id": "AA", "rawId": "AA", "type": "public-key"}',
    FILLED % "{}", FILLED % '"x"', FILLED % '{"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}',
    FILLED % '{"clientDataJSON": "AA", "attestationObject": "AA"}',
    FILLED % '{"clientDataJSON": "e30", "attestationObject": "oA", "signature": "!", "userHandle": 5}',
]  # fmt: skip


@pytest.mark.parametrize("given", NONSENSE, ids=range(len(NONSENSE)))
def test_a_passkey_that_is_none_is_refused_everywhere(agent: Membership, given: str) -> None:
    out = Browser()
    out.get("/accounts/login/passkey/", headers={"Accept": "application/json"})
    assert out.post("/accounts/login/passkey/", {"credential": given})["Location"] == "/accounts/login/"
    browser = signs_in(agent.user)
    shows_again(browser)
    browser.get(f"{SECURITY}/passkeys/new")
    answer = browser.post(f"{SECURITY}/passkeys/new", {"credential": given, "name": "x"})
    assert answer.status_code == 200
    assert not Authenticator.objects.exists()


class Key:
    """A security key, in software: of W3C Web Authentication, what a browser and a device do together."""

    def __init__(self) -> None:
        self.secret = ec.generate_private_key(ec.SECP256R1())
        self.id = b"a credential of the test"

    def data(self, flags: int, attested: bytes = b"") -> bytes:
        return bytes(AuthenticatorData.create(sha256(b"localhost"), AuthenticatorData.FLAG(flags), 1, attested))

    def makes(self, options: dict[str, Any]) -> str:
        attested = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.secret.public_key())
        )
        flags = AuthenticatorData.FLAG
        data = self.data(flags.UP | flags.UV | flags.AT, attested)
        return self.written({
            "clientDataJSON": self.client("webauthn.create", options),
            "attestationObject": bytes(AttestationObject.create("none", AuthenticatorData(data), {})),
        })  # fmt: skip

    def answers(self, options: dict[str, Any], handle: str = "", signed_by: "Key | None" = None) -> str:
        flags = AuthenticatorData.FLAG
        data, client = self.data(flags.UP | flags.UV), self.client("webauthn.get", options)
        signature = (signed_by or self).secret.sign(data + sha256(client), ec.ECDSA(hashes.SHA256()))
        return self.written({
            "clientDataJSON": client, "authenticatorData": data, "signature": signature,
            **({"userHandle": base64.urlsafe_b64decode(handle + "==")} if handle else {}),
        })  # fmt: skip

    def client(self, type: str, options: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        return json.dumps({"type": type, "challenge": challenge, "origin": "http://localhost"}).encode()

    def written(self, response: dict[str, bytes]) -> str:
        return json.dumps({
            "id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key",
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {name: websafe_encode(value) for name, value in response.items()},
        })  # fmt: skip


def options_on(browser: Browser, path: str) -> dict[str, Any]:
    page = browser.get(path).content.decode()
    found = re.search(r'data-options="([^"]+)"', page)
    assert found, page
    options: dict[str, Any] = json.loads(html.unescape(found[1]))
    return options


def added(agent: Membership) -> tuple[Key, str]:
    """The key, and how the person is called to it."""
    browser, key = signs_in(agent.user), Key()
    shows_again(browser)
    options = options_on(browser, f"{SECURITY}/passkeys/new")
    given = {"credential": key.makes(options), "name": "Key ring", "passwordless": "on"}
    assert browser.post(f"{SECURITY}/passkeys/new", given)["Location"] == f"{SECURITY}/codes"
    return key, options["publicKey"]["user"]["id"]


def asked(browser: Browser) -> dict[str, Any]:
    answer = browser.get("/accounts/login/passkey/", headers={"Accept": "application/json"})
    options: dict[str, Any] = answer.json()["request_options"]
    return options


def test_a_key_signs_in_alone_and_its_answer_works_once(agent: Membership) -> None:
    key, handle = added(agent)
    browser = Browser(SERVER_NAME="localhost")
    credential = key.answers(asked(browser), handle)
    assert (
        browser.post("/accounts/login/passkey/", {"credential": credential, "next": "/board"})["Location"] == "/board"
    )
    assert is_in(browser)
    other = Browser(SERVER_NAME="localhost")
    asked(other)
    assert other.post("/accounts/login/passkey/", {"credential": credential})["Location"] == "/accounts/login/"
    assert not is_in(other)


def test_the_signature_of_another_key_is_refused_and_no_fault(agent: Membership) -> None:
    key, handle = added(agent)
    browser = Browser(SERVER_NAME="localhost")
    credential = key.answers(asked(browser), handle, signed_by=Key())
    assert browser.post("/accounts/login/passkey/", {"credential": credential})["Location"] == "/accounts/login/"
    assert not is_in(browser)
    step = signs_in(agent.user)
    options = options_on(step, "/accounts/login/second-step/")
    answer = step.post("/accounts/login/second-step/", {"credential": key.answers(options, signed_by=Key())})
    assert "The passkey was not accepted." in answer.content.decode()
    assert not is_in(step)
    options = options_on(step, "/accounts/login/second-step/")
    assert step.post("/accounts/login/second-step/", {"credential": key.answers(options)}).status_code == 302
    assert is_in(step)


@pytest.mark.parametrize(
    ("host", "secure", "told"),
    [
        ("crm.example.com", True, ""),
        ("localhost:8000", False, ""),
        ("parley.localhost", False, ""),
        ("127.0.0.1:8000", False, "Passkeys need a name, not a number: open Parley at http://localhost:8000."),
        ("[::1]:8000", False, "Passkeys need a name, not a number: open Parley at http://localhost:8000."),
        ("192.0.2.4", True, "Passkeys need a name, not a number: open Parley at its https address."),
        ("crm.example.com", False, "Passkeys need a secure connection: open Parley at its https address."),
    ],
    ids=["https", "localhost", "below localhost", "loopback", "loopback v6", "https by number", "http"],
)  # fmt: skip
def test_where_passkeys_do_not_work_the_page_says_what_to_do(
    settings: Settings, host: str, secure: bool, told: str
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    request = RequestFactory(SERVER_NAME=host).get("/", secure=secure, headers={"Host": host})
    assert passkeys.why_not(request) == told


def test_at_a_number_no_passkey_is_offered(agent: Membership) -> None:
    browser = signs_in(agent.user)
    page = browser.get(SECURITY, headers={"Host": "127.0.0.1:8000"}).content.decode()
    assert "open Parley at http://localhost:8000" in page
    assert "Add a passkey" not in page
    assert "with a passkey" not in Browser().get("/accounts/login/", headers={"Host": "127.0.0.1"}).content.decode()
