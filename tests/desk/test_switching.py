"""Choosing a client where there are many."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership, Workspace
from tests.cast import a_client

Browse = Callable[[Membership], Browser]
PART = {"HX-Request": "true"}


@pytest.fixture
def many(workspace: Workspace) -> None:
    for number in range(30):
        a_client(workspace, f"Client {number:02}")


@pytest.mark.usefixtures("many")
def test_the_menu_offers_a_few_and_finds_the_rest_by_name(browse: Browse, agent: Membership) -> None:
    page = browse(agent).get("/board").content.decode()
    assert ("Client 07" in page, "Client 08" in page, "All 30 clients" in page) == (True, False, True)
    found = browse(agent).get("/clients/choices?room=/board&named=NT 2", headers=PART).content.decode()
    assert (found.count("<a "), 'href="/board?client=' in found) == (10, True)
    every = browse(agent).get("/clients/choices?room=/board&named=", headers=PART).content.decode()
    assert "And 10 more: type some letters of the name." in every
    assert browse(agent).get("/clients/choices?room=/board").content.decode().count("/board?client=") == 30


def test_few_clients_stand_in_the_menu_itself(browse: Browse, agent: Membership, workspace: Workspace) -> None:
    a_client(workspace, "Harbour")
    page = browse(agent).get("/board").content.decode()
    assert ("Harbour" in page, "Find a client" in page) == (True, False)


@pytest.mark.usefixtures("many")
def test_nobody_is_offered_clients_they_do_not_see(
    browse: Browse, other_client_agent: Membership, outsider: Membership
) -> None:
    for who in (other_client_agent, outsider):
        assert "Client 0" not in browse(who).get("/clients/choices?room=/board").content.decode()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("room", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "/nowhere"])
def test_a_choice_leads_only_to_our_own_pages(browse: Browse, agent: Membership, room: str) -> None:
    found = browse(agent).get("/clients/choices", {"room": room, "named": "01"}, headers=PART).content.decode()
    assert 'href="/today?client=' in found
    assert "evil" not in found
    assert "javascript" not in found
