"""Everything that one does to people on the pages is taken back, unless somebody changed it since."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.actors import Actor
from accounts.models import Membership
from activity.models import Run, RunRow, Undo
from activity.runs import finish
from activity.runs import take_back as take_run_back
from activity.undoing import take_back
from contacts import labels
from contacts.actions import change, create
from contacts.joining import fields_of
from contacts.models import Contact, Identity, Label, Merge, Suppression
from contacts.suppression import suppress
from crm.errors import Conflict
from inbox.erasure import erase
from tests.arrivals import follow_up_on_everything, write_in
from tests.cast import acting
from tests.contacts.imports.files import imported
from tests.pages.conftest import signed_in

Post = Callable[..., Any]


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def post(agent: Membership) -> Post:
    browser = signed_in(agent)

    def send(path: str, typed: dict[str, Any] | None = None, *, status: int = 303) -> Any:
        answer = browser.post(path, typed or {})
        assert answer.status_code == status, answer.content.decode()
        return answer

    return send


@pytest.fixture
def priya(us: Actor) -> Contact:
    return create(
        actor=us, name="Priya Patel", email="priya@example.com", phone="+14155550101", custom_fields={"size": 3}
    )


def fresh(contact: Contact) -> Contact:
    return Contact.objects.get(pk=contact.pk)


def values(contact: Contact) -> set[str]:
    return set(Identity.objects.filter(contact=contact).values_list("value", flat=True))


def newest(kind: str) -> Undo:
    undo = Undo.objects.order_by("-created_at").first()
    assert undo is not None
    assert undo.kind == kind
    return undo


@pytest.mark.parametrize(
    ("path", "typed", "kind"),
    [
        ("change", {"name": "Other", "company": "New", "email": "other@example.com"}, "contacts.change"),
        ("change", {"status": "bounced"}, "contacts.change"),
        ("fields", {"name": ["size", "colour"], "value": ["4", "red"]}, "contacts.change"),
        ("fields", {"drop": "size"}, "contacts.change"),
    ],
)
def test_fields_go_back_to_what_they_were(
    us: Actor, post: Post, priya: Contact, path: str, typed: dict[str, Any], kind: str
) -> None:
    before = fields_of(fresh(priya))
    post(f"/contacts/{priya.pk}/{path}", typed)
    assert fields_of(fresh(priya)) != before
    take_back(us, newest(kind).pk)
    assert fields_of(fresh(priya)) == before


def test_a_field_that_somebody_changed_since_is_not_taken_back(us: Actor, post: Post, priya: Contact) -> None:
    post(f"/contacts/{priya.pk}/change", {"company": "New"})
    change(actor=us, contact=fresh(priya), company="Newer")
    with pytest.raises(Conflict) as refused:
        take_back(us, newest("contacts.change").pk)
    assert refused.value.message == "Somebody changed company of Priya Patel since. Nothing was taken back."
    assert fresh(priya).company == "Newer"


def test_an_address_comes_and_goes(us: Actor, post: Post, priya: Contact) -> None:
    post(f"/contacts/{priya.pk}/addresses", {"kind": "email", "address": "More@example.com"})
    assert "more@example.com" in values(priya)
    take_back(us, newest("contacts.address_added").pk)
    assert "more@example.com" not in values(priya)

    first = Identity.objects.get(value="priya@example.com")
    post(f"/contacts/{priya.pk}/addresses/{first.pk}/remove")
    assert (fresh(priya).email, values(priya)) == ("", {"+14155550101"})
    take_back(us, newest("contacts.address_removed").pk)
    assert (fresh(priya).email, values(priya)) == ("priya@example.com", {"+14155550101", "priya@example.com"})


def test_another_address_is_primary_until_that_is_taken_back(us: Actor, post: Post, priya: Contact) -> None:
    post(f"/contacts/{priya.pk}/addresses", {"kind": "email", "address": "more@example.com"})
    more = Identity.objects.get(value="more@example.com")
    post(f"/contacts/{priya.pk}/addresses/{more.pk}/primary")
    assert fresh(priya).email == "more@example.com"
    take_back(us, newest("contacts.change").pk)
    assert fresh(priya).email == "priya@example.com"


def test_an_address_that_conversations_run_on_stays(us: Actor, post: Post) -> None:
    write_in(us, sender="tom@example.com", name="Tom")
    tom = Contact.objects.get(name="Tom")
    identity = Identity.objects.get(contact=tom)
    answer = post(f"/contacts/{tom.pk}/addresses/{identity.pk}/remove", status=409)
    assert "Conversations run on tom@example.com, so it stays with Tom." in answer.content.decode()
    assert fresh(tom).email == "tom@example.com"


def test_a_deleted_contact_comes_back(us: Actor, post: Post, priya: Contact) -> None:
    post(f"/contacts/{priya.pk}/delete")
    assert not Contact.objects.visible_to(us).exists()
    take_back(us, newest("contacts.delete").pk)
    assert Contact.objects.visible_to(us).get() == priya


def test_a_contact_made_by_mistake_goes_unless_it_was_worked_on(us: Actor, post: Post) -> None:
    post("/contacts/new", {"first_name": "Ann", "last_name": "One", "email": "ann@example.com"})
    first = newest("contacts.create")
    change(actor=us, contact=Contact.objects.get(), company="Kept")
    with pytest.raises(Conflict):
        take_back(us, first.pk)
    post("/contacts/new", {"first_name": "Bob"})
    take_back(us, newest("contacts.create").pk)
    assert [str(one) for one in Contact.objects.visible_to(us)] == ["Ann One"]


def test_labels_and_owners_of_several_go_back_in_one(us: Actor, post: Post, priya: Contact, owner: Membership) -> None:
    tom = create(actor=us, name="Tom", owner_id=owner.pk)
    vip = labels.create(actor=us, name="VIP")
    labels.bulk_label(actor=us, contact_ids=[tom.pk], label=vip, attach=True)
    both = [str(priya.pk), str(tom.pk)]

    post("/contacts/bulk", {"id": both, "label": str(vip.pk)})
    assert Contact.objects.filter(labels=vip).count() == 2
    assert newest("contacts.label").sentence == "Labelled “VIP”: 1 contact."
    take_back(us, newest("contacts.label").pk)
    assert list(Contact.objects.filter(labels=vip)) == [tom], "who bore it before keeps it"

    post("/contacts/bulk", {"id": both, "owner": str(us.id)})
    assert set(Contact.objects.values_list("owner", flat=True)) == {us.id}
    take_back(us, newest("contacts.owner").pk)
    assert (fresh(priya).owner_id, fresh(tom).owner_id) == (None, owner.pk)


def test_all_that_match_are_changed_as_long_work_and_taken_back_as_a_whole(
    us: Actor, post: Post, agent: Membership
) -> None:
    for number in range(230):
        create(actor=us, name=f"Match {number}")
    create(actor=us, name="Other")
    answer = post("/contacts/bulk?search=match", {"scope": "matching", "new": "Fair"})
    run = finish(Run.objects.get())
    assert answer["Location"] == f"/runs/{run.pk}"
    assert (run.done_count, run.skipped_count, run.failed_count) == (230, 0, 0)
    assert Contact.objects.filter(labels=Label.objects.get(name="Fair")).count() == 230
    back = finish(take_run_back(us, run))
    assert back.done_count == 230
    assert not Contact.objects.filter(labels__name="Fair").exists()

    post("/contacts/bulk?search=match", {"scope": "matching", "owner": str(agent.pk)})
    owned = finish(Run.objects.exclude(pk__in=[run.pk, back.pk]).get())
    assert Contact.objects.filter(owner=agent).count() == 230
    finish(take_run_back(us, owned))
    assert not Contact.objects.filter(owner=agent).exists()


def test_a_merge_is_taken_apart_and_that_again_joined(us: Actor, post: Post, priya: Contact) -> None:
    tom = create(actor=us, name="Tom", email="tom@example.com", company="Tom Ltd")
    post(f"/contacts/{priya.pk}/merge", {"other": str(tom.pk), "keep.name": "loser"})
    assert (fresh(priya).name, fresh(priya).company) == ("Tom", "Tom Ltd")
    take_back(us, newest("contacts.merge").pk)
    assert (fresh(priya).name, fresh(tom).merged_into_id) == ("Priya Patel", None)

    post(f"/contacts/{priya.pk}/merge", {"other": str(tom.pk)})
    post(f"/contacts/{priya.pk}/merges/{Merge.objects.get(unmerged_at=None).pk}/apart")
    assert fresh(tom).merged_into_id is None
    take_back(us, newest("contacts.unmerge").pk)
    assert fresh(tom).merged_into_id == priya.pk


def test_a_suppression_is_lifted_by_an_admin_alone_and_that_can_be_taken_back(
    us: Actor, post: Post, priya: Contact, admin: Membership
) -> None:
    suppress(actor=us, contact=priya, reason="said so")
    answer = post(f"/contacts/{priya.pk}/lift", status=403)
    assert "Only an owner or an admin" in answer.content.decode()
    assert Suppression.objects.count() == 2

    signed_in(admin).post(f"/contacts/{priya.pk}/lift")
    assert (Suppression.objects.count(), fresh(priya).status) == (0, "active")

    take_back(acting(admin), newest("contacts.suppression_lifted").pk)
    assert (Suppression.objects.count(), fresh(priya).status) == (2, "unsubscribed")
    assert {one.reason for one in Suppression.objects.all()} == {"said so"}


def test_somebody_who_asked_not_to_be_written_to_is_not_made_active_in_the_form(
    us: Actor, priya: Contact, admin: Membership
) -> None:
    suppress(actor=us, contact=priya, reason="said so")
    browser: Browser = signed_in(admin)
    answer = browser.post(f"/contacts/{priya.pk}/change", {"status": "active"})
    assert answer.status_code == 422
    assert "They asked not to be written to." in answer.content.decode()
    assert fresh(priya).status == "unsubscribed"


def test_marking_somebody_as_unsubscribed_by_mistake_is_taken_back_with_what_followed(
    us: Actor, post: Post, priya: Contact
) -> None:
    post(f"/contacts/{priya.pk}/change", {"status": "unsubscribed"})
    assert Suppression.objects.count() == 2
    take_back(us, newest("contacts.change").pk)
    assert (Suppression.objects.count(), fresh(priya).status) == (0, "active")


@pytest.mark.django_db(transaction=True)
def test_what_an_import_or_an_undo_keeps_of_a_person_goes_when_they_are_erased(
    us: Actor, post: Post, agent: Membership, admin: Membership
) -> None:
    run = imported(agent, "name,email\nAnn One,ann@example.com\n")
    ann = Contact.objects.get()
    post(f"/contacts/{ann.pk}/change", {"company": "Secret Ltd"})
    erase(actor=acting(admin), contact=ann)
    follow_up_on_everything()
    assert RunRow.objects.get(run=run).before == {}
    assert not Undo.objects.filter(kind="contacts.change").exists()
