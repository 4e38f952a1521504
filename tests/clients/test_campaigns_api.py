"""`/campaigns`: where conversations came from."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Workspace
from activity.models import Event
from activity.sentences import sentence
from clients.models import Campaign, Client
from contacts.models import Contact
from inbox.models import Conversation
from tests import cast
from tests.cast import Api

FIELDS = ["client_id", "created_at", "id", "name", "sent_at", "status", "subject", "updated_at"]


def test_the_list_has_misarmails_shape(api: Api, workspace: Workspace) -> None:
    cast.a_campaign(workspace=workspace, name="Spring")
    answer = api().get("/campaigns").json()
    assert answer["pagination"] == {"page": 1, "per_page": 20, "total": 1, "total_pages": 1}
    assert sorted(answer["campaigns"][0]) == FIELDS


def test_it_is_made_for_a_client_or_for_the_workspace_itself(api: Api, harbour: Client) -> None:
    answer = api().post(
        "/campaigns", {"name": "Spring", "client_id": str(harbour.pk), "subject": "Hello", "status": "draft"}
    )
    campaign = answer.json()["campaign"]
    assert (answer.status_code, campaign["client_id"], campaign["status"]) == (201, str(harbour.pk), "draft")
    answer = api().post("/campaigns", {"name": "Spring"})
    assert (answer.status_code, answer.json()["campaign"]["client_id"]) == (201, None)
    answer = api().post("/campaigns", {"name": "spring"})
    assert (answer.status_code, answer.json()["existing_id"]) == (409, str(Campaign.objects.get(client=None).pk))


def test_a_key_of_one_client_makes_and_sees_only_its_own(api: Api, harbour: Client, meadow: Client) -> None:
    theirs = cast.a_campaign(workspace=meadow.workspace, client=meadow)
    shared = cast.a_campaign(workspace=meadow.workspace)
    bound = api(client=harbour)
    assert bound.post("/campaigns", {"name": "Spring"}).json()["campaign"]["client_id"] == str(harbour.pk)
    assert [row["name"] for row in bound.get("/campaigns").json()["campaigns"]] == ["Spring"]
    for campaign in (theirs, shared):
        assert bound.patch(f"/campaigns/{campaign.pk}", {"name": "Mine"}).status_code == 404
    answer = bound.post("/campaigns", {"name": "Summer", "client_id": str(meadow.pk)})
    assert answer.json()["details"]["fieldErrors"] == {"client_id": ["There is no client with this id."]}


def test_it_is_filtered_and_found(api: Api, workspace: Workspace, harbour: Client) -> None:
    cast.a_campaign(workspace=workspace, name="Spring fair", status="sent", client=harbour)
    cast.a_campaign(workspace=workspace, name="Summer", status="draft")
    for query in ("status=sent", f"client_id={harbour.pk}", "search=FAIR"):
        assert [row["name"] for row in api().get(f"/campaigns?{query}").json()["campaigns"]] == ["Spring fair"]


def test_it_is_changed_but_stays_with_its_client(api: Api, workspace: Workspace, harbour: Client) -> None:
    campaign = cast.a_campaign(workspace=workspace, name="Spring")
    answer = api().patch(f"/campaigns/{campaign.pk}", {"status": "sent", "sent_at": "2026-04-13T09:00:00Z"})
    assert (answer.json()["campaign"]["status"], answer.json()["campaign"]["sent_at"]) == (
        "sent",
        "2026-04-13T09:00:00Z",
    )
    answer = api().patch(f"/campaigns/{campaign.pk}", {"client_id": str(harbour.pk)})
    assert list(answer.json()["details"]["fieldErrors"]) == ["client_id"]


@pytest.fixture
def used(workspace: Workspace) -> Any:
    """A campaign that a conversation came from."""
    campaign = cast.a_campaign(workspace=workspace, name="Spring")
    contact = Contact.objects.create(workspace=workspace, name="Priya", last_activity_at=timezone.now())
    Conversation.objects.create(
        workspace=workspace, contact=contact, channel="email", campaign=campaign, sorted_at=timezone.now()
    )
    return campaign


def test_one_that_conversations_came_from_is_kept(api: Api, used: Campaign) -> None:
    answer = api().delete(f"/campaigns/{used.pk}")
    assert (answer.status_code, answer.json()["error_type"]) == (409, "campaign_in_use")
    assert Campaign.objects.filter(pk=used.pk).exists()
    assert api().patch(f"/campaigns/{used.pk}", {"status": "archived"}).status_code == 200


def test_each_change_is_an_event_of_the_campaigns_client(api: Api, harbour: Client, used: Campaign) -> None:
    made = api().post("/campaigns", {"name": "Fair", "client_id": str(harbour.pk)}).json()["campaign"]["id"]
    api().patch(f"/campaigns/{made}", {"name": "Fair {2}", "status": "sent"})
    api().patch(f"/campaigns/{made}", {"status": "sent"})  # as it is
    api().delete(f"/campaigns/{made}")
    api().delete(f"/campaigns/{used.pk}")  # refused
    api().post("/campaigns", {"name": "Spring"})  # refused: there is one
    events = Event.objects.order_by("sequence")
    assert {(str(event.subject_id), event.client) for event in events} == {(made, harbour)}
    assert [(event.type, sentence(event)) for event in events] == [
        ("campaign.created", "Campaign “Fair” made"),
        ("campaign.updated", "Campaign “Fair {2}” changed: name, status"),
        ("campaign.deleted", "Campaign “Fair {2}” deleted"),
    ]


def test_an_unused_one_is_deleted(api: Api, workspace: Workspace) -> None:
    campaign = cast.a_campaign(workspace=workspace)
    assert api().delete(f"/campaigns/{campaign.pk}").json() == {"success": True}
    assert not Campaign.objects.exists()
