"""What other rooms' pages say of a connection."""

from collections.abc import Sequence

import pytest
from django.utils import timezone

from accounts.models import Membership
from clients.models import Client
from contacts.actions import create
from contacts.incoming import Known, take_in
from contacts.models import Contact
from inbox.models import Conversation
from integrations.base import Connected
from integrations.models import Connection
from tests.arrivals import write_in
from tests.cast import acting
from tests.integrations.pages.conftest import Browse


@pytest.fixture
def chat(bandung: Connection) -> Conversation:
    """Priya wrote through Bandung."""
    message = write_in(Connected(bandung).actor, "Hello", sender="priya@example.com", name="Priya Patel",
                       client_id=bandung.client_id, connection_id=bandung.pk)  # fmt: skip
    found: Conversation = message.conversation
    return found


def test_a_thread_names_the_connection_that_it_came_through(
    browse: Browse, agent: Membership, chat: Conversation, bandung: Connection
) -> None:
    page = browse(agent).get(f"/inbox/{chat.pk}").content.decode()
    assert "Harbour Bakery" in page
    assert f'<a class="link" href="/settings/connections/{bandung.pk}">Bandung</a>' in page


def test_a_clients_viewer_reads_the_name_without_the_way_to_it(
    browse: Browse, viewer: Membership, chat: Conversation, bandung: Connection
) -> None:
    page = browse(viewer).get(f"/inbox/{chat.pk}").content.decode()
    assert ("Bandung" in page, f"/settings/connections/{bandung.pk}" in page) == (True, False)


def test_a_thread_opens_where_the_key_of_the_credentials_is_lost(
    browse: Browse, agent: Membership, chat: Conversation, settings: object
) -> None:
    settings.CREDENTIALS_KEYS = ["MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="]  # type: ignore[attr-defined]
    assert browse(agent).get(f"/inbox/{chat.pk}").status_code == 200


def test_a_field_that_a_connection_wrote_says_so_by_its_name(
    browse: Browse, agent: Membership, owner: Membership, bandung: Connection, harbour: Client
) -> None:
    person: Contact = create(actor=acting(owner), name="Priya", email="priya@example.com", client_id=harbour.pk)
    Contact.objects.filter(pk=person.pk).update(field_origins={}, company="")
    known: Sequence[Known] = [
        Known(system="every", key="ctc_1", addresses=[], fields={"company": "Patel Ltd"}, changed_at=timezone.now())
    ]
    [met] = take_in(actor=Connected(bandung).actor, client_id=harbour.pk, people=known)
    page = browse(agent).get(f"/contacts/{met.contact.pk}").content.decode()
    assert "by Bandung, " in page


def test_the_palette_leads_there(browse: Browse, owner: Membership, agent: Membership, viewer: Membership) -> None:
    shown = {who: browse(who).get("/palette/commands").content.decode() for who in (owner, agent, viewer)}
    assert ['href="/settings/connections"' in page for page in shown.values()] == [True, True, False]
    assert ["/settings/connections/new" in page for page in shown.values()] == [True, False, False]
