"""What a deal is made of and how it changes."""

from typing import Any

import pytest

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Client
from contacts.actions import create as create_contact
from crm.errors import Invalid, NotAllowed
from crm.money import LARGEST
from deals import actions
from deals.models import Deal, StageChange
from inbox.models import Conversation
from inbox.opening import open_conversation
from tests.arrivals import events, write_in
from tests.cast import acting


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def conversation(us: Actor) -> Conversation:
    return write_in(us, name="Priya").conversation


def test_a_deal_takes_over_what_it_is_about(us: Actor, conversation: Conversation) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk, value=125_050, owner_id=us.id)
    assert (deal.title, deal.contact, deal.currency, deal.value) == ("Priya", conversation.contact, "EUR", 125_050)
    change = StageChange.objects.get()
    assert (change.from_stage, change.to_stage.key, change.value, change.currency) == (None, "new", 125_050, "EUR")
    assert events("deal.created", "deal.stage_changed") == ["deal.created"]


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"value": -1}, "value"),
        ({"value": LARGEST + 1}, "value"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "eur"}, "currency"),
        ({"stage": "nowhere"}, "stage"),
    ],
)
def test_what_makes_no_sense_is_refused_under_its_field(
    us: Actor, conversation: Conversation, how: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create(actor=us, conversation_id=conversation.pk, **how)  # type: ignore[arg-type]
    assert list(refused.value.fields) == [field]
    assert not Deal.objects.exists()


def test_the_largest_value_fits(us: Actor, conversation: Conversation) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk, value=LARGEST, currency="KWD")
    deal.refresh_from_db()
    assert deal.value == LARGEST


def test_a_deal_is_about_somebody_of_its_own_side(
    us: Actor, conversation: Conversation, harbour: Client, outsider: Membership
) -> None:
    theirs = create_contact(actor=acting(outsider), name="Else")
    other = create_contact(actor=us, name="Other")
    wrong: tuple[dict[str, Any], ...] = (
        {},
        {"contact_id": theirs.pk},
        {"contact_id": other.pk, "conversation_id": conversation.pk},
        {"contact_id": other.pk, "client_id": harbour.pk},
    )
    for how in wrong:
        with pytest.raises(Invalid):
            actions.create(actor=us, **how)
    assert not Deal.objects.exists()


def test_only_what_differs_is_written_and_named(us: Actor, conversation: Conversation) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    actions.change(actor=us, deal=deal, title=deal.title, notes="")
    assert (Deal.objects.get().version, events("deal.updated")) == (1, [])
    actions.change(actor=us, deal=deal, title="Big", notes="", value=5)
    assert (Deal.objects.get().version, events("deal.updated")) == (2, ["deal.updated"])


def test_naming_the_same_contact_keeps_the_conversation(us: Actor, conversation: Conversation) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    actions.change(actor=us, deal=deal, contact_id=conversation.contact_id)
    assert Deal.objects.get().conversation == conversation


def test_another_contact_or_conversation_is_taken_together(us: Actor, conversation: Conversation) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    other = create_contact(actor=us, email="other@example.com")
    theirs, _ = open_conversation(actor=us, channel="email", contact_id=other.pk)

    actions.change(actor=us, deal=deal, contact_id=other.pk)
    assert (Deal.objects.get().contact, Deal.objects.get().conversation) == (other, None)
    actions.change(actor=us, deal=deal, conversation_id=theirs.pk)
    assert Deal.objects.get().conversation == theirs
    actions.change(actor=us, deal=deal, conversation_id=conversation.pk)
    assert Deal.objects.get().contact == conversation.contact
    actions.change(actor=us, deal=deal, conversation_id=None)
    assert (Deal.objects.get().contact, Deal.objects.get().conversation) == (conversation.contact, None)


def test_a_deal_stays_with_its_client(us: Actor, conversation: Conversation, harbour: Client) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    theirs = create_contact(actor=us, name="Theirs", client_id=harbour.pk)
    with pytest.raises(Invalid, match="stays with its client"):
        actions.change(actor=us, deal=deal, contact_id=theirs.pk)
    assert Deal.objects.get().contact == conversation.contact


def test_an_owner_must_be_able_to_work_for_the_client(
    us: Actor, conversation: Conversation, viewer: Membership, other_client_agent: Membership, outsider: Membership
) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    for one in (viewer, other_client_agent, outsider):
        with pytest.raises(Invalid):
            actions.change(actor=us, deal=deal, owner_id=one.pk)
    actions.change(actor=us, deal=deal, owner_id=us.id)
    actions.change(actor=us, deal=deal, owner_id=None)
    assert Deal.objects.get().owner_id is None


def test_a_change_of_stage_among_others_moves_it(us: Actor, conversation: Conversation) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    changed = actions.change(actor=us, deal=deal, stage="lost", lost_reason="Too dear", value=7)
    assert (changed.stage.key, changed.lost_reason, changed.value) == ("lost", "Too dear", 7)
    assert StageChange.objects.latest("changed_at", "id").value == 7
    assert events("deal.updated", "deal.stage_changed", "deal.lost") == [
        "deal.updated", "deal.stage_changed", "deal.lost"
    ]  # fmt: skip


def test_a_deleted_deal_leaves_the_board_and_keeps_its_history(us: Actor, conversation: Conversation) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    actions.delete(actor=us, deal=deal)
    assert not Deal.objects.visible_to(us).exists()
    assert StageChange.objects.filter(deal=deal).count() == 1
    assert events("deal.deleted") == ["deal.deleted"]


def test_who_may_only_read_touches_nothing(us: Actor, conversation: Conversation, viewer: Membership) -> None:
    deal = actions.create(actor=us, conversation_id=conversation.pk)
    looking = acting(viewer)
    for act in (
        lambda: actions.create(actor=looking, contact_id=conversation.contact_id),
        lambda: actions.change(actor=looking, deal=deal, title="Mine"),
        lambda: actions.move(actor=looking, deal=deal, stage="won"),
        lambda: actions.delete(actor=looking, deal=deal),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert Deal.objects.get().version == 1
