"""Two clients, what belongs to the workspace itself, another workspace; and everybody who looks at them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Cast
from django.test import Client as Browser
from django.utils import timezone

from accounts.actors import person
from accounts.models import ApiKey, Membership, Role, Workspace
from activity.undoing import offer
from clients.models import Client
from contacts.models import Contact, Label
from contacts.taking_back import LABEL
from deals.models import ColumnFold, Stage
from inbox.composing.models import CannedReply
from inbox.intents.learning.models import LearnedModel
from tests import cast
from tests.invariants.sides import Side, build

HARBOUR, MEADOW, OWN, ELSEWHERE = SIDES = ("Harbour", "Meadow", "Quokka", "Zebrano")
ACME = frozenset({HARBOUR, MEADOW, OWN})
# What everybody in a workspace shares, whichever clients they see.
SHARED = (Label, Stage)


@dataclass(frozen=True)
class Who:
    """sees: the sides of the walls that are not hidden from them. What they may do is written here once more, by hand:
    nothing here asks `Actor`."""

    name: str
    sees: frozenset[str] = frozenset()
    kind: str = "person"
    writes: bool = True
    admin: bool = False
    team: bool = True
    scoped: bool = True  # a key may be for something else than the CRM
    owns: bool = False
    browser: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.name

    @property
    def sees_all(self) -> bool:
        """Of a workspace, and so what its clients share is theirs to change."""
        return OWN in self.sees or ELSEWHERE in self.sees

    def shares(self, side: str) -> bool:
        """Whether that side is of the same workspace."""
        return bool(self.sees & ACME) == (side in ACME)


def of_people(name: str, *sees: str, role: str = Role.AGENT) -> Who:
    leads, looks_on = role in (Role.OWNER, Role.ADMIN), role == Role.VIEWER
    owns = role == Role.OWNER
    return Who(name, frozenset(sees), writes=not looks_on, admin=leads, team=not looks_on, owns=owns)


def of_programs(name: str, *sees: str, writes: bool = True, scoped: bool = True) -> Who:
    whole = len(sees) > 1 or ELSEWHERE in sees
    return Who(name, frozenset(sees), "key", writes, admin=True, team=whole, scoped=scoped)


NOBODY = Who("nobody", kind="nobody")
OWNER = of_people("Olga Owner", *ACME, role=Role.OWNER)
ADMIN = of_people("Adam Admin", *ACME, role=Role.ADMIN)
AGENT = of_people("Member of Quokka", *ACME)
OF_HARBOUR = of_people("Member of Harbour", HARBOUR)
OF_MEADOW = of_people("Member of Meadow", MEADOW)
OF_BOTH = of_people("Bo Both", HARBOUR, MEADOW)
HARBOURS_ADMIN = of_people("Admin of Harbour", HARBOUR, role=Role.ADMIN)
VIEWER = of_people("Viewer of Harbour", HARBOUR, role=Role.VIEWER)
MEADOWS_VIEWER = of_people("Viewer of Meadow", MEADOW, role=Role.VIEWER)
OUTSIDER = of_people("Otto of Zebrano", ELSEWHERE, role=Role.OWNER)
PEOPLE = (
    OWNER, ADMIN, AGENT, OF_HARBOUR, OF_MEADOW, OF_BOTH, HARBOURS_ADMIN, VIEWER, MEADOWS_VIEWER, OUTSIDER
)  # fmt: skip
ROLES = {OWNER: Role.OWNER, ADMIN: Role.ADMIN, HARBOURS_ADMIN: Role.ADMIN, OUTSIDER: Role.OWNER,
         VIEWER: Role.VIEWER, MEADOWS_VIEWER: Role.VIEWER}  # fmt: skip

KEY = of_programs("key", *ACME)
READING_KEY = of_programs("reading key", *ACME, writes=False)
HARBOURS_KEY = of_programs("key of Harbour", HARBOUR)
MEADOWS_KEY = of_programs("key of Meadow", MEADOW)
OUTSIDERS_KEY = of_programs("key of Zebrano", ELSEWHERE)
OTHER_KEY = of_programs("key for something else", *ACME, scoped=False)
KEYS = (KEY, READING_KEY, HARBOURS_KEY, MEADOWS_KEY, OUTSIDERS_KEY, OTHER_KEY)
EVERYBODY = (NOBODY, *PEOPLE, *KEYS)

# Whose the rows of a side are, where rows are a person's own.
MAKERS = {HARBOUR: OF_HARBOUR, MEADOW: OF_MEADOW, OWN: AGENT}


@dataclass
class World:
    sides: dict[str, Side]
    browsers: dict[Who, Any]
    hidden: dict[Who, frozenset[str]] = field(default_factory=dict)
    prints: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def client(self, side: str) -> Client | None:
        return self.sides[side].client

    def named(self, ids: set[str]) -> str:
        """What they are the ids of."""
        found = {
            f"{model.__name__} of {name}"
            for name, side in self.sides.items()
            for model, pks in side.rows.items()
            if ids & {str(pk) for pk in pks}
        }
        return ", ".join(sorted(found)) or "a client"


def build_world() -> World:
    acme, zebrano = cast.a_workspace(slug="acme", name="Acme"), cast.a_workspace(slug="zebrano", name=ELSEWHERE)
    harbour, meadow = cast.a_client(acme, HARBOUR), cast.a_client(acme, MEADOW)
    world = World(
        {
            HARBOUR: build(acme, harbour),
            MEADOW: build(acme, meadow),
            OWN: build(acme, called=OWN),
            ELSEWHERE: build(zebrano),
        },
        {NOBODY: Browser()},
    )
    _call_what_is_shared(world)
    world.browsers |= {who: _browser(_member(world, who)) for who in PEOPLE}
    world.browsers |= {who: Browser(headers={"Authorization": f"Bearer {_secret(world, who)}"}) for who in KEYS}
    ApiKey.objects.update(last_used_at=timezone.now() + timedelta(days=1))  # no call has to note it
    for side, maker in MAKERS.items():
        _last_did(world, side, maker)
    world.hidden = {who: frozenset(_hidden(world, who)) for who in EVERYBODY}
    return world


def _call_what_is_shared(world: World) -> None:
    """Labels, and canned replies for all clients, bear no name that would tell anybody anything. And what would
    stand in the way of asking."""
    Label.objects.update(name=Cast("pk", models.CharField()))
    Label.objects.filter(pk__in=[world.sides[side].first(Label) for side in (HARBOUR, ELSEWHERE)]).update(name="Hot")
    CannedReply.objects.filter(client=None).update(name="Thanks", body="Thank you.")
    ColumnFold.objects.all().delete()  # a board shows all its cards
    LearnedModel.objects.update(state=LearnedModel.State.DEAD)  # none that could be switched on


def _workspace(world: World, who: Who) -> Workspace:
    return world.sides[ELSEWHERE if ELSEWHERE in who.sees else HARBOUR].workspace


def _member(world: World, who: Who) -> Membership:
    workspace = _workspace(world, who)
    there = Membership.objects.filter(workspace=workspace, user__name=who.name).first()
    clients = None if who.sees_all else [one for side in sorted(who.sees) if (one := world.client(side))]
    return there or cast.member(workspace, who.name, ROLES.get(who, Role.AGENT), clients)


def _browser(member: Membership) -> Browser:
    browser = Browser()
    browser.force_login(member.user)
    return browser


def _secret(world: World, who: Who) -> str:
    client = None if who.sees_all else world.client(next(iter(who.sees)))
    scopes = ["crm" if who.writes else "crm:read"]
    secret = cast.key_of(_workspace(world, who), scopes=scopes, client=client, rate_limit=1_000_000)
    if not who.scoped:
        ApiKey.objects.filter(pk=ApiKey.objects.latest("created_at").pk).update(scopes=["mail"])
    return secret


def _last_did(world: World, side: str, maker: Who) -> None:
    """Something that the person can still take back."""
    label, contact = world.sides[side].first(Label), world.sides[side].first(Contact)
    data = {"ids": [str(contact)], "label": str(label), "attach": True}
    undo = offer(person(_member(world, maker)), f"Labelled in {side}.", kind=LABEL, data=data)
    assert undo is not None
    world.sides[side].rows[type(undo)].insert(0, undo.pk)


def _hidden(world: World, who: Who) -> set[str]:
    """The ids that no answer to them may hold."""
    found = set()
    for name, side in world.sides.items():
        for model, pks in side.rows.items():
            if not _meets(who, name, model):
                found |= {str(pk) for pk in pks if isinstance(pk, UUID)}
        if side.client and name not in who.sees:
            found.add(str(side.client.pk))
    return found


def _meets(who: Who, side: str, model: type[models.Model]) -> bool:
    if model is Client:  # those beside the side's own are nobody's
        return who.sees_all and who.shares(side)
    if model in SHARED or (model in (Membership, CannedReply) and side == OWN):
        return bool(who.sees) and who.shares(side)
    return side in who.sees
