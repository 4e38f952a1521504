"""The inline styles of a mail, as far as they lay it out and do nothing else.

Kept: colours, type, boxes of a bearable size. Gone: what moves an element out of its place or over another one, what
loads something, and every value that is not plainly a number, a word or a colour.
"""

import re

_BOXES = {
    f"{box}{side}" for box in ("border", "margin", "padding") for side in ("", "-top", "-right", "-bottom", "-left")
}  # fmt: skip
PROPERTIES = _BOXES | {
    "background", "background-color", "border-collapse", "border-color", "border-radius", "border-spacing",
    "border-style", "border-width", "clear", "color", "direction", "display", "float", "font", "font-family",
    "font-size", "font-style", "font-weight", "height", "letter-spacing", "line-height", "list-style-type", "max-width",
    "min-width", "overflow-wrap", "table-layout", "text-align", "text-decoration", "text-indent", "text-transform",
    "vertical-align", "white-space", "width", "word-break", "word-wrap",
}  # fmt: skip
_LONGEST = 200
_URL = re.compile(r"url\([^)]*\)", re.IGNORECASE)
_COLOUR = r"(?:rgb|hsl)a?\([\d\s.,%/]{1,40}\)"
_PLAIN = re.compile(rf"(?:{_COLOUR}|\"[\w\s.,-]{{0,60}}\"|'[\w\s.,-]{{0,60}}'|[\w\s#.,%!/+-])+", re.IGNORECASE)
# Four digits before the point are more than any page has; a negative length draws over what stands beside it.
_WILD = re.compile(r"(?<![\w#])\d{5}|(?<!\w)-\s*[\d.]|(?<![\w#])[\d.]+(?:vw|vh|vmin|vmax)\b", re.IGNORECASE)
_DISPLAYS = {"none", "block", "inline", "inline-block", "table", "table-cell", "table-row", "list-item"}


def bearable(style: str) -> str:
    """The declarations of a `style` attribute that may stay."""
    kept = (_declaration(one) for one in style.split(";"))
    return ";".join(one for one in kept if one)


def _declaration(written: str) -> str:
    name, _, value = written.partition(":")
    # Without its picture a background still has its colour, which the text on it needs.
    name, value = name.strip().lower(), _URL.sub("", value).strip()
    if name not in PROPERTIES or len(value) > _LONGEST or not _PLAIN.fullmatch(value) or _WILD.search(value):
        return ""
    # A sender hides a preview line or the other screen's half; a flex or grid box moves what is inside it.
    if name == "display" and value.lower().removesuffix("!important").strip() not in _DISPLAYS:
        return ""
    return f"{name}:{value}"
