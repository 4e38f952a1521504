"""Links under which a report of one client can be read without signing in, until they expire or are ended."""

import hashlib
import re
import secrets
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import QueryDict
from django.utils import timezone

from accounts.actors import Actor, person
from accounts.models import Role, Workspace
from accounts.plans import allowance, counts, must_have_room
from activity.log import record
from activity.types import EventType
from clients.models import Client
from crm.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from reports.base import Report
from reports.limits import TookTooLong
from reports.models import SharedReport
from reports.registry import REPORTS
from reports.rendering import Rendered, render

PREFIX = "prl_"
FORM = re.compile(PREFIX + "[0-9a-f]{64}")
SHOWN = len(PREFIX) + 6
DAYS = 30
MOST_DAYS = 365
GONE = "This link does not lead to a report. It may be mistyped, have expired or have been ended: ask for a new one."


def may_share(actor: Actor, report: Report) -> bool:
    """What is about the team's people, and therefore names those who work for the client, is for an admin to share."""
    return actor.can_write and actor.membership is not None and (actor.is_admin or not report.names_team)


@counts("shared_links")
def used(workspace: Workspace) -> int:
    return SharedReport.objects.filter(workspace=workspace, ended_at=None, expires_at__gt=timezone.now()).count()


@transaction.atomic
def share(*, actor: Actor, client: Client, report: Report, query: str, days: int = DAYS) -> tuple[SharedReport, str]:
    """A new link, and its token, which is not to be had again. query: what it is narrowed by, for good; whose deals
    they are is left out."""
    actor.must_write()
    if actor.membership is None or not may_share(actor, report):
        words = f"“{report.title}” names people of the team: only an owner or an admin shares it by a link."
        raise NotAllowed(words, code="admin_required")
    if not actor.sees(client.pk):
        raise NotFound("There is no such client.")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(fields={"days": [f"Choose from 1 to {MOST_DAYS} days."]})
    must_have_room(actor.workspace, "shared_links", lambda: used(actor.workspace))
    token = PREFIX + secrets.token_hex(32)
    shared = SharedReport.objects.create(
        workspace=actor.workspace, client=client, member=actor.membership, report=report.key,
        query=_without_owner(query), digest=digest(token), begins=token[:SHOWN],
        expires_at=timezone.now() + timedelta(days=days),
    )  # fmt: skip
    record(actor, EventType.REPORT_SHARED, shared, report=report.title, expires_at=shared.expires_at)
    return shared, token


def _without_owner(query: str) -> str:
    kept = QueryDict(query, mutable=True)
    kept.pop("owner", None)
    return kept.urlencode()


@transaction.atomic
def end(*, actor: Actor, shared: SharedReport) -> None:
    """From now on the link leads nowhere. Whoever made it, or administers."""
    actor.must_write()
    if shared.member_id != actor.id:
        actor.must_administer()
    if not _ended(actor, shared, f"by {actor.name}"):
        raise Conflict("This link was ended already.", code="already_ended")


def title_of(shared: SharedReport) -> str:
    """What people call the report; its key where there is no such report any more."""
    report = REPORTS.get(shared.report)
    return report.title if report else shared.report


def _ended(actor: Actor, shared: SharedReport, because: str) -> bool:
    rows = SharedReport.objects.filter(pk=shared.pk, ended_at=None)
    if not rows.update(ended_at=timezone.now(), ended_because=because[:200]):
        return False
    record(actor, EventType.REPORT_UNSHARED, shared, report=title_of(shared), reason=because)
    return True


def lead_again(*, actor: Actor, shared: SharedReport) -> None:
    """Take back that it was ended: whoever could end it may. `shared` is locked. Raises Conflict where it has expired
    since, or would end by itself."""
    actor.must_write()
    if shared.member_id != actor.id:
        actor.must_administer()
    if shared.ended_at is None or shared.expires_at <= timezone.now() or _why_not(shared):
        raise Conflict("This link cannot lead anywhere again. Make a new one.", code="gone")
    must_have_room(actor.workspace, "shared_links", lambda: used(actor.workspace))
    SharedReport.objects.filter(pk=shared.pk).update(ended_at=None, ended_because="")
    record(actor, EventType.REPORT_SHARED, shared, report=title_of(shared), expires_at=shared.expires_at)


def end_all(actor: Actor, links: "QuerySet[SharedReport]", because: str) -> None:
    """Those of `links` that still lead somewhere, in the caller's transaction."""
    for shared in links.filter(ended_at=None):
        _ended(actor, shared, because)


def digest(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def opened(token: str) -> Rendered:
    """The report under this link, as it is now. Raises NotFound, in the same words for every reason, and
    TookTooLong."""
    shared = _found(token)
    if shared is None or _unfounded(shared):
        raise NotFound(GONE)
    with timezone.override(ZoneInfo(shared.workspace.time_zone)):
        try:
            found = render(reader(shared.workspace, shared.client_id), shared.report, shared.query, shared.client_id)
        except TookTooLong:
            raise
        except Refusal:
            raise NotFound(GONE) from None
    SharedReport.objects.filter(pk=shared.pk).update(opened_count=F("opened_count") + 1, last_opened_at=timezone.now())
    return found


def reader(workspace: Workspace, client_id: UUID) -> Actor:
    """Nobody in particular, who sees this client alone and changes nothing. Having no id, they are told the name of no
    person of the client's and no deal's title (`reports.people.may_be_named`)."""
    return Actor(
        workspace=workspace, kind="person", name="A shared link", role=Role.VIEWER, clients=frozenset([client_id]),
        can_write=False,
    )  # fmt: skip


def _found(token: str) -> SharedReport | None:
    if not FORM.fullmatch(token):
        return None
    live = SharedReport.objects.filter(digest=digest(token), ended_at=None, expires_at__gt=timezone.now())
    return live.select_related("workspace", "client", "member__user", "member__workspace").first()


@transaction.atomic
def _unfounded(shared: SharedReport) -> bool:
    """Whether who shared it may not do so any more: then it ends, for good."""
    why = _why_not(shared)
    if why:
        _ended(person(shared.member), shared, why)
    return bool(why)


def _why_not(shared: SharedReport) -> str:
    member = shared.member
    actor = person(member)
    if not (member.is_active and member.user.is_active):
        return "who shared it has left"
    report = REPORTS.get(shared.report)
    if report is None:
        return "there is no such report any more"
    if not may_share(actor, report) or not actor.sees(shared.client_id):
        return "who shared it may not do so any more"
    if shared.client.deleted_at is not None or not allowance(shared.workspace.plan).clients:
        return "the client is not there any more"
    return ""


def end_unfounded() -> int:
    """End the links of those who lost the right to share them, whether somebody opens them or not."""
    live = SharedReport.objects.filter(ended_at=None, expires_at__gt=timezone.now())
    rows = live.select_related("workspace", "client", "member__user", "member__workspace")
    return sum(_unfounded(shared) for shared in rows.iterator())
