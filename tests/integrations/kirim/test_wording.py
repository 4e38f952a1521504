"""Messages of every type as text."""

from typing import Any

import pytest

from integrations.kirim.wording import WORDS, body_of


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"type": "text", "text": {"body": "Halo\nKak"}}, "Halo\nKak"),
        ({"type": "image", "image": {"mime_type": "image/jpeg", "caption": "Ini"}}, "[Image: image/jpeg]\nIni"),
        ({"type": "document", "document": {"filename": "offer.pdf"}}, "[Document: offer.pdf]"),
        ({"type": "audio", "audio": {"mime_type": "audio/ogg; codecs=opus", "voice": True}}, "[Audio: audio/ogg]"),
        ({"type": "video", "video": {}}, "[Video]"),
        ({"type": "sticker", "sticker": {"mime_type": "image/webp"}}, "[Sticker: image/webp]"),
        (
            {"type": "location", "location": {"latitude": -6.9, "longitude": 107.6, "name": "Toko", "address": "Jl"}},
            "[Location: Toko, Jl · -6.9, 107.6]",
        ),
        ({"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": "👍"}}, "[Reacted with 👍]"),
        ({"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": ""}}, "[Took a reaction back]"),
        ({"type": "button", "button": {"text": "Ya", "payload": "YES"}}, "Ya"),
        (
            {"type": "interactive", "interactive": {"button_reply": {"id": "1", "title": "Beli"}}},
            "Beli",
        ),
        (
            {"type": "interactive", "interactive": {"list_reply": {"id": "1", "title": "L", "description": "Merah"}}},
            "L\nMerah",
        ),
        (
            {"type": "contacts", "contacts": [{"name": {"formatted_name": "Budi"}, "phones": [{"phone": "+62811"}]}]},
            "[Contact: Budi, +62811]",
        ),
        (
            {"type": "order", "order": {"product_items": [{"product_retailer_id": "A1", "quantity": 2, "item_price": 5,
             "currency": "IDR"}]}},
            "[Order]\n2 × A1, 5 IDR",
        ),
        ({"type": "system", "system": {"body": "Priya changed number"}}, "Priya changed number"),
        (
            {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type is not supported"}]},
            "[A message that WhatsApp could not hand over: Message type is not supported]",
        ),
        ({"type": "film", "film": {"of": "cat"}}, '[A message of the type “film”]\n{"film": {"of": "cat"}}'),
        ({"type": "text", "text": None}, "[A message of the type “text” with nothing in it]"),
        ({"type": "text", "text": {"body": None}}, "[A message of the type “text” with nothing in it]"),
        ({"text": {"body": "no type"}}, "no type"),
        ({}, "[A message of the type “text” with nothing in it]"),
    ],
)  # fmt: skip
def test_it_can_be_read(message: Any, words: str) -> None:
    assert body_of(message) == words


@pytest.mark.parametrize("kind", [*WORDS, "unknown"])
@pytest.mark.parametrize("content", [None, [], {}, "text", 5, [None], {"phones": 5, "product_items": [1], "name": 2}])
def test_nothing_is_too_strange_to_be_shown(kind: str, content: Any) -> None:
    assert body_of({"type": kind, kind: content})
