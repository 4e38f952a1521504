"""Trying a connection says plainly what is wrong on either side."""

import pytest

from crm.errors import Conflict
from integrations import connecting
from integrations.email.accounts import Account
from integrations.email.checking import _unguarded
from tests.cast import acting
from tests.integrations.email.house import House
from tests.ports import free_port

pytestmark = pytest.mark.django_db
SENDS = " Mail is sent from me@acme.example."


def wrong(house: House, owner, **settings) -> str:
    house.change(**settings)
    with pytest.raises(Conflict) as refused:
        connecting.check(actor=acting(owner), connection=house.connection)
    house.connection.refresh_from_db()
    assert house.connection.failure == refused.value.message
    assert "secret" not in refused.value.message
    return refused.value.message


def test_what_works_is_told(house, owner):
    words = connecting.check(actor=acting(owner), connection=house.connection)
    assert words == "Mail is read from “INBOX”, “Sent”." + SENDS


def test_everything_that_is_wrong_is_told_at_once(house, owner):
    words = wrong(
        house, owner, imap_password="secret", smtp_password="secret-2", addresses="me@acme.example\nme at acme"
    )
    imap, smtp = house.dovecot.port, house.post.ports["none"]
    assert words == (
        "“me at acme” is no e-mail address. "
        f"Reading: The mailbox at 127.0.0.1:{imap} refuses “{house.user}” or the password: Authentication failed. "
        f"Sending: 127.0.0.1:{smtp} refuses “{house.user}” or the password: "
        "535 5.7.8 Authentication credentials invalid"
    )


def test_a_folder_that_is_missing(house, owner):
    assert wrong(house, owner, folders="Leads") == (
        "Reading: The mailbox has no folder “Leads”. It has: “Archive”, “INBOX”, “Sent”."
    )


def test_a_port_where_nobody_answers(house, owner):
    port = free_port()
    assert wrong(house, owner, smtp_port=port) == f"Sending: Nothing answers at 127.0.0.1:{port}. Check the port."


def test_a_host_that_is_not_there(house, owner):
    assert wrong(house, owner, imap_host="imap.acme.invalid") == "Reading: There is no host “imap.acme.invalid”."


def test_a_certificate_that_nobody_knows_and_one_that_is_ours(house, owner, certificate):
    port, tls = house.dovecot.tls_port, house.post.ports["tls"]
    words = wrong(house, owner, imap_port=port, imap_security="tls", smtp_port=tls, smtp_security="tls")
    untrusted = (
        "cannot be trusted: self-signed certificate. Use the name that the certificate is made for, or give the "
        "certificate of its authority."
    )
    assert words == (
        f"Reading: The certificate of 127.0.0.1:{port} {untrusted} "
        f"Sending: The certificate of 127.0.0.1:{tls} {untrusted}"
    )
    house.change(certificate=certificate[0].read_text())
    assert connecting.check(actor=acting(owner), connection=house.connection).endswith(SENDS)


@pytest.mark.parametrize("side", ["imap", "smtp"])
def test_starttls_is_spoken(house, owner, certificate, side):
    port = {"imap": house.dovecot.port, "smtp": house.post.ports["starttls"]}[side]
    house.change(**{f"{side}_port": port, f"{side}_security": "starttls", "certificate": certificate[0].read_text()})
    assert connecting.check(actor=acting(owner), connection=house.connection).endswith(SENDS)


def test_tls_where_the_server_speaks_plainly(house, owner):
    port = house.dovecot.port
    words = wrong(house, owner, imap_security="tls")
    assert words.startswith(f"Reading: 127.0.0.1:{port} answers, but not in TLS (")
    assert words.endswith("Choose STARTTLS, or the port that speaks TLS.")


def test_starttls_where_the_server_has_none(house, owner):
    words = wrong(house, owner, smtp_security="starttls")
    assert words.startswith(f"Sending: 127.0.0.1:{house.post.ports['none']} cannot do what is asked of it: STARTTLS")


def test_a_password_that_is_not_ascii_is_sent_all_the_same(house, owner):
    assert "Authentication failed" in wrong(house, owner, imap_password="sécret-ü", smtp_password="correct-horse")


def test_a_certificate_that_is_none(house, owner):
    assert wrong(house, owner, certificate="-----BEGIN", imap_security="starttls").startswith(
        "Reading: The certificate of the authority cannot be read: "
    )


def test_a_sender_that_the_server_does_not_let_write(house, owner):
    house.post.do(senders={"me@acme.example": "553 5.7.1 Not yours"})
    assert wrong(house, owner) == (
        f"Sending: 127.0.0.1:{house.post.ports['none']} does not send mail from me@acme.example: 553 5.7.1 Not yours"
    )


def test_an_address_inside_the_network_is_not_reached(house, owner, settings):
    settings.PRIVATE_HOSTS = []
    assert wrong(house, owner).startswith("Reading: “127.0.0.1” is inside this network.")


def test_a_password_without_encryption_is_warned_of_where_it_leaves_the_machine(house):
    account = Account.of({**house.connection.settings, "imap_host": "imap.acme.example"}, house.connection.secrets)
    place = f"imap.acme.example:{house.dovecot.port}"
    assert _unguarded(account) == [f"The password goes to {place} without encryption: choose TLS or STARTTLS."]
