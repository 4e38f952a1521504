"""Cells of a CSV file that a spreadsheet opens: nothing in them is taken for a formula, and what we wrote reads back as
it was."""

from unicodedata import normalize

# What a formula begins with; fullwidth signs are the same to some programs.
_BEGINS = ("=", "+", "-", "@")
_BREAKS = ("\t", "\r", "\n")
# What programs skip before they look: spaces, marks that cannot be seen, quotation marks.
_SKIPPED = ' \v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000"“”'
_GUARD = "'"


def guarded(cell: str) -> str:
    """The cell with an apostrophe before it, where a spreadsheet might calculate with it."""
    return _GUARD + cell if _needs_guard(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given. An apostrophe that anybody else wrote before anything else stays."""
    return cell[1:] if cell.startswith(_GUARD) and _needs_guard(cell[1:]) else cell


def _needs_guard(cell: str) -> bool:
    """Whether it could be a formula, or looks like what `guarded` makes of one."""
    bare = cell.lstrip(_GUARD)
    first = normalize("NFKC", bare.lstrip(_SKIPPED)[:1])
    return first in _BREAKS or first.startswith(_BEGINS)
