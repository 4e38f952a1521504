"""The pages that stand above the rooms: the desk, settings, connections; the doors of outside systems; signing in."""

from typing import Any
from uuid import UUID

from accounts.models import ApiKey, Invitation, Membership, Workspace
from activity.models import Run, Undo
from clients.models import Campaign, Client
from contacts.models import Label
from desk.models import SavedView
from integrations.models import Connection, InboundEvent, Push, SyncRun
from reports.models import Recipient, SavedReport, SharedReport
from reports.registry import REPORTS as ALL_REPORTS
from tests.walls.ways import (
    ADMIN,
    CHOSEN,
    DID,
    MADE_OR_ADMIN,
    MINE,
    MINE_OR_LED,
    OWNS,
    SEEN,
    SEEN_BY_TEAM,
    SEES_ALL,
    SHARED_ROW,
    TEAM,
    WRITES,
    Asked,
    Way,
    exactly,
    form,
    of_all,
    page,
    personal,
    pick,
    verb,
)  # fmt: skip
from tests.walls.world import HARBOUR
from webhooks.models import Delivery, Endpoint

EVENT = pick(InboundEvent, connection=Connection)
PUSH = pick(Push, connection=Connection)
DELIVERY = pick(Delivery, endpoint=Endpoint)
BATCH = pick(SyncRun, connection=Connection)
ADMINISTERED: dict[str, Any] = {"needs": (TEAM, SEEN, ADMIN)}
GOES_ON: dict[str, Any] = {"status": (302, 303)}


def _administered_form(status: int) -> Way:
    needs = ADMINISTERED["needs"]
    return exactly("page", Connection, GET=Asked(needs), POST=Asked(needs, status=(status,)))


DESKS: dict[str, Way] = {
    "": page(**GOES_ON),
    "today": page(whose="all"),
    "today/my-turn": page(whose="all"),
    "today/follow-ups": page(whose="all"),
    "search": page(q="of"),
    "clients/choices": page(),
    "keys": page(),
    "palette/commands": page(),
    "palette/found": page(q="of"),
    "settings": exactly("page", GET=Asked(()), POST=Asked((), {"name": "Me", "time_zone": ""}, (303,))),
    "settings/labels": page(),
    "settings/labels/new": verb(name="New", colour="#123456"),
    "settings/labels/<uuid:pk>/change": verb(
        Label, needs=(SHARED_ROW,), then=(WRITES, SEES_ALL), name="Other", colour="#123456"
    ),
    "settings/labels/<uuid:pk>/delete": of_all(verb(Label, needs=(SHARED_ROW,))),
    "settings/labels/<uuid:pk>/merge": of_all(verb(Label, needs=(SHARED_ROW,), status=(422,), into=Label)),
    "undo/<uuid:pk>": verb(Undo, needs=(WRITES, MINE)),
    "runs": page(),
    "runs/<uuid:pk>": page(Run, needs=(MINE_OR_LED,)),
    "runs/<uuid:pk>/stop": verb(Run, needs=(MINE_OR_LED,)),
    "runs/<uuid:pk>/undo": verb(Run, needs=(MINE_OR_LED,), status=(303, 409)),
    "runs/<uuid:pk>/again": verb(Run, needs=(WRITES, MINE_OR_LED), status=(303, 409)),
    "views": page(),
    "views/<uuid:pk>": page(SavedView, needs=(MINE,), **GOES_ON),
    "views/<uuid:pk>/change": verb(SavedView, needs=(MINE,), name="Other"),
    "views/<uuid:pk>/delete": verb(SavedView, needs=(MINE,)),
    "views/<uuid:pk>/pin": verb(SavedView, needs=(MINE,), pinned="yes"),
    "views/<uuid:pk>/move": verb(SavedView, needs=(MINE,), way="up"),
    "views/new/<str:room>": exactly("page", "inbox", GET=Asked(()), POST=Asked((), {"name": "New"}, (303,))),
    "views/counts/<str:room>": page("inbox"),
}

