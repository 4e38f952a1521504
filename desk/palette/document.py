"""The keys as a page of the documentation."""

from collections.abc import Iterator

from crm.pages.keys import KEYS, ROOMS

_HEAD = """# Keys

Written by `python3 manage.py document_keys` from the registry in `crm/pages/keys.py`: change that, not this page.

Mod is ⌘ on a Mac and Ctrl elsewhere. Single keys work outside text fields, by their place on the keyboard, so that
they are the same in every layout; each person can switch them off in Settings, and then those with Mod, Escape and
the arrows are left. A key presses a button that the page shows: it can do nothing that the button cannot.
"""


def document() -> str:
    return "\n".join([_HEAD, *_rooms()])


def _rooms() -> Iterator[str]:
    for room in ROOMS:
        yield f"## {room}\n\n| key | what it does |\n|---|---|"
        yield from (f"| {_shown(key.shown)} | {key.words} |" for key in KEYS.values() if key.room == room)
        yield ""


def _shown(keys: str) -> str:
    return " then ".join(f"`{one}`" for one in keys.split(" "))
