"""How long a report may take: whoever asks for too much is told so, rather than cut off by whatever stands in front."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from crm.errors import Refusal

# What sorting and joining a year of a large agency takes; with less the database goes to the disk. No statement is
# compiled first: that takes longer than all but the longest.
SET = """
    SELECT current_setting('statement_timeout'), current_setting('work_mem'), current_setting('jit'),
        set_config('statement_timeout', %s, true), set_config('work_mem', %s, true), set_config('jit', %s, true)
"""
MEMORY, COMPILED = "64MB", "off"


class TookTooLong(Refusal):
    code = "took_too_long"


@contextmanager
def limited(seconds: float, words: str) -> Iterator[None]:
    """A block of which no statement takes longer than `seconds`. Raises TookTooLong with `words`. One query before it,
    and one after it within a transaction, which goes on as before."""
    within = connection.in_atomic_block
    try:
        with transaction.atomic():
            before = _set(f"{seconds}s", MEMORY, COMPILED)
            yield
            if within:
                _set(*before)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong(words) from None
        raise


def _set(*values: str) -> list[str]:
    """For the rest of the transaction. Returns what it was before."""
    with connection.cursor() as cursor:
        cursor.execute(SET, values)
        return list(cursor.fetchone()[:3])
