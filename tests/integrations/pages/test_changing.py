"""Changing a connection, pausing it, a new address, its end."""

from typing import Any

from accounts.models import Membership
from integrations.models import Connection
from tests.integrations.pages.conftest import SECRETS, Browse

SAME = {"setting-base_url": "https://every.example.com/v1", "setting-edition": "new", "setting-limit": "100"}


def at(connection: Connection, path: str = "/settings") -> str:
    return f"/settings/connections/{connection.pk}{path}"


def save(browse: Browse, who: Membership, connection: Connection, **changes: Any) -> Any:
    given = {"name": connection.name, "version": connection.version, **SAME, **changes}
    return browse(who).post(at(connection), given)


def test_an_empty_secret_stays_as_it_is(browse: Browse, owner: Membership, bandung: Connection) -> None:
    before = dict(bandung.secrets)
    answer = save(browse, owner, bandung, **{"name": "Kirim", "setting-api_key": "", "setting-limit": "7"})
    assert answer.status_code == 303
    bandung.refresh_from_db()
    assert (bandung.name, bandung.settings["limit"], dict(bandung.secrets)) == ("Kirim", 7, before)


def test_a_new_secret_takes_the_place_of_the_old(browse: Browse, owner: Membership, bandung: Connection) -> None:
    save(browse, owner, bandung, **{"setting-api_key": "another-key"})
    bandung.refresh_from_db()
    assert (bandung.secrets["api_key"], bandung.secrets["signing"]) == ("another-key", [SECRETS[1]])


def test_what_cannot_be_used_is_said_under_its_field(browse: Browse, owner: Membership, bandung: Connection) -> None:
    answer = save(browse, owner, bandung, **{"setting-base_url": "nowhere", "setting-api_key": "typed-secret"})
    page = answer.content.decode()
    assert (answer.status_code, 'value="nowhere"' in page, "typed-secret" in page) == (422, True, False)
    bandung.refresh_from_db()
    assert bandung.secrets["api_key"] == SECRETS[0]


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(
    browse: Browse, owner: Membership, bandung: Connection
) -> None:
    Connection.objects.filter(pk=bandung.pk).update(version=2, name="Theirs")
    answer = save(browse, owner, bandung, name="Mine")
    assert (answer.status_code, "was changed since you read it" in answer.content.decode()) == (409, True)
    bandung.refresh_from_db()
    assert bandung.name == "Theirs"


def test_pausing_and_resuming(browse: Browse, owner: Membership, bandung: Connection) -> None:
    browser = browse(owner)
    assert browser.post(at(bandung, "/pause")).status_code == 303
    assert "Paused" in browser.get(at(bandung, "")).content.decode()
    assert browser.post(at(bandung, "/resume")).status_code == 303
    bandung.refresh_from_db()
    assert bandung.is_active is True


def test_a_new_address_ends_the_old_one(browse: Browse, owner: Membership, bandung: Connection) -> None:
    browser, old = browse(owner), bandung.secrets["token"]
    assert "ends at once" in browser.get(at(bandung, "/address")).content.decode()
    assert browser.post(at(bandung, "/address/renew"))["Location"] == at(bandung, "/setup")
    bandung.refresh_from_db()
    assert bandung.secrets["token"] != old
    assert browser.post(f"/hooks/every/{old}", b"{}", content_type="application/json").status_code == 404
    assert bandung.secrets["token"] in browser.get(at(bandung, "/setup")).content.decode()


def test_a_get_of_the_address_renews_nothing(browse: Browse, owner: Membership, bandung: Connection) -> None:
    browser = browse(owner)
    assert browser.get(at(bandung, "/address/renew")).status_code == 405
    bandung.refresh_from_db()
    assert bandung.version == 1


def test_it_is_disconnected_by_its_name_alone(browse: Browse, owner: Membership, bandung: Connection) -> None:
    browser = browse(owner)
    answer = browser.post(at(bandung, "/disconnect"), {"name": "bandung"})
    assert (answer.status_code, "Type “Bandung”, as it stands above." in answer.content.decode()) == (422, True)
    bandung.refresh_from_db()
    assert bandung.deleted_at is None
    assert browser.post(at(bandung, "/disconnect"), {"name": " Bandung "})["Location"] == "/settings/connections"
    bandung.refresh_from_db()
    assert (bandung.deleted_at is not None, dict(bandung.secrets), bandung.token_digest) == (True, {}, None)
