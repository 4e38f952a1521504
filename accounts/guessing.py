"""How often somebody may guess a password or a code. Each try is counted before it is looked at, so that parallel ones
cannot slip past; one that was right is given back."""

import hashlib
from dataclasses import dataclass, field
from math import ceil

from accounts.models import RequestCount
from accounts.rates import Spent, give_back, spend


@dataclass(frozen=True)
class Limit:
    """At most `tries` wrong ones in each window of `seconds`."""

    name: str
    tries: int
    seconds: int


# From one network, whichever accounts it tries; of one account from one network; of one account from everywhere. In
# this order: whoever is stopped by the first cannot use up what is left to the owner of the account.
FROM_NETWORK = Limit("network", 30, 300)
FROM_HERE = Limit("here", 5, 300)
OF_ACCOUNT = Limit("account", 30, 900)
# Whoever gets to try codes has the password already. With three valid codes of a million at any moment, this leaves
# one chance in some 1,400 a day.
CODES = Limit("codes", 5, 300)
CODES_IN_AN_HOUR = Limit("codes-hour", 10, 3600)


class TooMany(Exception):
    """seconds: how long to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} seconds.")
        self.seconds = seconds


@dataclass
class Guess:
    """What one try has used up."""

    spent: list[tuple[str, Spent]] = field(default_factory=list)

    def was_right(self) -> None:
        for subject, spent in self.spent:
            give_back(subject, spent)


def guess(*limits: tuple[Limit, str]) -> Guess:
    """Count a try at each limit, of whom or what is named beside it. Raises TooMany at the first that is used up."""
    counted = Guess()
    for limit, whose in limits:
        subject = _subject(limit, whose)
        spent = spend(subject, limit.tries, limit.seconds)
        if not spent.allowed:
            raise TooMany(spent.seconds_left)
        counted.spent.append((subject, spent))
    return counted


def forgive(*limits: tuple[Limit, str]) -> None:
    """As if nobody had tried: the account's owner has shown otherwise who they are."""
    RequestCount.objects.filter(subject__in=[_subject(limit, whose) for limit, whose in limits]).delete()


def wait(seconds: int) -> str:
    """How long to wait, as it is told: “Wait 40 seconds”, “Wait 5 minutes”."""
    if seconds <= 90:
        return f"Wait {seconds} second{'' if seconds == 1 else 's'}"
    return f"Wait {ceil(seconds / 60)} minutes"


def _subject(limit: Limit, whose: str) -> str:
    """No address stands in the table of counts, whoever reads it."""
    return f"guess:{limit.name}:{hashlib.sha256(whose.encode()).hexdigest()[:32]}"
