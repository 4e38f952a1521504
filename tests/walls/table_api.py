"""The addresses of the API. The same under other bases are found by themselves (`routes.Route.mirrors`)."""

from typing import Any

from accounts.models import Membership
from clients.models import Campaign, Client
from contacts.models import Contact, Label, Segment, Suppression
from deals.models import Deal, Stage
from inbox.models import Attachment, Conversation, FollowUp
from tests.walls.ways import (
    ADMIN,
    MANAGES,
    MET,
    NAMED,
    SEEN,
    SEES_ALL,
    SHARED_ROW,
    TEAM,
    TEAM_OR_PROGRAM,
    WRITES,
    Way,
    api,
    pick,
)  # fmt: skip
from webhooks.models import Delivery, Endpoint

BASE = "api/v1/crm/"
DUE = "2031-05-06T09:00:00Z"
LED = (ADMIN, SEES_ALL)
# A row that a client may be chosen for: whoever sees several has to.
CHOSEN: dict[str, Any] = {"needs": (), "then": {"POST": (NAMED,)}}
HOOKS: dict[str, Any] = {"needs": (ADMIN, SEEN)}
STRANGER = pick(Contact, name__startswith="Stranger")

API: dict[str, Way] = {
    BASE + path: way
    for path, way in {
        "users": api(GET=True),
        "users/<str:id>": api(
            Membership, needs=(MET,), then={"PATCH": (MANAGES,)}, GET=True, PATCH={"is_available": True}
        ),
        "events": api(GET=True),
        "clients": api(then={"POST": LED}, GET=True, POST={"name": "Third"}),
        "clients/<str:id>": api(
            Client, then={"PATCH": (ADMIN,), "DELETE": LED}, GET=True, PATCH={"notes": "Other"}, DELETE=True
        ),
        "campaigns": api(**CHOSEN, GET=True, POST={"name": "Spring", "client_id": Client}),
        "campaigns/<str:id>": api(Campaign, GET=True, PATCH={"name": "Other"}, DELETE=409),
        "contacts": api(**CHOSEN, GET=True, POST={"first_name": "New", "client_id": Client}),
        "contacts/upsert": api(**CHOSEN, POST={"email": "new@example.com", "client_id": Client}),
        "contacts/bulk_label": api(POST={"contact_ids": [Contact], "label": "Hot", "operation": "attach"}),
        "contacts/<str:id>": api(Contact, GET=True, PATCH={"company": "Other"}, DELETE=True),
        "contacts/<str:id>/merge": api(Contact, POST={"contact_id": STRANGER}),
        "contacts/<str:id>/unmerge": api(Contact, POST={}),
        "contacts/<str:id>/erase": api(Contact, then={"POST": (ADMIN,)}, POST={}),
        "segments": api(**CHOSEN, GET=True, POST={"name": "New", "filters": {"status": "active"}, "client_id": Client}),
        "segments/<str:id>": api(Segment, GET=True, PATCH={"name": "Other"}, DELETE=True),
        "suppressions": api(
            needs=(TEAM_OR_PROGRAM,),
            then={"POST": (NAMED,)},
            GET=True,
            POST={"email": "gone2@example.com", "client_id": Client},
        ),
        "suppressions/<str:id>": api(
            Suppression, needs=(TEAM_OR_PROGRAM, SEEN), then={"DELETE": (ADMIN,)}, GET=True, DELETE=True
        ),
        "webhook_endpoints": api(
            needs=(ADMIN,),
            then={"POST": (NAMED,)},
            GET=True,
            POST={"url": "https://example.com/", "client_id": Client},
        ),
        "webhook_endpoints/<str:id>": api(Endpoint, **HOOKS, GET=True, PATCH={"description": "Other"}, DELETE=True),
        "webhook_endpoints/<str:id>/secret": api(Endpoint, **HOOKS, then={"GET": (WRITES,)}, GET=True, POST={}),
        "webhook_endpoints/<str:id>/test": api(Endpoint, **HOOKS, POST={}),
        "webhook_endpoints/<str:id>/replay": api(Endpoint, **HOOKS, POST={}),
        "webhook_deliveries": api(needs=(ADMIN,), GET=True),
        "webhook_deliveries/<str:id>": api(Delivery, **HOOKS, GET=True),
        "webhook_deliveries/<str:id>/replay": api(Delivery, **HOOKS, POST={}),
        "labels": api(GET=True, POST={"name": "New"}),
        "labels/<str:id>": api(
            Label,
            needs=(SHARED_ROW,),
            then={"PATCH": (SEES_ALL,), "DELETE": LED},
            GET=True,
            PATCH={"name": "Other"},
            DELETE=True,
        ),
        "conversations": api(**CHOSEN, GET=True, POST={"channel": "email", "contact_id": Contact}),
        "conversations/<str:id>": api(Conversation, GET=True, PATCH={"status": "closed"}),
        "conversations/<str:id>/labels": api(Conversation, POST={"label": "Hot"}, DELETE={"label": "Hot"}),
        "conversations/<str:id>/labels/<str:label_id>": api(Conversation, Label, DELETE=True),
        "conversations/<str:id>/messages": api(
            Conversation, GET=True, POST={"direction": "inbound", "body": "Hello", "external_id": "m-1"}
        ),
        "conversations/<str:id>/notes": api(
            Conversation, then={"GET": (TEAM,), "POST": (TEAM,)}, GET=True, POST={"body": "Hm"}
        ),
        "attachments/<str:id>": api(Attachment, GET=True),
        "follow_ups": api(**CHOSEN, GET=True, POST={"contact_id": Contact, "due_at": DUE}),
        "follow_ups/<str:id>": api(FollowUp, GET=True, PATCH={"note": "Other"}, DELETE=True),
        "deals": api(**CHOSEN, GET=True, POST={"title": "New", "contact_id": Contact}),
        "deals/<str:id>": api(Deal, GET=True, PATCH={"title": "Other"}, DELETE=True),
        "deals/<str:id>/move": api(Deal, POST={"stage": "won"}),
        "deals/<str:id>/history": api(Deal, GET=True),
        "stages": api(then={"POST": LED}, GET=True, POST={"key": "more", "name": "More"}),
        "stages/<str:id>": api(
            Stage,
            needs=(SHARED_ROW,),
            then={"PATCH": LED, "DELETE": LED},
            GET=True,
            PATCH={"name": "Other"},
            DELETE=409,
        ),
    }.items()
}
