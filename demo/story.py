"""What the demo's script tells: the agency, its clients, and the people who write to them.

Nothing here has a fixed date: what takes a `now` follows the rules of `demo.moments`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from demo.moments import OnDay, When, day_after, fill_dates

SNOOZE_ENDS = time(9)


@dataclass(frozen=True)
class Attachment:
    """What it holds is a text, or `data` as it is. `content_id`: what the mail's layout calls it by."""

    name: str
    content_type: str
    text: str
    data: bytes
    content_id: str
    zone: ZoneInfo

    def content(self, now: datetime) -> bytes:
        return self.data or fill_dates(self.text, now, self.zone).encode()


@dataclass(frozen=True)
class Delivery:
    """What a provider said became of a message, a minute after it went out."""

    state: str
    words: str


@dataclass(frozen=True)
class Message:
    """`sender` is "lead" or the key of a team member; `body` and `html` may hold dates still to be filled in (see
    `text` and `layout`)."""

    sender: str
    when: When
    zone: ZoneInfo
    body: str
    html: str
    headers: dict[str, str]
    attachments: tuple[Attachment, ...]
    corrected_intent: str | None
    delivery: Delivery | None

    @property
    def inbound(self) -> bool:
        return self.sender == "lead"

    def moment(self, now: datetime) -> datetime:
        return self.when.moment(now)

    def text(self, now: datetime) -> str:
        return fill_dates(self.body, now, self.zone)

    def layout(self, now: datetime) -> str:
        return fill_dates(self.html, now, self.zone)


@dataclass(frozen=True)
class Note:
    """What a team member tells the others; “@” and a whole name names somebody."""

    sender: str
    when: When
    body: str

    def moment(self, now: datetime) -> datetime:
        return self.when.moment(now)


@dataclass(frozen=True)
class Person:
    """A lead, or a contact who has not written yet.

    `name` is empty where only a number is known. Phones are as the person wrote them, not yet normalised.
    """

    name: str
    email: str | None
    phone: str | None
    more_emails: tuple[str, ...]
    company: str | None
    labels: tuple[str, ...]

    @property
    def emails(self) -> tuple[str, ...]:
        return ((self.email,) if self.email else ()) + self.more_emails


@dataclass(frozen=True)
class Deal:
    """`value` is in minor units of `currency`; `lost_reason` is there exactly when the stage is "lost"."""

    title: str
    stage: str
    value: int
    currency: str
    owner: str
    notes: str
    expected_in_days: int | None
    lost_reason: str | None
    zone: ZoneInfo

    def expected_on(self, now: datetime) -> date | None:
        return None if self.expected_in_days is None else day_after(now, self.expected_in_days, self.zone)


@dataclass(frozen=True)
class FollowUp:
    when: OnDay
    note: str
    owner: str

    def due(self, now: datetime) -> datetime:
        return self.when.moment(now)


@dataclass(frozen=True)
class Conversation:
    key: str
    channel: str
    campaign: str
    subject: str | None
    lead: Person
    labels: tuple[str, ...]
    assignee: str | None
    status: str
    snoozed_for_days: int | None
    unread: bool
    messages: tuple[Message, ...]
    notes: tuple[Note, ...]
    deal: Deal | None
    follow_ups: tuple[FollowUp, ...]
    zone: ZoneInfo

    def snoozed_until(self, now: datetime) -> datetime | None:
        if self.snoozed_for_days is None:
            return None
        return OnDay(self.snoozed_for_days, SNOOZE_ENDS, self.zone).moment(now)


@dataclass(frozen=True)
class Prospect:
    """Somebody who has not written yet, and the deal that is hoped for since that moment."""

    person: Person
    deal: Deal
    since: OnDay

    def moment(self, now: datetime) -> datetime:
        return self.since.moment(now)


@dataclass(frozen=True)
class Campaign:
    key: str
    name: str


@dataclass(frozen=True)
class Client:
    key: str
    name: str
    domain: str
    notes: str
    campaigns: tuple[Campaign, ...]
    conversations: tuple[Conversation, ...]
    contacts: tuple[Person, ...]
    prospects: tuple[Prospect, ...]


@dataclass(frozen=True)
class Member:
    """`client` is the key of the only client whose affairs a client viewer sees; None for everybody else."""

    key: str
    name: str
    email: str
    role: str
    client: str | None


@dataclass(frozen=True)
class Label:
    key: str
    name: str
    colour: str


@dataclass(frozen=True)
class CannedReply:
    """`client` is the key of the client it is for; None for all of them."""

    name: str
    shortcut: str
    body: str
    client: str | None


@dataclass(frozen=True)
class Workspace:
    name: str
    slug: str
    plan: str
    currency: str
    zone: ZoneInfo
    phone_region: str


@dataclass(frozen=True)
class Script:
    workspace: Workspace
    team: tuple[Member, ...]
    labels: tuple[Label, ...]
    canned_replies: tuple[CannedReply, ...]
    clients: tuple[Client, ...]

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        return tuple(conversation for client in self.clients for conversation in client.conversations)