CONNECTIONS: dict[str, Way] = {
    "settings/connections" + path: way
    for path, way in {
        "": page(needs=(TEAM,)),
        "/new": page(needs=(ADMIN,)),
        "/new/<slug:key>": form("muro", needs=(ADMIN,), status=(303, 422)),
        "/<uuid:pk>": page(Connection, needs=(TEAM, SEEN)),
        "/<uuid:pk>/compare": verb(Connection, **ADMINISTERED, status=(303, 409)),
        "/<uuid:pk>/batches": page(Connection, needs=(TEAM, SEEN)),
        "/<uuid:pk>/batches/<uuid:run>/stop": verb(Connection, BATCH, **ADMINISTERED, status=(303, 409)),
        "/<uuid:pk>/setup": page(Connection, **ADMINISTERED),
        "/<uuid:pk>/check": verb(Connection, **ADMINISTERED, status=(303, 409)),
        "/<uuid:pk>/events": page(Connection, **ADMINISTERED),
        "/<uuid:pk>/events/replay": verb(Connection, **ADMINISTERED),
        "/<uuid:pk>/events/<uuid:event>": page(Connection, EVENT, **ADMINISTERED),
        "/<uuid:pk>/events/<uuid:event>/replay": verb(Connection, EVENT, **ADMINISTERED, status=(303, 409)),
        "/<uuid:pk>/sent": page(Connection, **ADMINISTERED),
        "/<uuid:pk>/sent/replay": verb(Connection, **ADMINISTERED),
        "/<uuid:pk>/sent/<uuid:push>": page(Connection, PUSH, **ADMINISTERED),
        "/<uuid:pk>/sent/<uuid:push>/replay": verb(Connection, PUSH, **ADMINISTERED, status=(303, 409)),
        "/<uuid:pk>/settings": _administered_form(303),
        "/<uuid:pk>/pause": verb(Connection, **ADMINISTERED),
        "/<uuid:pk>/resume": verb(Connection, **ADMINISTERED),
        "/<uuid:pk>/address": page(Connection, **ADMINISTERED),
        "/<uuid:pk>/address/renew": verb(Connection, **ADMINISTERED),
        "/<uuid:pk>/disconnect": _administered_form(422),
    }.items()
}

AUTOMATION = "open_deal"
RUNNING: dict[str, Way] = {
    "settings/audit": page(needs=(ADMIN,)),
    "settings/audit/export": page(needs=(ADMIN,)),
    "settings/automations": of_all(page()),
    "settings/automations/<slug:name>": of_all(page(AUTOMATION)),
    "settings/automations/<slug:name>/switch": of_all(verb(AUTOMATION, then=(), to="off")),
    "settings/automations/<slug:name>/rehearse": of_all(verb(AUTOMATION, then=())),
}

REPORTS: dict[str, Way] = {
    "reports": page(),
    "reports/<slug:key>": page(tuple(ALL_REPORTS), status=(200, 404)),
    "reports/<slug:key>.csv": page(tuple(ALL_REPORTS), status=(200, 404)),
    "reports/<slug:key>/keep": exactly("page", "speed", POST=Asked((), {"name": "New"}, (303,))),
    # who sees several clients is asked to choose one first
    "reports/<slug:key>/share": exactly("page", "speed", POST=Asked((WRITES,), status=(200, 422))),
    "reports/saved": page(),
    "reports/saved/<uuid:pk>": page(SavedReport, needs=(MINE,), **GOES_ON),
    "reports/saved/<uuid:pk>/change": verb(SavedReport, needs=(MINE,), name="Other"),
    "reports/saved/<uuid:pk>/delete": verb(SavedReport, needs=(MINE,)),
    "reports/saved/<uuid:pk>/mails": form(
        SavedReport,
        needs=(MINE,),
        every="day",
        hour="8",
        weekday="0",
        monthday="1",
        time_zone="UTC",
        members=[Membership],
    ),
    "reports/saved/<uuid:pk>/mails/cancel": verb(SavedReport, needs=(MINE,)),
    "reports/mails/<uuid:pk>/stop": exactly("page", Recipient, GET=Asked((MINE,)), POST=Asked((MINE,))),
    "reports/mails/<uuid:pk>/again": exactly("page", str(UUID(int=0)), POST=Asked((WRITES,), status=(404,))),
    "reports/links": page(needs=(WRITES,)),
    "reports/links/<uuid:pk>/end": verb(SharedReport, needs=(SEEN_BY_TEAM,), then=(WRITES, MADE_OR_ADMIN)),
    "shared/reports/<str:token>": exactly("open", "prl_wrong", GET=Asked((), status=(404, 429))),
    "shared/reports/<str:token>/<slug:sheet>.csv": exactly(
        "open", "prl_wrong", "all", GET=Asked((), status=(404, 429))
    ),
    "settings/hours": of_all(form(days="0", opens="08:00", closes="17:00")),
}

