"""The document that a message's frame holds, and the policy that it is sent with.

The frame is the second wall: should the first, `sanitise`, ever let something through, then the sandbox runs no script,
sends no form and owns no origin, and the policy loads nothing.
"""

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256

from inbox.mail.html import sanitise

# Mail is written for white paper; its own colours are kept. A wide table gives way to a narrow screen.
STYLE = (
    "html{background:#fff}"
    "body{margin:12px;font:14px/1.5 system-ui,sans-serif;color:#1e1d1b;background:#fff;overflow-wrap:break-word}"
    "img{max-width:100%!important;height:auto!important}"
    "table{max-width:100%!important}pre{white-space:pre-wrap}"
    "blockquote{margin:0 0 0 4px;padding-left:10px;border-left:2px solid #d6d3cd}a{color:#1f5fbf}"
    "@media(max-width:660px){table,tbody,td,th{min-width:0!important;max-width:100%!important}"
    "table{width:auto!important}td,th{height:auto!important}}"
)
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
HEAD = (
    '<!doctype html><html lang="und"><meta charset="utf-8"><meta name="color-scheme" content="light">'
    '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">'
    f"<title>Message</title><style>{STYLE}</style>"
)
# Raster formats by their first bytes, whatever the mail calls them: an SVG is a document.
_FORMATS = {
    b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF87a": "image/gif", b"GIF89a": "image/gif",
}  # fmt: skip
# Bytes of all pictures of one mail: they come with the page as text, a third longer.
MOST_DRAWN = 4_000_000


def document(html: str, *, remote_images: bool = False, inline: dict[str, str] | None = None) -> str:
    return f"{HEAD}{sanitise(html, remote_images=remote_images, inline=inline)}"


def policy(*, remote_images: bool = False) -> str:
    """The Content-Security-Policy of that document. Only attributes may carry a style of their own, mail cannot do
    without; of style elements only ours is drawn, known by its hash."""
    return "; ".join([
        "default-src 'none'",
        f"style-src-elem 'sha256-{_STYLE_HASH}'",
        "style-src-attr 'unsafe-inline'",
        f"img-src data:{' https:' if remote_images else ''}",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    ])  # fmt: skip


def drawn(pictures: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Of (content id, bytes): those that may be drawn, as `inline` of `document` wants them. They stand in the document
    itself, since a frame without an origin sends no cookie to ask for them with."""
    found: dict[str, str] = {}
    left = MOST_DRAWN
    for content_id, content in pictures:
        kind = _format(content)
        if kind is None or len(content) > left:
            continue
        left -= len(content)
        found[content_id] = f"data:{kind};base64,{b64encode(content).decode()}"
    return found


def _format(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _FORMATS.items() if content.startswith(mark)), None)
