"""MisarMail's documented calls about deals, word for word, under both of its bases."""

from typing import Any

import pytest
import time_machine

from deals.actions import create
from deals.models import Deal
from tests import priya
from tests.priya import as_documented

pytestmark = pytest.mark.django_db
BASES = pytest.mark.parametrize("base", ["/api/v1/crm", "/mail/v1/crm"])
ASKED: Any = {"stage": "interested", "value": 50000, "currency": "INR", "notes": "Wants annual pricing"}


@pytest.fixture
def conversation(actor):
    return priya.writes_back(actor())


@pytest.fixture
def deal(actor, conversation) -> Deal:
    with time_machine.travel("2026-04-13T09:30:00Z", tick=False):
        return create(actor=actor(), conversation_id=conversation.pk, **ASKED)


def documented(deal: Deal) -> dict[str, object]:
    return {
        "id": str(deal.pk),
        "conversation_id": str(deal.conversation_id),
        "lead_email": "priya@example.com",
        "lead_name": "Priya Sharma",
        "stage": "interested",
        "value": 50000,
        "currency": "INR",
        "notes": "Wants annual pricing",
        "created_at": "2026-04-13T09:30:00Z",
        "updated_at": "2026-04-13T09:30:00Z",
    }


@BASES
def test_the_list(api, deal, base):
    body = api().get(f"{base}/deals?stage=interested").json()
    assert (body["success"], len(body["deals"])) == (True, 1)
    assert as_documented(body["deals"][0], documented(deal))
    assert api().get(f"{base}/deals?stage=won").json()["deals"] == []


@BASES
def test_a_new_one(api, conversation, base):
    with time_machine.travel("2026-04-13T09:30:00Z", tick=False):
        answer = api().post(f"{base}/deals", {"conversation_id": str(conversation.pk), **ASKED})
    assert answer.status_code == 201
    assert as_documented(answer.json()["deal"], documented(Deal.objects.get()))


@BASES
def test_one(api, deal, base):
    body = api().get(f"{base}/deals/{deal.pk}").json()
    assert body["success"] is True
    assert as_documented(body["deal"], documented(deal))


@BASES
@pytest.mark.parametrize(
    "change",
    [
        {"stage": "negotiating"},
        {"stage": "won"},
        {"value": 75000},
        {"notes": "Signed"},
        {"stage": "lost", "value": 1, "notes": ""},
    ],
)
def test_a_change(api, deal, base, change):
    with time_machine.travel("2026-04-14T10:00:00Z", tick=False):
        answer = api().patch(f"{base}/deals/{deal.pk}", change)
    assert answer.status_code == 200
    changed = documented(deal) | change | {"updated_at": "2026-04-14T10:00:00Z"}
    assert as_documented(answer.json()["deal"], changed)
    assert as_documented(api().get(f"{base}/deals/{deal.pk}").json()["deal"], changed)


@BASES
def test_a_deal_that_goes(api, deal, base):
    answer = api().delete(f"{base}/deals/{deal.pk}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert api().get(f"{base}/deals/{deal.pk}").status_code == 404
    assert api().get(f"{base}/deals").json()["deals"] == []


def test_what_stands_beside_the_documented_fields(api, deal):
    with time_machine.travel("2026-04-13T12:00:00Z", tick=False):
        shown = api().get(f"/deals/{deal.pk}").json()["deal"]
    assert as_documented(
        shown,
        {
            "title": "Priya Sharma",
            "owner": None,
            "expected_close_on": None,
            "contact_id": str(deal.contact_id),
            "client_id": None,
            "health": "unanswered",
            "health_reason": "Their reply waits for an answer",
            "lost_reason": None,
            "stage_since": "2026-04-13T09:30:00Z",
            "closed_at": None,
            "version": 1,
        },
    )