FOR: dict[str, Any] = {"for": Client}

CLIENTS: dict[str, Way] = {
    "clients": page(status=(200, 303)),
    "clients/new": of_all(form(name="Third")),
    "clients/<uuid:pk>": page(Client),
    "clients/<uuid:pk>/edit": exactly(
        "page", Client, GET=Asked((SEEN, WRITES, ADMIN)), POST=Asked((SEEN, WRITES, ADMIN), {"name": HARBOUR}, DID)
    ),
    "clients/<uuid:pk>/delete": exactly(
        "page", Client, GET=Asked((SEEN, ADMIN, SEES_ALL)), POST=Asked((SEEN, ADMIN, SEES_ALL), status=(422,))
    ),
    "clients/<uuid:pk>/delete/export": page(Client, needs=(), status=(404,)),  # nothing is written out of these
    "clients/<uuid:pk>/campaigns": page(Client),
    "clients/<uuid:pk>/campaigns/new": verb(Client, name="Spring"),
    "clients/<uuid:pk>/campaigns/<uuid:campaign_pk>/change": verb(Client, Campaign, name="Other", version="1"),
    "clients/<uuid:pk>/campaigns/<uuid:campaign_pk>/delete": verb(Client, Campaign, status=(409,)),
    "settings/api-keys": page(needs=(ADMIN,)),
    "settings/api-keys/new": verb(needs=(ADMIN, CHOSEN), then=(), name="New", scope="crm", **FOR),
    "settings/api-keys/<uuid:pk>/replace": verb(ApiKey, needs=(ADMIN, SEEN), then=(), hours="0"),
    "settings/api-keys/<uuid:pk>/revoke": verb(ApiKey, needs=(ADMIN, SEEN), then=()),
}

HOOKED: dict[str, Any] = {"needs": (ADMIN, SEEN), "then": ()}
WEBHOOKS: dict[str, Way] = {
    f"settings/webhooks{path}": way
    for path, way in {
        "": page(needs=(ADMIN,)),
        "/new": verb(needs=(ADMIN, CHOSEN), then=(), url="https://example.com/", **FOR),
        "/<uuid:pk>": page(Endpoint, needs=(ADMIN, SEEN)),
        "/<uuid:pk>/change": verb(Endpoint, **HOOKED, url="https://example.com/"),
        "/<uuid:pk>/switch": verb(Endpoint, **HOOKED, on="0"),
        "/<uuid:pk>/delete": verb(Endpoint, **HOOKED),
        "/<uuid:pk>/secret": verb(Endpoint, **HOOKED),
        "/<uuid:pk>/secret/new": verb(Endpoint, **HOOKED),
        "/<uuid:pk>/test": verb(Endpoint, **HOOKED),
        "/<uuid:pk>/replay": verb(Endpoint, **HOOKED),
        "/<uuid:pk>/deliveries/<uuid:delivery_pk>": page(Endpoint, DELIVERY, needs=(ADMIN, SEEN)),
        "/<uuid:pk>/deliveries/<uuid:delivery_pk>/replay": verb(Endpoint, DELIVERY, **HOOKED),
    }.items()
}

