"""How far each folder of a mailbox has been read.

Numbers (UIDs) grow with each mail that comes into a folder, so what is new is what is above `seen`. What was there
before, and is to be taken in too, is between `fill` and `top`. Both move in the transaction that takes the mails in.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from integrations.email.accounts import Account
from integrations.email.mailbox import Folder, Mailbox, State
from integrations.models import Connection, Watermark

# A mail that came while the connection was being made is not lost to a clock that differs.
SLACK = timedelta(minutes=10)
STREAM = 100


@dataclass(frozen=True)
class Place:
    """since: nothing that arrived before is taken in (ISO 8601, UTC)."""

    folder: str
    is_sent: bool
    validity: int
    seen: int
    fill: int
    top: int
    since: str

    @property
    def is_filled(self) -> bool:
        return self.fill > self.top

    @property
    def stream(self) -> str:
        name = f"folder {self.folder}"
        return name if len(name) <= STREAM else f"folder #{hashlib.sha256(name.encode()).hexdigest()}"


def places(connection: Connection, account: Account, box: Mailbox, *, anew: bool) -> list[tuple[Place, State]]:
    """Each folder with its place and how it stands now. anew: look through everything once more."""
    rows = Watermark.objects.filter(connection=connection).values_list("value", flat=True)
    kept = {value["folder"]: value for value in rows if "folder" in value}
    since = (connection.created_at - SLACK - timedelta(days=account.backfill_days)).isoformat()
    found = []
    for folder in box.folders(account.folders):
        state = box.state(folder.name)
        place = _place(folder, state, kept.get(folder.name), since, has_past=account.backfill_days > 0)
        found.append((replace(place, fill=1, top=place.seen) if anew else place, state))
    return found


def _place(folder: Folder, state: State, kept: dict[str, Any] | None, since: str, *, has_past: bool) -> Place:
    """Where numbers mean something else than before (RFC 3501, 2.3.1.1), and where more of the past is wanted, all that
    arrived since is looked through: what is here already is known by its Message-ID."""
    before = state.following - 1
    if kept is None:
        top = before if has_past else 0
        return Place(folder.name, folder.is_sent, state.validity, seen=before, fill=1, top=top, since=since)
    place = replace(Place(**kept), is_sent=folder.is_sent)
    if place.validity != state.validity or before < place.seen:
        return replace(place, validity=state.validity, seen=before, fill=1, top=before)
    if since < place.since:
        return replace(place, since=since, fill=1, top=place.seen)
    return place


def keep(connection: Connection, places: Sequence[Place]) -> None:
    """In the transaction that takes in what lies before them."""
    rows = [
        Watermark(
            workspace_id=connection.workspace_id, connection=connection, stream=place.stream, value=asdict(place)
        )
        for place in places
    ]  # fmt: skip
    Watermark.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["connection", "stream"], update_fields=["value", "moved_at"]
    )


def since_of(place: Place) -> datetime:
    return datetime.fromisoformat(place.since)
