"""Many calls at once, over real HTTP: one lead."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import httpx2
import pytest

from contacts.models import Contact
from integrations.models import InboundEvent
from tests.crowd import at_once
from tests.integrations.quickreply.conftest import QuickReply
from tests.live_site import LiveSite

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(transactional_db: None) -> Iterator[LiveSite]:
    made = LiveSite()
    made.start()
    yield made
    made.stop()


def call(site: LiveSite, key: str, method: str, path: str, **given: Any) -> Any:
    url = site.url + path
    return httpx2.request(method, url, json=given, headers={"Auth-Key": key}, timeout=60).json()


def test_fifty_creates_of_one_phone_are_one_lead(site: LiveSite, quickreply: QuickReply) -> None:
    def create(number: int) -> Any:
        custom = {f"field {number % 5}": number}
        given = {"phone": "+919876543210", "name": "Priya", "custom_fields": custom}
        return call(site, quickreply.key, "POST", "/crm/create", **given)

    answers = at_once([partial(create, number) for number in range(50)])
    lead = Contact.objects.get()
    assert answers == [{"lead_id": str(lead.pk), "status": "Successfully Created"}] * 50
    assert set(lead.custom_fields) == {f"field {number}" for number in range(5)}
    assert InboundEvent.objects.filter(state="done").count() == 50


def test_creates_and_updates_with_crossed_addresses_end(site: LiveSite, quickreply: QuickReply) -> None:
    """Phone and mail in every combination, while the lead is updated: nobody waits in a circle, nothing is a 500."""
    lead_id = quickreply.create()
    create = partial(call, site, quickreply.key, "POST", "/crm/create", name="P")
    update = partial(call, site, quickreply.key, "PUT", f"/crm/update/{lead_id}", phone="+919876543210")
    phones, mails = [f"+9190000000{n:02}" for n in range(3)], [f"p{n}@example.com" for n in range(3)]
    creates = [partial(create, phone=phone, email=mail) for phone in phones for mail in mails] * 2
    updates = [partial(update, name=f"Priya {n}") for n in range(6)]
    answers = at_once([*creates, *updates])
    assert all(isinstance(answer, dict) and "lead_id" in answer for answer in answers), answers
    assert Contact.objects.count() <= 4