LED = (ADMIN, SEES_ALL)
PEOPLE: dict[str, Way] = {
    "settings/people": page(needs=LED),
    "settings/people/invite": of_all(form(email="new@example.com", role="agent", which="all")),
    "settings/people/<uuid:pk>": exactly(
        "page", Membership, GET=Asked((*LED, SEEN)), POST=Asked((*LED, SEEN), {"role": "agent", "which": "all"}, DID)
    ),
    "settings/people/<uuid:pk>/end": verb(Membership, needs=(*LED, SEEN)),
    "settings/people/<uuid:pk>/back": verb(Membership, needs=(*LED, SEEN), status=(303, 409)),
    "settings/people/<uuid:pk>/available": verb(Membership, needs=(*LED, SEEN)),
    "settings/people/<uuid:pk>/second-step": verb(Membership, needs=(*LED, SEEN, OWNS), status=(409, 422)),
    "settings/workspace/second-step": verb(needs=LED, then=(), required="yes", status=(422,)),
    "settings/invitations/<uuid:pk>/again": verb(Invitation, needs=(*LED, SEEN), status=(303, 409)),
    "settings/invitations/<uuid:pk>/withdraw": verb(Invitation, needs=(*LED, SEEN)),
    "settings/workspace": exactly("page", GET=Asked(LED), POST=Asked(LED, status=(422,))),
    "settings/workspace/delete": exactly("page", GET=Asked((*LED, OWNS)), POST=Asked((*LED, OWNS), status=(422,))),
    "workspaces": page(),
    "workspaces/switch": verb(needs=(SHARED_ROW,), then=(), workspace=Workspace),
    "settings/hours": exactly(
        "page",
        GET=Asked((ADMIN, SEES_ALL)),
        POST=Asked((ADMIN, SEES_ALL), {"days": ["1"], "opens": "09:00", "closes": "17:00"}, (303,)),
    ),
    "settings/plan": exactly("page", GET=Asked((ADMIN, SEES_ALL)), POST=Asked((OWNS,), {"plan": "enterprise"}, (303,))),
}

# About nobody but whoever asks. Django's or allauth's own, and those that look for nothing but `request.user`.
OWN_ACCOUNT: dict[str, Way] = {
    **{
        f"accounts/{path}/": personal()
        for path in (
            "login", "login/passkey", "login/second-step", "logout", "inactive", "signup", "again", "again/code",
            "again/passkey", "password/reset", "password/reset/done", "password/reset/key/done",
        )
    },
    "^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$": personal("1", "no-such-key"),
    "accounts/address/<str:token>/": personal("no-such-token"),
    "workspaces/new": personal(),
    "sign-up": personal(),
    "sign-up/<str:token>": personal("no-such-token"),
    "join/<str:token>": personal("no-such-token"),
    **{
        f"settings/security{path}": personal()
        for path in (
            "", "/second-step", "/sessions/others", "/address", "/password", "/password/first", "/app/on", "/app/off",
            "/codes", "/codes/new", "/passkeys/new",
        )
    },
    "settings/security/sessions/<int:pk>/end": personal("1"),
    "settings/security/passkeys/<int:pk>/name": personal("1"),
    "settings/security/passkeys/<int:pk>/remove": personal("1"),
}  # fmt: skip

# Open to programs that bring a key of their own, which the tests of each system look after: nobody else gets in.
OPEN: dict[str, Way] = {
    **{path: exactly("open", GET=Asked((), status=(200, 503))) for path in ("healthz", "readyz")},
    **{path: exactly("open", GET=Asked(())) for path in ("api/schema", "api/docs")},
    "icons/<slug:digest>.svg": exactly("open", "older", GET=Asked(())),
    "metrics": exactly("open", GET=Asked((), status=(403, 404))),
    "live": exactly("open", GET=Asked((), status=(401, 204))),
    "hooks/<slug:system>/<str:token>": exactly("open", "muro", "no-such-token", POST=Asked((), status=(404,))),
    "crm/create": exactly("open", POST=Asked((), status=(401, 415))),
    "crm/fetch": exactly("open", GET=Asked((), status=(401,))),
    "crm/update/<str:lead_id>": exactly("open", "1", POST=Asked((), status=(401, 415))),
}

DESK: dict[str, Way] = {
    **DESKS, **CLIENTS, **CONNECTIONS, **WEBHOOKS, **RUNNING, **REPORTS, **PEOPLE, **OWN_ACCOUNT, **OPEN,
}  # fmt: skip
