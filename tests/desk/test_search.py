"""What a search finds, for whom, in which order."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client as Browser

from accounts.models import Membership, Workspace
from clients.models import Client
from contacts import actions as contacts
from contacts.models import Contact
from deals import actions as deals
from desk.search import queries
from desk.search.kinds import DEALS, KINDS, MESSAGES, PEOPLE
from inbox.composing import notes
from inbox.models import Conversation
from tests.arrivals import ago, write_in
from tests.cast import acting
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]


def people(who: Membership, asked: str) -> list[str]:
    return sorted(contact.name for contact in queries.first(acting(who), asked, PEOPLE, 50))


def said(who: Membership, asked: str) -> list[str]:
    return [message.new_text for message in queries.first(acting(who), asked, MESSAGES, 50)]


def titles(who: Membership, asked: str) -> list[str]:
    return [deal.title for deal in queries.first(acting(who), asked, DEALS, 50)]


@pytest.mark.parametrize("asked", ["+49 30 901820", "(030) 901-820", "030901820", "0049 30 9018", "+4930901"])
def test_a_number_is_found_however_it_is_grouped(workspace: Workspace, agent: Membership, asked: str) -> None:
    Workspace.objects.update(region="DE")
    workspace.refresh_from_db()
    agent.workspace.refresh_from_db()
    contacts.create(actor=acting(workspace), name="Ada", phone="+4930901820")
    contacts.create(actor=acting(workspace), name="Bea", phone="+4930777777")
    assert people(agent, asked) == ["Ada"]


def test_messages_are_found_however_old_the_newest_first(workspace: Workspace, agent: Membership) -> None:
    for years, words in ((9, "an old lighthouse"), (0, "a new lighthouse"), (4, "the lighthouse")):
        write_in(acting(workspace), words, at=ago(days=365 * years + 1))
    assert said(agent, "lighth") == ["a new lighthouse", "the lighthouse", "an old lighthouse"]
    assert said(agent, '"old lighthouse"') == ["an old lighthouse"]


def test_each_person_finds_what_they_may_see(
    browse: Browse, workspace: Workspace, agent: Membership, other_client_agent: Membership, viewer: Membership,
    outsider: Membership, harbour: Client, meadow: Client,
) -> None:  # fmt: skip
    for name, client in (("Ada", harbour), ("Bea", meadow), ("Cleo", None)):
        one = wrote(workspace, client, f"{name} Lighthouse", f"{name} wants a lighthouse.", None)
        deals.create(actor=acting(workspace), conversation_id=one.pk, title=f"Lighthouse of {name}")
        notes.write(actor=acting(workspace), conversation=one, body=f"A lighthouse for {name}, I say.")
    expected = {agent: {"Ada", "Bea", "Cleo"}, other_client_agent: {"Bea"}, viewer: {"Ada"}, outsider: set()}
    for path in ("/search?q=lighthouse", "/palette/found?q=lighthouse"):
        for who, names in expected.items():
            page = browse(who).get(path).content.decode()
            assert {name for name in ("Ada", "Bea", "Cleo") if name in page} == names, (path, who)
    for kind in KINDS:
        page = browse(other_client_agent).get(f"/search?q=lighthouse&kind={kind}").content.decode()
        assert ("Bea" in page, "Ada" in page, "Cleo" in page) == (True, False, False), kind
    chosen = browse(agent).get(f"/search?q=lighthouse&client={meadow.pk}").content.decode()
    assert ("Bea" in chosen, "Ada" in chosen, "Cleo" in chosen) == (True, False, False)


def test_notes_are_not_for_a_clients_viewer(
    browse: Browse, priya: Conversation, agent: Membership, viewer: Membership
) -> None:
    notes.write(actor=acting(agent), conversation=priya, body="She pays late, says the walrus.")
    assert "pays late" in browse(agent).get("/search?q=walrus").content.decode()
    for path in ("/search?q=walrus", "/search?q=walrus&kind=notes", "/palette/found?q=walrus"):
        page = browse(viewer).get(path).content.decode()
        assert "pays late" not in page, path
        assert "Notes" not in page, path


def test_a_deal_is_found_by_its_title_or_by_whom_it_is_with(agent: Membership, priya: Conversation) -> None:
    deal = deals.create(actor=acting(agent), conversation_id=priya.pk, title="Bread for a year")
    for asked in ("bread", "priya", "year bre", "patel"):
        assert titles(agent, asked) == ["Bread for a year"], asked
    assert titles(agent, "cake") == []
    deals.delete(actor=acting(agent), deal=deal)
    assert titles(agent, "bread") == []


def test_words_are_marked_and_what_was_written_is_never_markup(
    browse: Browse, workspace: Workspace, agent: Membership
) -> None:
    write_in(
        acting(workspace), "<script>alert(1)</script> a <b>lighthouse</b> & more", name="<i>Ada</i>",
        subject="<u>lighthouse</u>",
    )  # fmt: skip
    for path in ("/search?q=lighthouse", "/palette/found?q=lighthouse"):
        page = browse(agent).get(path).content.decode()
        assert "&lt;b&gt;<mark>lighthouse</mark>&lt;/b&gt; &amp; more" in page, path
        assert not any(raw in page for raw in ("<script>alert", "<b>", "<i>Ada", "<u>")), path


def test_what_was_asked_is_shown_as_text(browse: Browse, agent: Membership) -> None:
    page = browse(agent).get("/search?q=" + quote('"><script>x()</script>')).content.decode()
    assert "<script>x()" not in page


def test_the_groups_show_a_few_and_lead_to_all(browse: Browse, workspace: Workspace, agent: Membership) -> None:
    for number in range(7):
        write_in(acting(workspace), f"lighthouse {number}", at=ago(hours=number))
    page = browse(agent).get("/search?q=lighthouse").content.decode()
    assert page.count("<mark>lighthouse</mark>") == queries.GLANCE
    assert "See all 7" in page


def test_one_kind_goes_on_and_repeats_nothing(
    browse: Browse, workspace: Workspace, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        write_in(acting(workspace), f"lighthouse number{number}", at=ago(hours=number))
    asked: list[str] = []
    mark = ""
    while not asked or mark:
        found = queries.group(acting(agent), "lighthouse", MESSAGES, mark=mark, length=3)
        asked += [message.new_text.split()[-1] for message in found.found.rows]
        mark = found.found.more
    assert asked == [f"number{number}" for number in range(7)]
    part = browse(agent).get("/search?q=lighthouse&kind=messages&more=", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize("recent", [1, 2, 3, 6, 7, 100])
def test_it_finds_the_same_however_far_one_goes_back_before_looking_words_up(
    workspace: Workspace, agent: Membership, monkeypatch: pytest.MonkeyPatch, recent: int
) -> None:
    monkeypatch.setattr(queries, "RECENT", recent)
    for number in range(7):
        words = f"{'common' if number % 2 else 'rare' if number == 6 else 'other'} {number}"
        write_in(acting(workspace), words, at=ago(hours=number))
    for asked, expected in (("common", [1, 3, 5]), ("rare", [6]), ("other", [0, 2, 4]), ("none", [])):
        found = queries.first(acting(agent), asked, MESSAGES, 2)
        assert [int(one.new_text.split()[1]) for one in found] == expected[:2], asked


def test_a_group_is_counted_no_further_than_a_hundred(
    workspace: Workspace, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    for number in range(4):
        write_in(acting(workspace), "lighthouse", at=ago(hours=number))
    found = queries.group(acting(agent), "lighthouse", MESSAGES, length=1)
    assert found.counted == "2+"


@pytest.mark.parametrize("asked", ["", "a", " a ", "  "])
def test_less_than_two_letters_are_not_searched(browse: Browse, agent: Membership, asked: str) -> None:
    assert "Search everything" in browse(agent).get("/search", {"q": asked}).content.decode()
    assert browse(agent).get("/palette/found", {"q": asked}).content == b""


def test_what_cannot_be_searched_for_is_answered_in_words(browse: Browse, agent: Membership) -> None:
    assert "Nothing has “???”" in browse(agent).get("/search?q=???").content.decode()
    refused = browse(agent).get("/search", {"q": "x" * 201})
    assert (refused.status_code, "at most 200 characters" in refused.content.decode()) == (422, True)
    assert browse(agent).get("/search?q=lighthouse&kind=nonsense").status_code == 200
    assert browse(agent).get("/search?q=lighthouse&kind=messages&more=nonsense").status_code == 200


def test_the_palette_names_each_conversation_once(workspace: Workspace, agent: Membership) -> None:
    for hours in (3, 2, 1):
        write_in(
            acting(workspace), f"lighthouse {hours}", channel="whatsapp", sender="+4930123456", at=ago(hours=hours)
        )
    assert Conversation.objects.count() == 1
    assert [one.new_text for one in queries.conversations(acting(agent), "lighthouse", 5)] == ["lighthouse 1"]


def test_the_palette_switches_the_page_one_is_on_to_a_client_of_that_name(
    browse: Browse, agent: Membership, other_client_agent: Membership, harbour: Client, meadow: Client
) -> None:
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/board?owner=none&more=xyz"}
    page = browse(agent).get("/palette/found?q=bakery", headers=here).content.decode()
    assert f'href="/board?owner=none&amp;client={harbour.pk}"' in page
    assert "Harbour" not in browse(other_client_agent).get("/palette/found?q=bakery", headers=here).content.decode()


def test_somebody_merged_away_or_deleted_is_not_found(agent: Membership, workspace: Workspace) -> None:
    ada = contacts.create(actor=acting(workspace), name="Ada")
    contacts.delete(actor=acting(agent), contact=ada)
    assert people(agent, "Ada") == []
    assert Contact.objects.count() == 1
