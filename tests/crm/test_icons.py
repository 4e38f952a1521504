"""The one file of all icons."""

import re
from gzip import decompress
from xml.etree import ElementTree as ET

from django.template import engines
from django.test import Client as Browser

from crm import icons
from inbox.templatetags import composing_words, inbox_words

SVG = "{http://www.w3.org/2000/svg}"


def drawn(tag: str) -> str:
    return engines["django"].from_string("{% load icons %}{% " + tag + " %}").render()


def test_an_icon_is_drawn_from_the_file_in_the_size_that_is_asked_for() -> None:
    used = f'<use href="{icons.address()}#micro-x-mark"/>'
    assert drawn('heroicon_micro "x-mark"') == f'<svg width="16" height="16" aria-hidden="true">{used}</svg>'
    assert drawn('heroicon_micro "x-mark" size=12').startswith('<svg width="12" height="12" ')


def test_an_icon_that_the_file_lacks_is_drawn_in_its_place() -> None:
    lacking = drawn('heroicon_outline "beaker" size=18')
    assert "<path" in lacking
    assert "<use" not in lacking
    assert 'width="18"' in lacking


def test_the_file_holds_each_icon_once_with_how_it_is_painted() -> None:
    symbols = list(ET.fromstring(icons.sheet()))  # noqa: S314  (our own)
    assert [symbol.tag for symbol in symbols] == [f"{SVG}symbol"] * len(icons.held())
    assert {symbol.get("id") for symbol in symbols} == icons.held()
    by_id = {symbol.get("id"): symbol.attrib for symbol in symbols}
    assert by_id["micro-x-mark"] == {"id": "micro-x-mark", "viewBox": "0 0 16 16", "fill": "currentColor"}
    assert by_id["outline-inbox"] == {
        "id": "outline-inbox", "fill": "none", "viewBox": "0 0 24 24", "stroke-width": "1.5", "stroke": "currentColor",
    }  # fmt: skip


def test_it_holds_what_code_chooses_for_the_rows_of_a_list() -> None:
    chosen = {*inbox_words._INTENT_ICONS.values(), *inbox_words._CHANNEL_ICONS.values(), "chat-bubble-left"}
    chosen |= {*composing_words._ICONS.values(), "pencil-square"}
    assert set(icons.CHOSEN) == chosen


def test_it_is_kept_for_ever_by_its_digest_and_an_older_release_gets_what_there_is() -> None:
    assert re.fullmatch(r"/icons/[0-9a-f]{12}\.svg", icons.address())
    now = Browser().get(icons.address())
    assert (now.status_code, now.content, now["Content-Type"]) == (200, icons.sheet(), "image/svg+xml")
    assert (now["Cache-Control"], now["Vary"]) == ("max-age=315360000, public, immutable", "Accept-Encoding")
    older = Browser().get("/icons/000000000000.svg")
    assert (older.status_code, older.content, older["Cache-Control"]) == (200, icons.sheet(), "no-cache")


def test_it_is_sent_compressed_to_who_reads_that() -> None:
    answer = Browser().get(icons.address(), headers={"Accept-Encoding": "gzip, br"})
    assert answer["Content-Encoding"] == "gzip"
    assert decompress(answer.content) == icons.sheet()
    assert len(answer.content) < len(icons.sheet()) / 3
