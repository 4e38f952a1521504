"""Whom of our own people a person of theirs is: the one with the same e-mail address. Another Parley tells its people,
MisarMail does not."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from accounts.models import Membership
from inbox.actions import may_answer
from integrations.base import Connected, Tally
from integrations.links import link
from integrations.misarmail.reading import Said, words
from integrations.models import Link

KIND = "user"


def take(connected: Connected, said: Sequence[Said]) -> Tally:
    emails = {words(one, "email").lower(): words(one, "id") for one in said}
    members = Membership.objects.visible_to(connected.actor).filter(user__email__in=emails).select_related("user")
    for member in members:
        link(connected.connection, KIND, emails[member.user.email], member.pk)
    return Tally(same=len(said))


def able(connected: Connected, their_id: str | None, client_id: UUID | None) -> Membership | None:
    """Who of ours that is, where they may work for this client."""
    found = members(connected, [their_id])
    member = Membership.objects.select_related("user").filter(pk__in=found.values()).first()
    return member if member is not None and may_answer(member, client_id) else None


def members(connected: Connected, ids: Iterable[str | None]) -> dict[str, UUID]:
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    rows = Link.objects.filter(connection=connected.connection, kind=KIND, external_id__in=wanted)
    return dict(rows.values_list("external_id", "subject_id"))
