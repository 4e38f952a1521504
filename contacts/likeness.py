"""Who may be the same person twice: the keys by which that shows, and the sweep that compares them.

Whoever is new or changed is compared once: their keys are made anew and looked up in an index, so that it costs the
same among a thousand contacts and a million.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import combining, normalize
from uuid import UUID

import phonenumbers
from django.db import connection, transaction
from django.db.models import F, Q

from contacts.addresses import EMAIL, PHONE
from contacts.models import Contact, Identity, Likeness, MatchKey
from crm.transactions import try_advisory_lock

NAME, NAME_IN_MAIL, SOUND, LOCAL, NUMBER = "name", "mail_name", "sound", "local", "number"
BATCH = 200
# A key that more people share says nothing: “Info”, a switchboard.
MOST_SHARING = 12
_LONGEST = 200
# One word alone says who it is from this length on: “peter” is many people.
_SHORTEST_LOCAL = 8
_LOCAL_DIGITS = 8
# Mailboxes of an office, not of a person.
_ROLES = frozenset(
    (
        "admin", "billing", "bookings", "contact", "enquiries", "hello", "info", "invoices", "kontakt", "mail",
        "marketing", "noreply", "office", "orders", "reception", "sales", "service", "support", "team",
    )
)  # fmt: skip
_SAME_NUMBER = "Same phone number without its country code"
Key: TypeAlias = tuple[str, str]
Sought: TypeAlias = tuple[UUID, str, str]  # a wall, a kind of key and its value
_HOLDERS = """
SELECT sought.wall, sought.kind, sought.value, holder.person_id
FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS sought (wall, kind, value)
CROSS JOIN LATERAL (
    SELECT person_id FROM contacts_matchkey
    WHERE wall = sought.wall AND kind = sought.kind AND value = sought.value
    LIMIT %s
) AS holder
"""


@dataclass(frozen=True)
class Reason:
    score: int
    words: str


def compare_waiting(*, most: int = BATCH) -> int:
    """Compare up to `most` contacts that are new or changed, and return how many. One process at a time is at it."""
    with transaction.atomic():
        if not try_advisory_lock("contacts.likeness"):
            return 0
        waiting = Contact.objects.filter(compared_version__lt=F("version")).order_by("updated_at")
        people = list(waiting.select_for_update(skip_locked=True, no_key=True).defer("search")[:most])
        compare(people)
    return len(people)


def compare(people: Sequence[Contact]) -> None:
    """Make the keys of these contacts anew and propose whoever shares one with them. They are locked. Costs a handful
    of queries, however many they are."""
    here = [one for one in people if one.deleted_at is None and one.merged_into_id is None]
    _forget(people)
    keys = _write_keys(here)
    Likeness.objects.bulk_create(_alike(here, keys), ignore_conflicts=True)
    Contact.objects.filter(pk__in=[one.pk for one in people]).update(compared_version=F("version"))


def keys_of(name: str, company: str, addresses: Iterable[Key]) -> set[Key]:
    """By what a person may be known twice. addresses: (kind, normalised value)."""
    words = _words(name)
    found: set[Key] = set()
    if words:
        found.add((NAME, " ".join(sorted(words))))
    if words and _words(company):
        found.add((SOUND, " ".join([*sorted(map(_sound, words)), "@", *_words(company)])))
    for kind, value in addresses:
        found |= _keys_of_address(kind, value)
    return {(kind, value[:_LONGEST]) for kind, value in found}


def _keys_of_address(kind: str, value: str) -> set[Key]:
    if kind == PHONE:
        return {(NUMBER, _national(value))}
    if kind != EMAIL:
        return set()
    local = value.partition("@")[0].partition("+")[0]
    words = _words(re.sub(r"[\d._\-]+", " ", local))
    found: set[Key] = set()
    if len(words) > 1:
        found.add((NAME_IN_MAIL, " ".join(sorted(words))))
    if (len(words) > 1 or len(local) >= _SHORTEST_LOCAL) and local not in _ROLES:
        found.add((LOCAL, local.replace(".", "")))
    return found


def _national(value: str) -> str:
    """The number without its country: as somebody wrote it who took another country for granted."""
    try:
        return str(phonenumbers.parse(value).national_number)[-_LOCAL_DIGITS:]
    except phonenumbers.NumberParseException:
        return value[-_LOCAL_DIGITS:]


def _words(text: str) -> list[str]:
    """Lower case, without accents: Müller, MULLER and muller are one word."""
    plain = "".join(letter for letter in normalize("NFKD", text) if not combining(letter)).casefold()
    return re.findall(r"[^\W_]+", plain)


def _sound(word: str) -> str:
    """How a word is heard, roughly: its first letter and the consonants, each once in a row."""
    consonants = re.sub(r"[aeiouhwy]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", word[:1] + consonants)


def _forget(people: Sequence[Contact]) -> None:
    ids = [one.pk for one in people]
    MatchKey.objects.filter(person__in=ids).delete()
    Likeness.objects.filter(Q(first__in=ids) | Q(second__in=ids), dismissed_at=None).delete()


def _write_keys(people: Sequence[Contact]) -> dict[UUID, set[Key]]:
    addresses: dict[UUID, list[Key]] = defaultdict(list)
    for identity in Identity.objects.filter(contact__in=[one.pk for one in people]):
        addresses[identity.contact_id].append((identity.kind, identity.value))
    keys = {one.pk: keys_of(one.name, one.company, addresses[one.pk]) for one in people}
    MatchKey.objects.bulk_create(
        MatchKey(workspace_id=one.workspace_id, client_id=one.client_id, person=one, kind=kind, value=value)
        for one in people
        for kind, value in sorted(keys[one.pk])
    )
    return keys


def _alike(people: Sequence[Contact], keys: dict[UUID, set[Key]]) -> list[Likeness]:
    sought = {one.pk: list(_looked_up(keys[one.pk])) for one in people}
    holders = _holders({(wall_of(one), kind, value) for one in people for _, kind, value in sought[one.pk]})
    shared: dict[tuple[UUID, UUID], set[str]] = defaultdict(set)
    for one in people:
        for as_kind, kind, value in sought[one.pk]:
            others = [pk for pk in holders[wall_of(one), kind, value] if pk != one.pk]
            if len(others) <= MOST_SHARING:
                for other in others:
                    shared[one.pk, other].add(as_kind)
    there = Contact.objects.filter(pk__in={other for _, other in shared}, deleted_at=None, merged_into=None)
    found = {one.pk: one for one in there.defer("search")} | {one.pk: one for one in people}
    return [
        _pair(found[one], found[other], _reason(found[one], found[other], kinds))
        for (one, other), kinds in shared.items()
        if other in found
    ]


def wall_of(contact: Contact) -> UUID:
    return contact.client_id or contact.workspace_id


def _holders(sought: set[Sought]) -> dict[Sought, list[UUID]]:
    """Who has each of these keys: as many as it takes to see that a key is shared by too many."""
    found: dict[Sought, list[UUID]] = {one: [] for one in sought}
    columns = [list(column) for column in zip(*sorted(sought), strict=True)] or [[], [], []]
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [*columns, MOST_SHARING + 2])
        for wall, kind, value, person in cursor.fetchall():
            found[wall, kind, value].append(person)
    return found


def _looked_up(keys: set[Key]) -> Iterator[tuple[str, str, str]]:
    """What is shared, the kind under which the other has it, and the value."""
    for kind, value in sorted(keys):
        yield kind, kind, value
        if kind == NAME:
            yield NAME_IN_MAIL, NAME_IN_MAIL, value
        if kind == NAME_IN_MAIL:
            yield NAME_IN_MAIL, NAME, value


def _reason(one: Contact, other: Contact, shared: set[str]) -> Reason:
    if NUMBER in shared:
        return Reason(95, "Same name and phone number") if NAME in shared else Reason(80, _SAME_NUMBER)
    if NAME in shared:
        return _same_name(one, other, shared)
    if LOCAL in shared:
        return Reason(60, "Same e-mail name at another domain")
    return Reason(55, "The name is in the other’s e-mail") if NAME_IN_MAIL in shared else Reason(
        50, "Similar name, same company"
    )  # fmt: skip


def _same_name(one: Contact, other: Contact, shared: set[str]) -> Reason:
    if _words(one.company) and _words(one.company) == _words(other.company):
        return Reason(90, "Same name and company")
    if LOCAL in shared:
        return Reason(85, "Same name and e-mail name")
    return Reason(70, "Same name")


def _pair(one: Contact, other: Contact, reason: Reason) -> Likeness:
    first, second = sorted((one, other), key=lambda person: person.pk)
    return Likeness(
        workspace_id=one.workspace_id, client_id=one.client_id, first=first, second=second, score=reason.score,
        reason=reason.words,
    )  # fmt: skip
