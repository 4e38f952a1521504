"""The form of a client: what was typed, what is wrong with it, what somebody else wrote meanwhile."""

import re
from dataclasses import dataclass, field

from clients.models import Client
from clients.pages import PageRequest

FIELDS = ("name", "domain", "notes")
BIGINT_DIGITS = 19
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@dataclass
class Form:
    """values: as typed. version: the one that they were typed over. errors: a sentence for a field that cannot be used;
    under "" for the form as a whole. theirs: what stands there now, where somebody else changed it."""

    values: dict[str, str]
    version: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)


def shown(client: Client) -> Form:
    return Form({name: getattr(client, name) for name in FIELDS}, client.version)


def typed(request: PageRequest) -> Form:
    values = {name: request.POST.get(name, "").replace("\r\n", "\n").strip() for name in FIELDS}
    values["name"] = " ".join(values["name"].split())
    values["domain"] = _host(values["domain"])
    return Form(values, version_of(request))


def overtaken(form: Form, client: Client) -> Form:
    """What was typed, beside what somebody else wrote meanwhile; saved once more, it stands."""
    present = shown(client)
    theirs = {name: text for name, text in present.values.items() if text != form.values[name]}
    return Form(form.values, client.version, theirs=theirs)


def _host(written: str) -> str:
    """https://Harbour.example/shop is harbour.example; what is no web address stays as it is written."""
    return _ADDRESS.sub("", written).partition("/")[0].lower() if _ADDRESS.match(written) else written


def version_of(request: PageRequest) -> int:
    """The one that the form was made of. One that no row has had is none that they read."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < BIGINT_DIGITS else -1
