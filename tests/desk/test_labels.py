"""The page of labels: counted, named anew, joined, deleted."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from contacts import labels
from contacts.models import ContactLabel, Label
from crm.errors import Invalid, NotAllowed
from desk.settings.labels import counted, join
from inbox import actions
from inbox.models import Conversation, ConversationLabel
from tests.cast import acting

Browse = Callable[[Membership], Browser]


@pytest.fixture
def vip(owner: Membership, priya: Conversation, tom: Conversation) -> Label:
    """On two people and one conversation."""
    label = labels.create(actor=acting(owner), name="VIP", colour="#112233")
    ids = [priya.contact_id, tom.contact_id]
    labels.bulk_label(actor=acting(owner), contact_ids=ids, label=label, attach=True)
    actions.label(actor=acting(owner), conversation=priya, label=label)
    return label


def test_each_label_says_how_much_bears_it(owner: Membership, vip: Label) -> None:
    labels.create(actor=acting(owner), name="Bare")
    told = {label.name: (label.people, label.talks) for label in counted(acting(owner))}  # type: ignore[attr-defined]
    assert told == {"Bare": (0, 0), "VIP": (2, 1)}


def test_nothing_is_counted_that_one_may_not_see(
    other_client_agent: Membership, viewer: Membership, vip: Label
) -> None:
    hidden, seen = counted(acting(other_client_agent)).get(), counted(acting(viewer)).get()
    assert [(one.people, one.talks) for one in (hidden, seen)] == [(0, 0), (2, 1)]  # type: ignore[attr-defined]


def test_joining_leaves_each_bearer_with_the_other_label_once(
    owner: Membership, vip: Label, priya: Conversation
) -> None:
    key = labels.create(actor=acting(owner), name="Key account")
    labels.bulk_label(actor=acting(owner), contact_ids=[priya.contact_id], label=key, attach=True)
    join(actor=acting(owner), label=vip, into=key)
    told = {label.name: (label.people, label.talks) for label in counted(acting(owner))}  # type: ignore[attr-defined]
    assert told == {"Key account": (2, 1)}
    assert (ContactLabel.objects.count(), ConversationLabel.objects.count()) == (2, 1)


def test_a_label_is_not_joined_with_itself(owner: Membership, vip: Label) -> None:
    with pytest.raises(Invalid, match="another label"):
        join(actor=acting(owner), label=vip, into=vip)
    assert ContactLabel.objects.count() == 2


def test_only_an_admin_joins_and_deletes(browse: Browse, agent: Membership, owner: Membership, vip: Label) -> None:
    key = labels.create(actor=acting(owner), name="Key account")
    with pytest.raises(NotAllowed):
        join(actor=acting(agent), label=vip, into=key)
    for path, typed in ((f"/settings/labels/{vip.pk}/merge", {"into": str(key.pk)}),
                        (f"/settings/labels/{vip.pk}/delete", {})):  # fmt: skip
        assert browse(agent).post(path, typed).status_code == 403
        assert Label.objects.count() == 2
    assert browse(owner).post(f"/settings/labels/{vip.pk}/delete").status_code == 303
    assert list(Label.objects.values_list("name", flat=True)) == ["Key account"]


def test_a_label_is_made_and_changed_by_an_agent(browse: Browse, agent: Membership) -> None:
    browser = browse(agent)
    assert browser.post("/settings/labels/new", {"name": " Big  fish ", "colour": "#00aa00"}).status_code == 303
    label = Label.objects.get()
    assert (label.name, label.colour) == ("Big fish", "#00aa00")
    browser.post(f"/settings/labels/{label.pk}/change", {"name": "Small fish", "colour": "#0000aa"})
    label.refresh_from_db()
    assert (label.name, label.colour) == ("Small fish", "#0000aa")


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"name": "", "colour": "#00aa00"}, 422),
        ({"name": "x" * 61, "colour": "#00aa00"}, 422),
        ({"name": "New", "colour": "red"}, 422),
        ({"name": "New", "colour": '#"><x>'}, 422),
        ({"name": "vip", "colour": "#00aa00"}, 409),
    ],
)
def test_what_is_no_label_is_refused(
    browse: Browse, agent: Membership, vip: Label, typed: dict[str, str], status: int
) -> None:
    assert browse(agent).post("/settings/labels/new", typed).status_code == status
    assert Label.objects.count() == 1


def test_the_walls_of_the_labels(
    browse: Browse, outsider: Membership, viewer: Membership, other_client_agent: Membership, vip: Label
) -> None:
    typed = {"name": "Taken", "colour": "#00aa00", "into": str(vip.pk)}
    for verb in ("change", "delete", "merge"):
        path = f"/settings/labels/{vip.pk}/{verb}"
        answers = [browse(who).post(path, typed).status_code for who in (outsider, viewer, other_client_agent)]
        assert answers == [404, 403, 403], verb
    assert browse(viewer).post("/settings/labels/new", typed).status_code == 403
    vip.refresh_from_db()
    assert vip.name == "VIP"
    assert "VIP" not in browse(outsider).get("/settings/labels").content.decode()
    assert (
        "<form"
        not in browse(viewer).get("/settings/labels").content.decode().split("settings__page")[1].split("</main")[0]
    )
