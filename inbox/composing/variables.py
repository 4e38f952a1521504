"""The variables of canned replies: our own few words in double braces, and nothing that could be run."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from accounts.actors import Actor
from contacts.models import Contact
from crm.errors import Invalid

# What each is called in a gap, where it is not known.
VARIABLES: Mapping[str, str] = {
    "contact.first_name": "first name",
    "contact.name": "name",
    "contact.company": "company",
    "client.name": "client",
    "agent.first_name": "your first name",
    "agent.name": "your name",
    "workspace.name": "workspace",
}
_BRACES = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_LOOSE = re.compile(r"\{\{|\}\}")


class Filled(NamedTuple):
    """text: ready to insert. gaps: the marks in it that stand for what is not known, “[company?]”."""

    text: str
    gaps: list[str]


def check(body: str) -> None:
    """Raise Invalid where `body` holds a variable that does not exist, or braces that are none."""
    strangers = [name for name in _BRACES.findall(body) if name not in VARIABLES]
    if strangers:
        raise Invalid(fields={"body": [f"There is no “{{{{{strangers[0][:60]}}}}}”. Use one of: {_offered()}."]})
    if _LOOSE.search(_BRACES.sub("", body)):
        raise Invalid(fields={"body": [f"A pair of braces is open or empty. A variable looks so: {_offered()}."]})


def fill(body: str, *, actor: Actor, contact: Contact) -> Filled:
    """`body` with its variables put in, once: what a value holds is not looked at again."""
    values = _values(actor, contact)
    gaps: list[str] = []

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1], "")
        if found:
            return found
        gaps.append(_gap(VARIABLES.get(match[1], match[1])))
        return gaps[-1]

    return Filled(_BRACES.sub(value, body), gaps)


def left_open(text: str) -> str:
    """The first gap that nobody has filled in; empty where none is left."""
    found = [gap for gap in map(_gap, VARIABLES.values()) if gap in text]
    return min(found, key=text.index, default="")


def _gap(words: str) -> str:
    return f"[{words}?]"


def _values(actor: Actor, contact: Contact) -> dict[str, str]:
    return {
        "contact.first_name": _first(contact.name),
        "contact.name": contact.name.strip(),
        "contact.company": contact.company.strip(),
        "client.name": (contact.client.name if contact.client else actor.workspace.name).strip(),
        "agent.first_name": _first(actor.name),
        "agent.name": actor.name.strip(),
        "workspace.name": actor.workspace.name.strip(),
    }


def _first(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else ""


def _offered() -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)
