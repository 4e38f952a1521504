"""Checks what no single table can know: that every key means something, once, and that every address is harmless."""

from collections.abc import Iterable

import phonenumbers
from babel.numbers import is_currency

from demo.story import Client, Conversation, Person, Script
from demo.table import ScriptError


def check(script: Script) -> None:
    """Raises ScriptError, naming file and key, at the first thing that does not fit the rest of the script."""
    _check_workspace(script)
    for client in script.clients:
        where = f"{client.key}.toml"
        _check_unique(f"workspace.toml: client {client.key!r}: campaign", (each.key for each in client.campaigns))
        _check_identities(where, client)
        for person in client.contacts:
            _check_person(f"{where}: contact {person.name!r}", person, script)
        for prospect in client.prospects:
            _check_person(f"{where}: prospect {prospect.person.name!r}", prospect.person, script)
            _check_currency(f"{where}: prospect {prospect.person.name!r}", prospect.deal.currency)
        for conversation in client.conversations:
            _check_conversation(f"{where}: conversation {conversation.key!r}", conversation, client, script)


def _check_workspace(script: Script) -> None:
    _check_currency("workspace.toml: workspace", script.workspace.currency)
    _check_unique("workspace.toml: team", (member.key for member in script.team))
    _check_unique("workspace.toml: label", (label.key for label in script.labels))
    _check_unique("workspace.toml: client", (client.key for client in script.clients))
    _check_unique("content: conversation", (conversation.key for conversation in script.conversations))
    for member in script.team:
        where = f"workspace.toml: team {member.key!r}"
        _check_email(where, member.email)
        if member.client is not None:
            _check_known(where, "client", [member.client], (client.key for client in script.clients))
    keys = [client.key for client in script.clients]
    _check_known("workspace.toml: canned_reply", "client", [c.client for c in script.canned_replies if c.client], keys)
    for client in script.clients:
        if not client.domain.endswith(".example"):
            raise ScriptError(f"workspace.toml: client {client.key!r}: domain {client.domain} does not end in .example")


def _check_conversation(where: str, conversation: Conversation, client: Client, script: Script) -> None:
    writers = [member.key for member in script.team if member.role != "viewer"]
    _check_known(where, "campaign", [conversation.campaign], (campaign.key for campaign in client.campaigns))
    _check_known(where, "labels", conversation.labels, (label.key for label in script.labels))
    _check_known(where, "assignee", [conversation.assignee] if conversation.assignee else [], writers)
    _check_known(where, "from", (message.sender for message in conversation.messages), [*writers, "lead"])
    _check_known(where, "note from", (note.sender for note in conversation.notes), writers)
    _check_known(where, "follow_up owner", (follow_up.owner for follow_up in conversation.follow_ups), writers)
    if conversation.deal:
        _check_known(where, "deal owner", [conversation.deal.owner], writers)
        _check_currency(f"{where}: deal", conversation.deal.currency)
    _check_person(f"{where}: lead", conversation.lead, script)


def _check_person(where: str, person: Person, script: Script) -> None:
    _check_known(where, "labels", person.labels, (label.key for label in script.labels))
    for email in person.emails:
        _check_email(where, email)
    if person.phone:
        _check_phone(where, person.phone, script.workspace.phone_region)


def _check_identities(where: str, client: Client) -> None:
    """One address belongs to one person of a client; the same person may turn up in several conversations."""
    owners: dict[str, str] = {}
    prospects = [prospect.person for prospect in client.prospects]
    for person in [*(conversation.lead for conversation in client.conversations), *client.contacts, *prospects]:
        for address in (*person.emails, *([person.phone] if person.phone else [])):
            if owners.setdefault(address, person.name) != person.name:
                raise ScriptError(f"{where}: {address} belongs to {owners[address]} and to {person.name}")


def _check_unique(where: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ScriptError(f"{where} {key!r} stands there twice")
        seen.add(key)


def _check_known(where: str, field: str, keys: Iterable[str], known: Iterable[str]) -> None:
    known = set(known)
    for key in keys:
        if key not in known:
            raise ScriptError(f"{where}: {field} {key!r} is not one of {', '.join(sorted(known))}")


def _check_email(where: str, email: str) -> None:
    name, _, domain = email.partition("@")
    if not (name and domain.endswith(".example")):
        raise ScriptError(f"{where}: email {email} does not end in .example")


def _check_phone(where: str, phone: str, region: str) -> None:
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(phone, region))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        raise ScriptError(f"{where}: phone {phone} is not a possible number")


def _check_currency(where: str, currency: str) -> None:
    if not is_currency(currency):
        raise ScriptError(f"{where}: currency {currency} is not known")
