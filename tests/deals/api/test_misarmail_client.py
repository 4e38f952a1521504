"""A client written for MisarMail, told only another base URL, over a real connection."""

from collections.abc import Iterator

import pytest

from activity.models import Event
from deals.models import Deal
from tests import cast, priya
from tests.misarmail import MisarMail, MisarMailError

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["/api/v1/crm", "/mail/v1/crm"])
def misarmail(request, live_server, workspace) -> Iterator[MisarMail]:
    client = MisarMail(cast.key_of(workspace), live_server.url + request.param)
    yield client
    client.close()


def test_it_lists_reads_changes_creates_and_deletes(misarmail, actor):
    conversation = priya.writes_back(actor())
    listed = misarmail.get("/conversations", status="active", page=1, per_page=25)
    assert [one["id"] for one in listed["conversations"]] == [str(conversation.pk)]
    path = f"/conversations/{conversation.pk}"
    assert misarmail.get(path)["conversation"]["intent"] == "interested"
    assert [m["direction"] for m in misarmail.get(f"{path}/messages")["messages"]] == [
        "outbound",
        "inbound",
    ]
    assert misarmail.patch(path, {"intent": "booking"})["conversation"]["intent"] == "booking"
    assert misarmail.patch(path, {"status": "closed"})["conversation"]["status"] == "closed"

    made = misarmail.post(
        "/deals",
        {"conversation_id": str(conversation.pk), "stage": "new", "value": 50000, "currency": "INR", "notes": ""},
    )
    deal = made["deal"]["id"]
    assert misarmail.patch(f"/deals/{deal}", {"stage": "won", "value": 60000})["deal"]["value"] == 60000
    assert [one["stage"] for one in misarmail.get("/deals", stage="won")["deals"]] == ["won"]
    assert misarmail.delete(f"/deals/{deal}") == {"success": True}
    assert misarmail.get("/deals")["deals"] == []

    client = misarmail.post("/clients", {"name": "Harbour Bakery", "domain": "harbour.example", "notes": ""})["client"]
    assert misarmail.patch(f"/clients/{client['id']}", {"notes": "Pays late"})["client"]["notes"] == "Pays late"
    assert [one["name"] for one in misarmail.get("/clients")["clients"]] == ["Harbour Bakery"]
    assert misarmail.delete(f"/clients/{client['id']}") == {"success": True}

    people = misarmail.get("/contacts", page=1, limit=50, status="active", search="priya")
    assert [one["firstName"] for one in people["contacts"]] == ["Priya"]
    assert people["pagination"] == {"page": 1, "limit": 50, "total": 1, "total_pages": 1}
    assert len(misarmail.get("/campaigns", page=1, per_page=20)["campaigns"]) == 1


def test_it_understands_a_refusal(misarmail, actor):
    priya.writes_back(actor())
    before = Event.objects.count()
    with pytest.raises(MisarMailError) as refused:
        misarmail.post("/deals", {"value": "50000"})
    assert (refused.value.status, refused.value.type) == (400, "invalid")
    assert refused.value.details == {"fieldErrors": {"value": ["Send a whole number."]}, "formErrors": []}
    assert (Deal.objects.count(), Event.objects.count()) == (0, before)


def test_a_wrong_key_is_told_in_misarmails_own_words(live_server, workspace):
    client = MisarMail("msk_" + "0" * 64, f"{live_server.url}/mail/v1/crm")
    with pytest.raises(
        MisarMailError, match=r"^Invalid or missing API key\. Use: Authorization: Bearer msk_\.\.\.$"
    ) as refused:
        client.get("/conversations")
    assert refused.value.status == 401
    client.close()
