"""chat_accepted and chat_updated: the agent is shown who it is, and the lead stands in the CRM."""

from typing import Any

import pytest
from django.test import override_settings

from accounts.models import Membership, Workspace
from clients.models import Client
from contacts.actions import create
from contacts.labels import relabel
from contacts.models import Contact, Identity
from deals import actions as deals
from deals.models import Deal
from inbox.models import Conversation
from tests.cast import Acting
from tests.integrations.jivochat.events import ANNA, chat_accepted, chat_updated, ids_as_text, nulled
from tests.integrations.senders import Sender, connect

pytestmark = pytest.mark.django_db


def test_an_unknown_visitor_becomes_a_lead_before_the_answer(jivo: Sender) -> None:
    with override_settings(PUBLIC_URL="https://crm.example.com"):
        answer = jivo.post(chat_accepted()).json()
    tom = Contact.objects.get()
    assert (tom.name, tom.email, tom.phone) == ("Tom Clifton", "tom@example.com", "+16145550148")
    assert tom.source == "JivoChat"
    assert answer["result"] == "ok"
    assert answer["contact_info"] == {
        "name": "Tom Clifton", "phone": "+16145550148", "email": "tom@example.com",
        "description": "Asked about the oak table",
    }  # fmt: skip
    assert answer["crm_link"] == f"https://crm.example.com/contacts/{tom.pk}"
    assert answer["enable_assign"] is True


def test_where_the_visit_came_from_stands_in_custom_fields(jivo: Sender) -> None:
    jivo.send(chat_accepted())
    assert Contact.objects.get().custom_fields == {
        "utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spring", "utm_content": "banner",
        "page_url": "https://shop.example.com/tables/oak", "page_title": "Oak tables",
        "comment": "Asked about the oak table",
    }  # fmt: skip


def test_a_known_person_is_shown_with_fields_labels_and_open_deals(
    jivo: Sender, actor: Acting, owner: Membership
) -> None:
    tom = create(
        actor=actor(owner), name="Tom Clifton", email="tom@example.com", company="Clifton & Sons", owner_id=owner.pk,
        custom_fields={"loyalty_card": "A-42", "empty": ""},
    )  # fmt: skip
    relabel(actor=actor(), contact=tom, names=["VIP", "Carpenter"])
    deal = deals.create(actor=actor(), contact_id=tom.pk, title="Six oak tables", value=125000, currency="EUR")
    lost = deals.create(actor=actor(), contact_id=tom.pk, title="Chairs")
    deals.move(actor=actor(), deal=lost, stage="lost", reason="too dear")
    [answer] = jivo.send(chat_accepted(visitor={"phone": None}))
    shown = {one["key"]: one["content"] for one in answer["custom_data"]}
    assert shown["company"] == "Clifton & Sons"
    assert shown["owner"] == "Olga Owner"
    assert shown["labels"] == "Carpenter, VIP"
    assert shown["loyalty_card"] == "A-42"
    assert "empty" not in shown
    [told] = [one for one in answer["custom_data"] if one["key"] == "deal"]
    assert told["title"] == "Open deal"
    assert told["content"] == "Six oak tables: New, €1,250.00"
    assert told["link"].endswith(f"/board/deals/{deal.pk}")
    assert Contact.objects.count() == 1


def test_the_lead_has_a_chat_with_title_and_the_agent_as_its_manager(jivo: Sender, agent: Membership) -> None:
    jivo.send(chat_accepted())
    chat = Conversation.objects.get()
    assert (chat.subject, chat.channel, chat.external_id) == ("JivoChat #18 - Tom Clifton", "chat", "18")
    assert chat.assignee == agent
    assert Contact.objects.get().owner == agent


def test_without_a_colleague_of_that_login_the_default_manager_takes_it(
    workspace: Workspace, owner: Membership, agent: Membership
) -> None:
    jivo = connect("jivochat", workspace, default_manager="Olga.Owner@example.com")
    jivo.send(chat_accepted(agent={"email": "somebody@agency.example"}))
    assert Conversation.objects.get().assignee == owner


def test_a_new_visitor_opens_a_deal_and_only_the_first_time(jivo: Sender, agent: Membership) -> None:
    jivo.send(chat_accepted(), chat_updated(), chat_accepted(chat_id=19))
    deal = Deal.objects.get()
    assert (deal.title, deal.stage.key, deal.owner) == ("JivoChat #18 - Tom Clifton", "new", agent)
    assert deal.conversation == Conversation.objects.get(external_id="18")
    assert deal.notes == "Asked about the oak table"


def test_no_deal_is_opened_where_the_connection_says_so(workspace: Workspace) -> None:
    connect("jivochat", workspace, opens_deals="no").send(chat_accepted())
    assert Contact.objects.count() == 1
    assert not Deal.objects.exists()


def test_no_deal_is_opened_for_somebody_who_was_here_before(jivo: Sender, actor: Acting) -> None:
    create(actor=actor(), name="Tom", email="tom@example.com")
    jivo.send(chat_accepted())
    assert not Deal.objects.exists()


