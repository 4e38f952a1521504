"""HTML mail: made safe to show, and read as text."""

import html as entities
import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import unquote

import nh3

from inbox.mail.styles import PROPERTIES, bearable

MAX_LENGTH = 500_000
MAX_NESTING = 500
MAX_ATTRIBUTES = 2_000
MAX_REBUILT = 1_000_000

TAGS = (
    nh3.ALLOWED_TAGS | {"font", "big", "tfoot", "address", "section", "main"}
) - {"area", "map", "details", "summary", "data", "nav", "bdo"}  # fmt: skip
LAYOUT = {"align", "valign", "width", "height", "bgcolor"}
ATTRIBUTES = {
    "*": {"dir", "lang", "title", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size", "face"},
    "table": LAYOUT | {"border", "cellpadding", "cellspacing", "summary"},
    "td": LAYOUT | {"colspan", "rowspan"},
    "th": LAYOUT | {"colspan", "rowspan", "scope"},
    "tr": LAYOUT,
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "p": {"align"},
    "div": {"align"},
    "ol": {"start", "type"},
    "ul": {"type"},
}
UNSEEN = {
    "script", "style", "title", "head", "template", "noscript", "iframe", "object", "embed", "applet", "noembed",
    "noframes", "svg", "math", "textarea", "select", "xmp", "audio", "video",
}  # fmt: skip

SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
IN_URL_IGNORED = re.compile(r"[\x00-\x20\x7f]+")
LINKED = {"http", "https", "mailto", "tel"}
DRAWN = re.compile(r"data:image/(?:png|gif|jpe?g|webp);base64,[A-Za-z0-9+/=]*$", re.IGNORECASE)
EXACT_URL = re.compile(r"^https?://(?=[^\s\\])", re.IGNORECASE)
# Let a text read against the order of its letters: "moc.knab" as "bank.com".
OVERRIDES = re.compile("[\u202d\u202e]|&#(?:0*823[78]|x0*202[de]);?", re.IGNORECASE)
# Attributes that are a length or a count: more than four digits are there to bring a browser down.
MEASURES = {"width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span", "size", "start"}
MEASURE = re.compile(r"\s*[+-]?\d{1,4}(?:\.\d+)?\s*(?:%|px)?\s*", re.IGNORECASE)
NAMED = {"color", "bgcolor", "face", "align", "valign"}
NAME = re.compile(r"[\w\s#,.'\"-]{0,100}")

TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
OPEN_TAG = re.compile(r"<[a-z][^<>]*", re.IGNORECASE)
WITHOUT_END = {"br", "hr", "img", "input", "meta", "link", "col", "wbr", "area", "base", "embed", "param", "source"}
ENDED_BY_OTHERS = {"p", "li", "td", "th", "tr", "dd", "dt", "option", "tbody", "thead", "html", "body", "head"}
FORMATTING = {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
FORMATTING_TAG = re.compile(rf"</?(?:{'|'.join(sorted(FORMATTING))})\b[^<>]*>", re.IGNORECASE)
ANY_TAG = re.compile(r"<[^<>]*>")

BLOCKS = {"p", "ul", "ol", "dl", "pre", "blockquote", "table", "h1", "h2", "h3", "h4", "h5", "h6"}
LINES = {"div", "li", "tr", "dt", "dd", "address", "center", "section", "article", "header", "footer", "caption"}
READ_TAGS = BLOCKS | LINES | {"br", "hr", "td", "th"}
TOKEN = re.compile(r"<(/?)(\w+)[^>]*>|([^<]+)")


def sanitise(html: str, *, remote_images: bool = False, inline: Mapping[str, str] | None = None) -> str:
    """`html` without anything that runs, asks, frames, covers the page or (unless allowed) loads from outside.

    `inline` says what to draw for the mail's own images: content id → URL. Remote images come by https alone.
    """
    sources = dict(inline or {})
    drawn = set(sources.values())

    def attribute(tag: str, name: str, value: str) -> str | None:
        if name == "src":
            return _image(value, remote_images=remote_images, inline=sources)
        return _attribute(tag, name, value)

    return nh3.clean(
        OVERRIDES.sub("", _bearable(html)),
        tags=TAGS,
        clean_content_tags=UNSEEN,
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        filter_style_properties=PROPERTIES,
        url_schemes=LINKED | {"cid", "data"},
        url_relative=lambda url: url if url in drawn else None,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if _scheme(value) in LINKED else None
    if name == "style":
        return bearable(value) or None
    if name == "title" and tag == "a":  # would stand where the browser shows the address
        return None
    shape = MEASURE if name in MEASURES else NAME if name in NAMED else None
    return value if shape is None or shape.fullmatch(value) else None


def has_remote_images(html: str) -> bool:
    """Whether allowing remote images would show more of this mail."""
    return sanitise(html) != sanitise(html, remote_images=True)


def _scheme(url: str) -> str:
    found = SCHEME.match(IN_URL_IGNORED.sub("", url))
    return found[1].lower() if found else ""


def _image(url: str, *, remote_images: bool, inline: Mapping[str, str]) -> str | None:
    if url[:4].lower() == "cid:":
        return inline.get(unquote(url[4:]).strip("<> "))
    if remote_images and EXACT_URL.match(url):
        return EXACT_URL.sub("https://", url)
    return url if DRAWN.match(IN_URL_IGNORED.sub("", url)) else None


def _bearable(html: str) -> str:
    """`html`, or a plainer form of what would take the HTML parser quadratic time or memory."""
    html = html[:MAX_LENGTH]
    depth, rebuilt = _weight(html)
    if depth > MAX_NESTING or _has_endless_tag(html):
        return entities.escape(entities.unescape(ANY_TAG.sub(" ", html)), quote=False)
    # A blank instead of nothing, so that no new tag forms out of two halves.
    return FORMATTING_TAG.sub(" ", html) if rebuilt > MAX_REBUILT else html


def _has_endless_tag(html: str) -> bool:
    return any(len(tag[0]) > MAX_ATTRIBUTES and len(tag[0].split()) > MAX_ATTRIBUTES for tag in OPEN_TAG.finditer(html))


def _weight(html: str) -> tuple[int, int]:
    """How deep the elements nest, and how many the parser may make anew for formatting left open."""
    open_now: Counter[str | bool] = Counter()
    deepest: Counter[bool] = Counter()
    tags: Counter[bool] = Counter()
    for match in TAG.finditer(html):
        name, step = match[2].lower(), -1 if match[1] else 1
        is_formatting = name in FORMATTING
        tags[is_formatting] += 1
        if name in WITHOUT_END or name in ENDED_BY_OTHERS or open_now[name] + step < 0:
            continue
        open_now[name] += step
        open_now[is_formatting] += step
        deepest[is_formatting] = max(deepest[is_formatting], open_now[is_formatting])
    rebuilt = max(deepest[True] * tags[False], tags[True] * tags[False] // 100)
    return deepest.total(), rebuilt


def to_text(html: str) -> str:
    """`html` as a person would read it: paragraphs, line breaks, list items, quotes with ">"; no style, no script."""
    # The HTML parser in Rust first: what it gives is well-formed, so that one pass over it is enough.
    clean = nh3.clean(_bearable(html), tags=READ_TAGS, clean_content_tags=UNSEEN, attributes={}, link_rel=None)
    reader = _Reader()
    for match in TOKEN.finditer(clean):
        if match[3]:
            reader.words(match[3])
        elif match[1]:
            reader.end(match[2])
        else:
            reader.start(match[2])
    return reader.text()


class _Reader:
    """Lines in the making: breaks are owed, and paid when the next word comes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line = ""
        self.blank_owed = False
        self.quotes = self.last_quotes = 0
        self.preformatted = 0

    def start(self, tag: str) -> None:
        if tag in BLOCKS or tag in LINES or tag in {"br", "hr"}:
            self.break_line(keep_empty=tag == "br")
        self.blank_owed |= tag in BLOCKS
        self.quotes += tag == "blockquote"
        self.preformatted += tag == "pre"
        self.line += {"li": "- ", "td": " ", "th": " "}.get(tag, "")

    def end(self, tag: str) -> None:
        if tag in BLOCKS or tag in LINES:
            self.break_line()
        self.blank_owed |= tag in BLOCKS
        self.quotes -= tag == "blockquote"
        self.preformatted -= tag == "pre"

    def words(self, escaped: str) -> None:
        text = entities.unescape(escaped).replace("\u200b", "")
        if self.preformatted:
            first, *rest = text.split("\n")
            self.line += first
            for line in rest:
                self.break_line(keep_empty=True)
                self.line = line
        else:
            joined = re.sub(r"[ \t\r\n\f\xa0]+", " ", text)
            self.line += joined.lstrip() if not self.line or self.line.endswith(" ") else joined

    def break_line(self, *, keep_empty: bool = False) -> None:
        if not self.line.strip() and not keep_empty:
            self.line = ""
            return
        prefix = "> " * self.quotes
        if self.blank_owed and self.lines:
            shared = min(self.quotes, self.last_quotes)
            self.lines.append(("> " * shared).rstrip())
        line = self.line if self.preformatted else self.line.lstrip(" ")
        self.lines.append((prefix + line).rstrip())
        self.line, self.blank_owed, self.last_quotes = "", False, self.quotes

    def text(self) -> str:
        self.break_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip("\n")
