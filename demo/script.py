"""Reads the demo workspace's script from `demo/content/`: `workspace.toml` and one file per client, named by its key.

    script = read()
    for conversation in script.conversations: ...

`read` raises ScriptError, which names the file, the table and the field that is wrong.
"""

import re
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from demo.continuity import check
from demo.story import Campaign, CannedReply, Client, Conversation, Label, Member, Message, Person, Script, Workspace
from demo.table import ScriptError, Table
from demo.thread import conversation_from, person_from, prospect_from

__all__ = ["CONTENT", "Conversation", "Message", "Person", "Script", "ScriptError", "read"]

CONTENT = Path(__file__).parent / "content"

PLANS = ("free", "pro", "max", "enterprise")
ROLES = ("owner", "admin", "agent", "viewer")


def read(folder: Path = CONTENT) -> Script:
    """The whole script, checked. Raises ScriptError at the first thing that is wrong."""
    top = _open(folder / "workspace.toml")
    workspace = _workspace(top.table("workspace"))
    script = Script(
        workspace=workspace,
        team=tuple(_member(table) for table in top.tables("team")),
        labels=tuple(_label(table) for table in top.tables("label")),
        canned_replies=tuple(_canned(table) for table in top.tables("canned_reply")),
        clients=tuple(_client(table, folder, workspace.zone) for table in top.tables("client")),
    )
    top.finish()
    check(script)
    return script


def _open(path: Path) -> Table:
    try:
        return Table(tomllib.loads(path.read_text(encoding="utf-8")), path.name)
    except FileNotFoundError as error:
        raise ScriptError(f"{path.name}: there is no such file beside workspace.toml") from error
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"{path.name}: not valid TOML: {error}") from error


def _workspace(table: Table) -> Workspace:
    workspace = Workspace(
        name=table.text("name"),
        slug=table.text("slug"),
        plan=table.choice("plan", PLANS),
        currency=table.text("currency"),
        zone=_zone(table),
        phone_region=table.text("phone_region"),
    )
    table.finish()
    return workspace


def _zone(table: Table) -> ZoneInfo:
    name = table.text("time_zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise table.error("time_zone", f"is {name!r}, which is no time zone") from error


def _member(table: Table) -> Member:
    member = Member(
        key=table.text("key"),
        name=table.text("name"),
        email=table.text("email"),
        role=table.choice("role", ROLES),
        client=table.text_or_none("client"),
    )
    table.finish()
    if (member.role == "viewer") != (member.client is not None):
        raise table.error("client", "belongs to a client viewer, and to nobody else")
    return member


def _label(table: Table) -> Label:
    label = Label(key=table.text("key"), name=table.text("name"), colour=_colour(table))
    table.finish()
    return label


def _canned(table: Table) -> CannedReply:
    canned = CannedReply(
        name=table.text("name"),
        shortcut=table.text("shortcut"),
        body=table.text("body"),
        client=table.text_or_none("client"),
    )
    table.finish()
    return canned


def _colour(table: Table) -> str:
    colour = table.text("colour")
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        raise table.error("colour", f"is {colour!r}, not a colour like #7c3aed")
    return colour


def _client(table: Table, folder: Path, zone: ZoneInfo) -> Client:
    pages = _open(folder / f"{table.text('key')}.toml")
    client = Client(
        key=table.text("key"),
        name=table.text("name"),
        domain=table.text("domain"),
        notes=table.text("notes"),
        campaigns=tuple(_campaign(campaign) for campaign in table.tables("campaign")),
        conversations=tuple(conversation_from(conversation, zone) for conversation in pages.tables("conversation")),
        contacts=tuple(person_from(contact) for contact in pages.tables("contact")),
        prospects=tuple(prospect_from(prospect, zone) for prospect in pages.tables("prospect")),
    )
    table.finish()
    pages.finish()
    return client


def _campaign(table: Table) -> Campaign:
    campaign = Campaign(key=table.text("key"), name=table.text("name"))
    table.finish()
    return campaign
