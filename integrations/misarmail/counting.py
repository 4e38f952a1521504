"""One row of a page after another: what is wrong with one holds up no other."""

from collections.abc import Callable

import structlog
from django.db import transaction

from crm.errors import Refusal
from integrations.base import Tally

logger = structlog.get_logger(__name__)


def count(tally: Tally, take: Callable[[], str]) -> None:
    """Take in one row, in a savepoint, and count what became of it: new, changed, same or failed."""
    try:
        with transaction.atomic():
            outcome = take()
    except Refusal as refusal:
        logger.warning("row_refused", system="misarmail", reason=refusal.message[:300])
        outcome = "failed"
    setattr(tally, outcome, getattr(tally, outcome) + 1)
