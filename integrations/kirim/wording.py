"""A WhatsApp message of any type as text that can be read and answered (the types of Meta's Cloud API). What is no text
says what it is; a type that nobody knows yet is shown as it came."""

import json
from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]
MOST_OF_UNKNOWN = 2_000


def body_of(message: Row) -> str:
    kind = _text(message.get("type")) or next((name for name in WORDS if name in message), "text")
    content = message.get(kind)
    shape = list if kind == "contacts" else dict
    words = WORDS.get(kind, _nothing)(content if isinstance(content, shape) else shape())
    return words or _unknown(message, kind)


def _unknown(message: Row, kind: str) -> str:
    errors = message.get("errors")
    told = errors if isinstance(errors, list) else []
    reason = next((_text(one.get("title")) or _text(one.get("message")) for one in told if isinstance(one, dict)), "")
    if reason:
        return f"[A message that WhatsApp could not hand over: {reason}]"
    shown = {name: message[name] for name in (kind, "text", "body", "caption") if _says(message.get(name))}
    if not shown:
        return f"[A message of the type “{kind}” with nothing in it]"
    return f"[A message of the type “{kind}”]\n{json.dumps(shown, ensure_ascii=False)[:MOST_OF_UNKNOWN]}"


def _says(value: Any) -> bool:
    return any(value.values()) if isinstance(value, dict) else bool(value)


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _nothing(_: Any) -> str:
    return ""


def _said(content: Any) -> str:
    return str(content.get("body") or "") if isinstance(content, dict) else ""


def _file(what: str) -> Callable[[Any], str]:
    def words(content: Any) -> str:
        if not isinstance(content, dict):
            return ""
        name = _text(content.get("filename")) or _text(content.get("mime_type")).partition(";")[0]
        told = f"[{what}: {name}]" if name else f"[{what}]"
        return "\n".join(filter(None, [told, _text(content.get("caption"))]))

    return words


def _location(content: Any) -> str:
    place = ", ".join(filter(None, [_text(content.get("name")), _text(content.get("address"))]))
    point = ", ".join(filter(None, [_text(content.get("latitude")), _text(content.get("longitude"))]))
    return f"[Location: {' · '.join(filter(None, [place, point]))}]" if place or point else ""


def _reaction(content: Any) -> str:
    emoji = _text(content.get("emoji"))
    return f"[Reacted with {emoji}]" if emoji else "[Took a reaction back]"


def _button(content: Any) -> str:
    return _text(content.get("text")) or _text(content.get("payload"))


def _interactive(content: Any) -> str:
    for name in ("button_reply", "list_reply"):
        reply = content.get(name)
        if isinstance(reply, dict):
            lines = [_text(reply.get("title")) or _text(reply.get("id")), _text(reply.get("description"))]
            return "\n".join(filter(None, lines))
    form = content.get("nfm_reply")
    if isinstance(form, dict):
        return "\n".join(filter(None, ["[Form answered]", _text(form.get("body")), _text(form.get("response_json"))]))
    return ""


def _cards(content: Any) -> str:
    people = [one for one in content if isinstance(one, dict)] if isinstance(content, list) else []
    return "\n".join(f"[Contact: {_card(one)}]" for one in people)


def _card(person: Row) -> str:
    name = person.get("name")
    phones = person.get("phones")
    numbers = [_text(one.get("phone")) for one in phones if isinstance(one, dict)] if isinstance(phones, list) else []
    whole = _text(name.get("formatted_name")) if isinstance(name, dict) else _text(name)
    return ", ".join(filter(None, [whole, *numbers])) or "without a name"


def _order(content: Any) -> str:
    goods = content.get("product_items")
    lines = [
        f"{_text(one.get('quantity')) or 1} × {_text(one.get('product_retailer_id'))}, "
        f"{_text(one.get('item_price'))} {_text(one.get('currency'))}".strip(", ")
        for one in (goods if isinstance(goods, list) else [])
        if isinstance(one, dict)
    ]
    return "\n".join(["[Order]", *filter(None, [_text(content.get("text"))]), *lines])


WORDS: dict[str, Callable[[Any], str]] = {
    "text": _said,
    "image": _file("Image"),
    "video": _file("Video"),
    "audio": _file("Audio"),
    "voice": _file("Voice message"),
    "document": _file("Document"),
    "sticker": _file("Sticker"),
    "location": _location,
    "reaction": _reaction,
    "button": _button,
    "interactive": _interactive,
    "contacts": _cards,
    "order": _order,
    "system": _said,
}
