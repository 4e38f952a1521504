"""Connecting a system from its form, to the page that says what to paste where."""

import re
from typing import Any

import pytest

from accounts.models import Membership, Role, Workspace
from clients.models import Client
from integrations.models import Connection
from integrations.registry import systems
from tests.cast import member
from tests.integrations.pages.conftest import SECRETS, Browse, Every

NEW = "/settings/connections/new/every"
GIVEN = {
    "name": "Kirim Bandung", "setting-base_url": "https://every.example.com/v2", "setting-api_key": SECRETS[0],
    "setting-signing": f"{SECRETS[1]}, another", "setting-limit": "50", "setting-edition": "old",
    "setting-labels": "vip=Important\nnew = Fresh", "setting-folders": "INBOX\nSent",
}  # fmt: skip


def entered(browse: Browse, who: Membership, **changes: str) -> Any:
    return browse(who).post(NEW, {**GIVEN, **changes})


def test_each_setting_is_kept_as_its_kind_has_it(
    browse: Browse, every: Every, owner: Membership, harbour: Client
) -> None:
    answer = entered(browse, owner, client=str(harbour.pk))
    one = Connection.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/settings/connections/{one.pk}/setup")
    assert (one.name, one.client_id, one.system) == ("Kirim Bandung", harbour.pk, "every")
    assert one.settings == {
        "base_url": "https://every.example.com/v2", "limit": 50, "opens_deals": False, "edition": "old",
        "labels": {"vip": "Important", "new": "Fresh"}, "folders": ["INBOX", "Sent"],
    }  # fmt: skip
    token = one.secrets["token"]
    made = {"api_key": SECRETS[0], "signing": [SECRETS[1], "another"], "auth_key": SECRETS[2], "token": token}
    assert dict(one.secrets) == made


def test_a_tick_says_yes(browse: Browse, every: Every, owner: Membership) -> None:
    entered(browse, owner, **{"setting-opens_deals": "on"})
    assert Connection.objects.get().settings["opens_deals"] is True


def test_what_was_made_is_shown_once(browse: Browse, every: Every, owner: Membership) -> None:
    browser = browse(owner)
    setup = browser.post(NEW, GIVEN)["Location"]
    first, second = (browser.get(setup).content.decode() for _ in range(2))
    assert (SECRETS[2] in first, "Shown once" in first) == (True, True)
    assert (SECRETS[2] in second, "Shown once" in second) == (False, False)


def test_what_was_made_lies_sealed_until_it_is_shown(browse: Browse, every: Every, owner: Membership) -> None:
    browser = browse(owner)
    browser.post(NEW, GIVEN)
    assert SECRETS[2] not in str(dict(browser.session.items()))


def test_what_was_made_is_shown_to_nobody_else(
    browse: Browse, every: Every, owner: Membership, admin: Membership
) -> None:
    setup = browse(owner).post(NEW, GIVEN)["Location"]
    assert SECRETS[2] not in browse(admin).get(setup).content.decode()


def test_the_steps_name_the_very_address(browse: Browse, every: Every, owner: Membership) -> None:
    browser = browse(owner)
    setup = browser.get(browser.post(NEW, GIVEN)["Location"]).content.decode()
    token = Connection.objects.get().secrets["token"]
    address = f"http://127.0.0.1:8000/hooks/every/{token}"
    assert re.findall(r'<code class="steps__address">(.*?)</code>', setup) == [address, "https://every.example.com/v1"]
    assert f'value="{address}" readonly' in setup


def test_errors_stand_under_their_fields_and_what_was_typed_is_kept(
    browse: Browse, every: Every, owner: Membership
) -> None:
    answer = entered(browse, owner, **{"setting-base_url": "nonsense", "setting-limit": "many", "setting-labels": "x"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("“nonsense” is none.", "Enter a whole number: “many” is none.", "Write one name=value on each line."):
        assert words in page
    for kept in ('value="Kirim Bandung"', 'value="nonsense"', 'value="many"', "INBOX\nSent</textarea>"):
        assert kept in page
    assert [secret for secret in SECRETS if secret in page] == []
    assert Connection.objects.count() == 0


def test_a_needed_secret_must_be_given(browse: Browse, every: Every, owner: Membership) -> None:
    answer = entered(browse, owner, **{"setting-api_key": " "})
    assert (answer.status_code, "API key is needed." in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("client", ["nonsense", "01a1fc50-46c6-73b5-95f1-bc7ee543ac4a"])
def test_a_client_that_is_none_is_refused(browse: Browse, every: Every, owner: Membership, client: str) -> None:
    answer = entered(browse, owner, client=client)
    assert (answer.status_code, Connection.objects.count()) == (422, 0)
    assert answer.content.decode().count('class="field__error"') == 1


def test_nobody_connects_for_a_client_behind_the_wall(
    browse: Browse, workspace: Workspace, every: Every, harbour: Client, meadow: Client
) -> None:
    mara = member(workspace, "Mara Meadow", Role.ADMIN, clients=[meadow])
    assert entered(browse, mara, client=str(harbour.pk)).status_code == 422
    assert entered(browse, mara).status_code == 303
    assert Connection.objects.get().client_id == meadow.pk
    assert "Harbour" not in browse(mara).get(NEW).content.decode()


def test_an_admin_of_two_clients_must_say_whose_it_is(
    browse: Browse, workspace: Workspace, every: Every, harbour: Client, meadow: Client
) -> None:
    both = member(workspace, "Bea Both", Role.ADMIN, clients=[harbour, meadow])
    answer = entered(browse, both)
    assert (answer.status_code, "Say which client this belongs to." in answer.content.decode()) == (422, True)


def test_the_client_that_is_looked_at_is_chosen_already(
    browse: Browse, every: Every, owner: Membership, harbour: Client
) -> None:
    page = browse(owner).get(f"{NEW}?client={harbour.pk}").content.decode()
    assert f'<option value="{harbour.pk}" selected>' in page


def test_a_system_that_there_is_not_is_not_found(browse: Browse, owner: Membership) -> None:
    assert browse(owner).get("/settings/connections/new/nothing").status_code == 404


def test_every_system_there_is_can_be_chosen_and_has_its_form(browse: Browse, owner: Membership) -> None:
    browser = browse(owner)
    choices = browser.get("/settings/connections/new").content.decode()
    assert systems()
    for key, system in systems().items():
        assert f"/settings/connections/new/{key}" in choices
        page = browser.get(f"/settings/connections/new/{key}").content.decode()
        assert [field.name for field in system.fields if f'name="setting-{field.name}"' not in page] == []
