"""No attack leaves anything that a browser would run, ask for, or draw out of its place."""

import re
from html.parser import HTMLParser

import pytest

from inbox.mail.html import ATTRIBUTES, LINKED, TAGS, sanitise
from inbox.mail.styles import PROPERTIES, bearable
from tests.inbox.mail.attacks import ATTACKS, BOMBS, MUTATIONS, OUT

OURS = {"target": "_blank", "rel": "noopener noreferrer nofollow"}
PICTURE = re.compile(r"data:image/(png|gif|jpeg|jpg|webp);base64,[A-Za-z0-9+/=]*", re.IGNORECASE)
DECLARATION = re.compile(r"([a-z-]+):[^:;\\<>@{}*]+")


class Inspector(HTMLParser):
    """Raises AssertionError at the first thing that no message may hold."""

    def __init__(self, pictures: re.Pattern[str]) -> None:
        super().__init__()
        self.pictures = pictures

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            if tag == "a" and name in OURS:
                assert value == OURS[name]
                continue
            assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()), (tag, name)
            self.inspect(name, value or "")

    def inspect(self, name: str, value: str) -> None:
        if name == "href":
            assert re.match(r"[a-z]+", value)[0] in LINKED  # type: ignore[index]
        elif name == "src":
            assert self.pictures.fullmatch(value), value
        elif name == "style":
            for one in value.split(";"):
                written = DECLARATION.fullmatch(one)
                assert written, one
                assert written[1] in PROPERTIES
                assert not re.search(r"url|expression|var|attr|-\d|(?<![\w#])\d{5}|\dv[wh]", one), one

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def inspect(html: str, *, remote: bool = False) -> None:
    pictures = re.compile(rf"{PICTURE.pattern}|https://\S+", re.IGNORECASE) if remote else PICTURE
    inspector = Inspector(pictures)
    inspector.feed(html)
    inspector.close()


def test_there_are_enough_of_them() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) > 200


@pytest.mark.parametrize("html", ATTACKS, ids=range(len(ATTACKS)))
def test_nothing_of_an_attack_is_left(html: str) -> None:
    inspect(sanitise(html))
    inspect(sanitise(html, remote_images=True), remote=True)


@pytest.mark.parametrize("html", [*MUTATIONS, *BOMBS], ids=range(len(MUTATIONS) + len(BOMBS)))
def test_no_attack_forms_when_the_clean_one_is_read_again(html: str) -> None:
    once = sanitise(html)
    assert sanitise(once).count("<") == once.count("<")


@pytest.mark.parametrize("html", [one for one in ATTACKS if OUT in one])
def test_without_remote_images_the_outside_is_named_by_links_and_words_alone(html: str) -> None:
    left = re.sub(r'<a href="[^"]*"', "<a", sanitise(html))
    assert not re.search(r"<[^>]*outside", left), left


def test_five_megabytes_are_cut_where_a_browser_can_still_hold_them() -> None:
    assert len(sanitise("<p>word</p>" * 500_000)) < 600_000


def test_remote_images_come_by_https_whatever_was_written() -> None:
    shown = sanitise('<img src="http://x.example/a"><img src="HTTPS://x.example/b">', remote_images=True)
    assert shown == '<img src="https://x.example/a"><img src="https://x.example/b">'
    assert sanitise('<img src="https:x/a"><img src="https:///\\x">', remote_images=True).count("src") == 1


@pytest.mark.parametrize(
    ("style", "left"),
    [
        ("background:#fff url(https://x.example/p.png) no-repeat", "background:#fff  no-repeat"),
        ("color: RGB(1, 2, 3) !important", "color:RGB(1, 2, 3) !important"),
        ("font-family: 'Segoe UI', \"Helvetica Neue\", Arial", "font-family:'Segoe UI', \"Helvetica Neue\", Arial"),
        ("color:#15423f;background:#123456", "color:#15423f;background:#123456"),
        ("margin: 0 auto; max-width: 600px", "margin:0 auto;max-width:600px"),
        ("border:1px solid #ddd;border-radius:4px", "border:1px solid #ddd;border-radius:4px"),
        ("display: none !important", "display:none !important"),
        ("mso-line-height-rule:exactly;line-height:1.5", "line-height:1.5"),
        ("letter-spacing:-.5px;margin:0 -3px;text-indent:- 9px", ""),
        ("display:flex;position:relative;z-index:1", ""),
        ("width:12345px;height:100vh", ""),
    ],
)
def test_a_style_lays_the_mail_out_and_does_nothing_else(style: str, left: str) -> None:
    assert bearable(style) == left