def test_another_phone_and_mail_are_kept_beside_the_first(jivo: Sender) -> None:
    jivo.send(chat_accepted(), chat_updated(visitor={"email": "tom.clifton@work.example", "phone": "+1 614 555 0177"}))
    kept = set(Identity.objects.exclude(kind="jivochat").values_list("kind", "value"))
    assert kept == {
        ("email", "tom@example.com"), ("email", "tom.clifton@work.example"),
        ("phone", "+16145550148"), ("phone", "+16145550177"),
    }  # fmt: skip
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("written", "country", "wanted"),
    [
        ("(415) 555-0100", "US", "+14155550100"),
        ("030 901820", "DE", "+4930901820"),
        ("+44 20 7946 0018", "US", "+442079460018"),
        ("919876543210", "US", "+919876543210"),
        ("(415) 555-0100", None, "+14155550100"),
    ],
)
def test_phones_are_read_as_in_the_visitors_country(
    jivo: Sender, written: str, country: str | None, wanted: str
) -> None:
    jivo.send(chat_accepted(visitor={"phone": written}, session={"geoip": {"country_code": country}}))
    assert Contact.objects.get().phone == wanted


def test_what_is_no_phone_is_kept_as_a_comment(jivo: Sender) -> None:
    [answer] = jivo.send(chat_accepted(visitor={"phone": "ask my wife", "email": "none"}))
    tom = Contact.objects.get()
    assert (tom.phone, tom.email) == ("", "")
    assert tom.custom_fields["comment"] == (
        "Asked about the oak table\nE-mail as given: none\nPhone as given: ask my wife"
    )
    assert answer["contact_info"]["description"] == tom.custom_fields["comment"]


def test_ids_as_numbers_and_as_texts_are_the_same(jivo: Sender) -> None:
    jivo.send(chat_accepted(), ids_as_text(chat_accepted()))
    assert Contact.objects.count() == Conversation.objects.count() == 1
    assert Identity.objects.get(kind="jivochat").value == "aB3xYz:2198"


def test_a_visitor_without_phone_or_mail_is_known_by_their_number(jivo: Sender) -> None:
    nameless = {"name": None, "email": None, "phone": None}
    jivo.send(chat_accepted(visitor=nameless), chat_accepted(visitor=nameless, chat_id=19))
    nobody = Contact.objects.get()
    assert [one.value for one in nobody.identities.all()] == ["aB3xYz:2198"]
    assert Conversation.objects.filter(contact=nobody).count() == 2


def test_a_nameless_visitor_who_gives_a_known_address_is_joined_with_that_person(jivo: Sender, actor: Acting) -> None:
    tom = create(actor=actor(), name="Tom Clifton", email="tom@example.com")
    jivo.send(chat_accepted(visitor={"name": None, "email": None, "phone": None}))
    assert Conversation.objects.get().contact != tom
    [answer] = jivo.send(chat_updated())
    assert answer["crm_link"].endswith(str(tom.pk))
    assert Conversation.objects.get().contact == tom
    assert Contact.objects.filter(merged_into=None).count() == 1


def test_somebody_elses_browser_does_not_join_two_people(jivo: Sender) -> None:
    uma = {"name": "Uma", "email": "uma@example.com", "phone": None}
    jivo.send(chat_accepted())
    jivo.send(chat_accepted(chat_id=19, visitor={**uma, "number": 5}))
    jivo.send(chat_accepted(chat_id=20, visitor=uma))
    assert Contact.objects.filter(merged_into=None).count() == 2
    assert Conversation.objects.get(external_id="20").contact.email == "uma@example.com"


def test_everything_null_is_still_answered_and_kept(jivo: Sender) -> None:
    for payload in (nulled(chat_accepted()), {"event_name": "chat_accepted"}, nulled(chat_accepted(), "chat_id")):
        answer = jivo.post(payload).json()
        assert answer["result"] == "ok"
    jivo.send()
    assert {event.state for event in jivo.events} == {"done"}


def test_an_event_that_comes_twice_is_stored_once_and_answered_twice(jivo: Sender) -> None:
    first, second = jivo.send(chat_accepted(), chat_accepted())
    assert first["crm_link"] == second["crm_link"]
    assert len(jivo.events) == 1


def test_the_lead_of_a_client_stays_behind_its_wall(
    workspace: Workspace, harbour: Client, meadow: Client, actor: Acting
) -> None:
    create(actor=actor(), name="Tom at Meadow", email="tom@example.com", company="Secret", client_id=meadow.pk)
    jivo = connect("jivochat", workspace, harbour)
    [answer] = jivo.send(chat_accepted())
    assert "Secret" not in str(answer)
    assert Contact.objects.get(client=harbour).name == "Tom Clifton"
    assert Contact.objects.get(client=meadow).name == "Tom at Meadow"


def test_while_paused_the_answer_is_plain_and_the_event_waits(jivo: Sender) -> None:
    jivo.connection.is_active = False
    jivo.connection.save(update_fields=["is_active"])
    assert jivo.post(chat_accepted()).json() == {"result": "ok"}
    assert not Contact.objects.exists()
    assert [event.state for event in jivo.events] == ["waiting"]


def test_the_answer_costs_the_same_with_much_to_tell(
    jivo: Sender, actor: Acting, django_assert_max_num_queries: Any
) -> None:
    tom = create(actor=actor(), name="Tom Clifton", email="tom@example.com", custom_fields={"a": "1"})
    jivo.post(chat_accepted())
    with django_assert_max_num_queries(40) as few:
        jivo.post(chat_accepted(tags=[{"id": 1, "title": "x"}]))
    relabel(actor=actor(), contact=tom, names=[f"Label {n}" for n in range(10)])
    for number in range(10):
        deals.create(actor=actor(), contact_id=tom.pk, title=f"Deal {number}")
    with django_assert_max_num_queries(len(few)):
        jivo.post(chat_accepted(tags=[{"id": 2, "title": "y"}]))


def test_the_fixture_agent_is_anna(agent: Membership) -> None:
    assert agent.user.email == ANNA["email"]
