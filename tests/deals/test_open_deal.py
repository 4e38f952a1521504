"""Somebody is interested or wants to meet: a deal opens on the board, once."""

import pytest

from accounts.actors import Actor, system
from accounts.models import Membership, Workspace
from activity.consumers import READERS
from activity.log import START
from activity.models import Consumer, EventWork, ReactionSwitch
from clients.models import Client
from contacts.models import Contact
from crm.text import storable
from deals import actions, stages
from deals.models import Deal
from inbox.actions import assign, override_intent
from inbox.erasure import erase
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests.arrivals import ago, events, follow_up_on_everything, judged, wants, write_in
from tests.cast import acting
from tests.inbox.reacting import react

YES = Intent.INTERESTED


@pytest.fixture
def us(workspace: Workspace) -> Actor:
    return system(workspace, "test")


def open_deal() -> Deal | None:
    react("open_deal")
    return Deal.objects.select_related("stage").first()


def test_it_opens_in_the_first_column_for_whoever_has_the_conversation(us: Actor, agent: Membership) -> None:
    conversation = wants(us, YES, name="Priya Rao")
    conversation.refresh_from_db()
    assign(actor=us, conversation=conversation, to=agent)
    deal = open_deal()
    assert deal is not None
    assert (deal.stage.key, deal.title, deal.owner, deal.value, deal.currency) == ("new", "Priya Rao", agent, 0, "EUR")
    assert (deal.conversation, deal.contact) == (conversation, conversation.contact)
    assert events("deal.created", subject=deal.pk) == ["deal.created"]


def test_it_bears_the_companys_name_where_one_is_known(us: Actor) -> None:
    wants(us, Intent.BOOKING)
    Contact.objects.update(company="Rao Ltd")
    deal = open_deal()
    assert deal is not None
    assert deal.title == "Rao Ltd"


def test_it_belongs_to_the_conversations_client(us: Actor, harbour: Client) -> None:
    wants(us, YES, client_id=harbour.pk)
    deal = open_deal()
    assert deal is not None
    assert deal.client == harbour


@pytest.mark.parametrize("intent", [i for i in Intent if i not in (Intent.INTERESTED, Intent.BOOKING)])
def test_no_other_intent_opens_one(us: Actor, intent: Intent) -> None:
    wants(us, intent)
    assert open_deal() is None


def test_a_person_with_an_open_deal_gets_no_second_one(us: Actor) -> None:
    conversation = wants(us, YES, thread_id="t")
    actions.create(actor=us, contact_id=conversation.contact_id)
    open_deal()
    assert Deal.objects.count() == 1


def test_a_person_whose_deal_is_closed_or_deleted_gets_a_new_one(us: Actor) -> None:
    conversation = write_in(us, thread_id="t").conversation
    lost = actions.create(actor=us, conversation_id=conversation.pk, stage="lost")
    gone = actions.create(actor=us, conversation_id=conversation.pk)
    actions.delete(actor=us, deal=gone)
    wants(us, YES, thread_id="t")
    open_deal()
    assert Deal.objects.exclude(pk__in=[lost.pk, gone.pk]).count() == 1


def test_unsure_or_long_ago_or_switched_off_none_opens(us: Actor, workspace: Workspace) -> None:
    wants(us, YES, confidence=0.3)
    wants(us, YES, at=ago(days=4))
    assert open_deal() is None
    ReactionSwitch.objects.create(workspace=workspace, reaction="open_deal", enabled=False)
    wants(us, YES)
    assert open_deal() is None


def test_the_same_event_again_opens_no_second_one(us: Actor) -> None:
    wants(us, YES)
    deal = open_deal()
    assert deal is not None
    actions.move(actor=us, deal=deal, stage="lost")
    assert react("open_deal") == [False]
    assert Deal.objects.count() == 1


def test_a_persons_correction_opens_one_and_takes_one_back(us: Actor) -> None:
    conversation = wants(us, Intent.QUESTION)
    conversation.refresh_from_db()
    override_intent(actor=us, conversation=conversation, intent=YES)
    assert open_deal() is not None

    mistaken = wants(us, YES, sender="b@example.com")
    mistaken.refresh_from_db()
    override_intent(actor=us, conversation=mistaken, intent=Intent.OBJECTION)
    open_deal()
    assert not Deal.objects.filter(conversation=mistaken).exists()


def test_who_changed_their_mind_before_it_was_acted_on_gets_none(us: Actor) -> None:
    wants(us, YES, thread_id="t")
    judged(write_in(us, "On second thoughts, no", thread_id="t"), Intent.NOT_INTERESTED)
    assert open_deal() is None


def test_an_owner_who_left_does_not_lose_the_deal(us: Actor, agent: Membership) -> None:
    conversation = wants(us, YES)
    conversation.refresh_from_db()
    assign(actor=us, conversation=conversation, to=agent)
    Membership.objects.update(is_active=False)
    deal = open_deal()
    assert deal is not None
    assert deal.owner is None


def test_a_pipeline_without_the_column_new_opens_it_in_its_first_open_one(us: Actor, owner: Membership) -> None:
    first = stages.lay_out(us.workspace)[0]
    stages.delete(actor=acting(owner), stage=first)
    wants(us, YES)
    deal = open_deal()
    assert deal is not None
    assert deal.stage.key == "contacted"


def test_nobody_who_was_deleted_or_erased_meanwhile_gets_one(us: Actor, owner: Membership) -> None:
    conversation = wants(us, YES)
    erase(actor=acting(owner), contact=conversation.contact)
    assert open_deal() is None


def test_a_name_as_long_as_it_may_be_fits_the_title(us: Actor) -> None:
    wants(us, YES, name="n" * 400)
    deal = open_deal()
    assert deal is not None
    assert deal.title == storable("n" * 400, 300)


@pytest.mark.django_db(transaction=True)
def test_every_reaction_told_everything_again_changes_nothing(us: Actor, agent: Membership) -> None:
    texts = {
        "yes@example.com": "Yes, very interested, please send me an offer and let us meet on Tuesday!",
        "no@example.com": "STOP",
        "away@example.com": "I am out of the office until further notice.",
    }
    for sender, text in texts.items():
        subject = "Automatic reply: your offer" if "away" in sender else "Re: your offer"
        write_in(us, text, sender=sender, subject=subject, offline=True, external_id=f"<{sender}>")
    follow_up_on_everything()
    shown = {c.contact.email: (c.status, c.intent) for c in Conversation.objects.select_related("contact")}
    assert shown["no@example.com"] == ("closed", "not_interested")
    assert shown["away@example.com"] == ("snoozed", "out_of_office")
    assert shown["yes@example.com"][0] == "active"
    assert list(Deal.objects.values_list("contact__email", flat=True)) == ["yes@example.com"]
    before = events()

    Consumer.objects.update(transaction=START.transaction, sequence=START.sequence)
    follow_up_on_everything()

    assert events() == before
    assert not EventWork.objects.exists()
    assert set(Consumer.objects.values_list("name", flat=True)) == set(READERS)
