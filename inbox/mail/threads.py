"""Which mail answers which, and what belongs to one thread."""

from collections.abc import Iterable

from inbox.mail.parsed import Heading, ParsedMail


def ancestors(mail: ParsedMail | Heading) -> tuple[str, ...]:
    """The ids this mail descends from, nearest first: what it answers, then its references from the newest back."""
    nearest_first = (*mail.in_reply_to, *reversed(mail.references))
    return tuple(each for each in dict.fromkeys(nearest_first) if each != mail.message_id)


class Threads:
    """Which ids belong together, whatever order they become known in: a forest of disjoint sets."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def join(self, ids: Iterable[str]) -> None:
        """All of `ids`, and whatever is joined with any of them, are one thread."""
        first, *others = ids
        root = self._root(self._above.setdefault(first, first))
        for each in others:
            self._above[self._root(self._above.setdefault(each, each))] = root

    def of(self, id: str) -> str:
        """The one of its ids that stands for the thread; an id nobody joined is a thread of its own."""
        return self._root(id) if id in self._above else id

    def __contains__(self, id: str) -> bool:
        return id in self._above

    def _root(self, of: str) -> str:
        above = self._above
        while above[of] != of:
            above[of] = of = above[above[of]]
        return of
