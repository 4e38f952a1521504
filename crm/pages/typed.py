"""What a form of a page sends, read; refused in a sentence where it is none of what it should be."""

from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone

from crm.errors import Invalid

YEARS = range(2000, 2100)


def identifier(text: str, field: str) -> UUID | None:
    """The id, or None for an empty text."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(fields={field: ["This is not an id."]}) from None


def moment(text: str, field: str, sentence: str) -> datetime:
    """A moment as a choice names it, or as a person picks it: with no offset, on the clock of their own zone. The hour
    that a clock skips in spring is taken for the one after it."""
    try:
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo else timezone.make_aware(found)
        aware.astimezone(timezone.get_default_timezone())
    except (ValueError, OverflowError):
        raise Invalid(fields={field: [sentence]}) from None
    if aware.year not in YEARS:
        raise Invalid(fields={field: [sentence]})
    return aware.astimezone(UTC)


def instant(text: str) -> datetime | None:
    """The moment that `text` names with its offset, in UTC: PostgreSQL takes no offset of sixteen hours or more. None
    for anything else."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
