"""The registry of keys, and what is drawn from it."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client as Browser

from accounts.models import Membership
from crm.pages.keys import EVERYWHERE, KEYS, LISTS, ROOMS
from desk.management.commands.document_keys import PAGE
from desk.palette.document import document

Browse = Callable[[Membership], Browser]


def test_the_page_of_keys_is_what_the_registry_says() -> None:
    written = (Path(settings.BASE_DIR) / PAGE).read_text()
    assert written == document(), "run: python3 manage.py document_keys"


def test_the_command_writes_that_page(tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: object) -> None:
    (tmp_path / "docs").mkdir()
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    call_command("document_keys")
    assert (tmp_path / PAGE).read_text() == document()
    assert capsys.readouterr().out == "docs/keys.md is written.\n"


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in (EVERYWHERE, LISTS)])
def test_no_two_keys_of_a_room_are_the_same(room: str) -> None:
    there = [key for key in KEYS.values() if key.room in (room, EVERYWHERE, LISTS)]
    counted = Counter((key.code, key.after_g) for key in there)
    assert [code for code, count in counted.items() if count > 1] == []


def test_no_key_takes_alt_or_what_browsers_and_readers_need() -> None:
    codes = {key.code for key in KEYS.values() if not key.after_g}
    assert not any("Alt" in code for code in codes)
    assert codes.isdisjoint({"Tab", "Shift+Tab", "Space", "Mod+KeyC", "Mod+KeyV", "Mod+KeyF", "Mod+KeyL", "Mod+KeyT"})


def test_the_overlay_begins_with_the_room_one_is_in(browse: Browse, agent: Membership) -> None:
    def first(path: str) -> str:
        here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{path}"}
        part: str = browse(agent).get("/keys", headers=here).content.decode()
        return part.split("<h3")[1].split(">")[1].split("<", maxsplit=1)[0]

    assert [first(path) for path in ("/inbox?split=all", "/board", "/today")] == ["Inbox", "Board", "Everywhere"]


def test_the_overlay_has_every_key_and_says_how_to_switch_them_off(browse: Browse, agent: Membership) -> None:
    page = browse(agent).get("/keys").content.decode()
    assert [key.words for key in KEYS.values() if f"<dt>{key.words}</dt>" not in page] == []
    assert "Single keys can be switched off in" in page


def test_the_palette_offers_every_key_that_presses_something(browse: Browse, agent: Membership) -> None:
    page = browse(agent).get("/palette/commands").content.decode()
    offered = {name for name in KEYS if f'data-press="{name}"' in page}
    assert set(KEYS) - offered == {
        "go.inbox", "go.board", "go.contacts", "go.today", "go.reports", "go.clients", "palette", "back", "next",
        "previous", "open",
    }  # fmt: skip
