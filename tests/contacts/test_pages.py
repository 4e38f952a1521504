"""The pages of contacts without scripts: orders, paging, walls, and what they cost."""

import re

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Membership
from clients.models import Client
from contacts import labels, queries
from contacts.actions import create
from contacts.likeness import compare_waiting
from contacts.merging import merge, unmerge
from contacts.models import Contact, Likeness, Merge
from crm.errors import Conflict
from tests.arrivals import ago, write_in
from tests.cast import acting
from tests.crowd import at_once
from tests.pages.conftest import signed_in


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


@pytest.fixture
def browser(agent: Membership) -> Browser:
    return signed_in(agent)


def names(html: str) -> list[str]:
    return re.findall(r'people__name cut" title="([^"]*)"', html)


def walked(browser: Browser, path: str) -> list[str]:
    """All names, page by page."""
    html = browser.get(path).content.decode()
    found = names(html)
    while rest := re.search(r'id="more" href="([^"]+)"', html):
        html = browser.get(rest[1].replace("&amp;", "&")).content.decode()
        found += names(html)
    return found


@pytest.mark.parametrize(
    ("sort", "order"),
    [("", ["c", "A", "b"]), ("activity", ["c", "A", "b"]), ("name", ["A", "b", "c"]), ("created", ["b", "A", "c"]),
     ("nonsense", ["c", "A", "b"])],
)  # fmt: skip
def test_the_list_has_orders(us: Actor, browser: Browser, sort: str, order: list[str]) -> None:
    for days, name in enumerate(("c", "A", "b")):
        one = create(actor=us, name=name)
        Contact.objects.filter(pk=one.pk).update(last_activity_at=ago(days=days))
    assert walked(browser, f"/contacts?sort={sort}") == order


@pytest.mark.parametrize("sort", ["activity", "name", "created"])
def test_going_on_neither_repeats_nor_skips(
    us: Actor, browser: Browser, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LIST", 3)
    for number in range(11):
        create(actor=us, name=f"Same {number % 4}", company=str(number))
    found = walked(browser, f"/contacts?sort={sort}")
    assert sorted(found) == sorted(one.name for one in Contact.objects.all())
    assert len(walked(browser, f"/contacts?sort={sort}&more=bm9uc2Vuc2U")) == 11, (
        "a mark that is none starts at the top"
    )


def test_filters_narrow_together(us: Actor, browser: Browser, owner: Membership) -> None:
    ann = create(actor=us, name="Ann", owner_id=owner.pk)
    create(actor=us, name="Bob", owner_id=owner.pk)
    create(actor=us, name="Cleo")
    vip = labels.create(actor=us, name="VIP")
    labels.bulk_label(actor=us, contact_ids=[ann.pk], label=vip, attach=True)
    for query, left in (
        (f"owner={owner.pk}", ["Bob", "Ann"]), ("owner=none", ["Cleo"]), (f"label={vip.pk}", ["Ann"]),
        ("label=vip", ["Ann"]), (f"label={vip.pk}&owner=none", []), ("status=bounced", []),
    ):  # fmt: skip
        assert walked(browser, f"/contacts?{query}") == left, query


@pytest.mark.parametrize("path", ["/contacts", "/contacts?sort=name", "/contacts/duplicates", "{contact}", "{merge}"])
def test_a_page_costs_the_same_for_thirty_as_for_one(us: Actor, browser: Browser, path: str) -> None:
    one = write_in(us, sender="ann@one.example", name="Ann One").conversation.contact
    other = create(actor=us, name="Ann One", email="ann@two.example")
    compare_waiting()

    def cost() -> int:
        url = path.format(contact=f"/contacts/{one.pk}", merge=f"/contacts/{one.pk}/merge?other={other.pk}")
        with CaptureQueriesContext(connection) as questions:
            assert browser.get(url).status_code == 200
        return len(questions)

    cost()
    few = cost()
    for number in range(15):
        for _ in range(2):
            made = create(actor=us, name=f"Twin {number}", owner_id=us.id, custom_fields={"size": number})
            labels.relabel(actor=us, contact=made, names=["a", "b"])
        write_in(us, sender="ann@one.example")
    while compare_waiting():
        pass
    assert Likeness.objects.count() > 10
    assert cost() == few


def test_a_merge_over_a_wall_is_refused_in_a_clear_sentence(
    us: Actor, browser: Browser, harbour: Client, meadow: Client
) -> None:
    one = create(actor=us, name="Ann", client_id=harbour.pk)
    other = create(actor=us, name="Ann", client_id=meadow.pk)
    shown = browser.get(f"/contacts/{one.pk}/merge?other={other.pk}").content.decode()
    assert "They belong to different clients, and what belongs to one client never goes to another." in shown
    assert "merge-now" not in shown
    answer = browser.post(f"/contacts/{one.pk}/merge", {"other": str(other.pk)})
    assert answer.status_code == 422
    assert "Contacts of different clients stay apart." in answer.content.decode()
    assert not Merge.objects.exists()


def test_merging_with_oneself_is_refused(us: Actor, browser: Browser) -> None:
    one = create(actor=us, name="Ann")
    assert browser.get(f"/contacts/{one.pk}/merge?other={one.pk}").status_code == 422
    assert browser.post(f"/contacts/{one.pk}/merge", {"other": str(one.pk)}).status_code == 422


def test_only_who_is_of_the_same_client_is_offered_for_a_merge(us: Actor, browser: Browser, harbour: Client) -> None:
    one = create(actor=us, name="Ann", client_id=harbour.pk)
    create(actor=us, name="Bea", client_id=harbour.pk)
    create(actor=us, name="Carl")
    shown = browser.get(f"/contacts/{one.pk}/merge").content.decode()
    assert ("Bea" in shown, "Carl" in shown) == (True, False)


def paths(one: Contact, other: Contact, done: Merge, pair: Likeness) -> list[tuple[str, str]]:
    return [
        ("get", f"/contacts/{one.pk}/merge"),
        ("get", f"/contacts/{one.pk}/merge?other={other.pk}"),
        ("post", f"/contacts/{one.pk}/merge"),
        ("get", f"/contacts/{one.pk}/merges/{done.pk}/apart"),
        ("post", f"/contacts/{one.pk}/merges/{done.pk}/apart"),
        ("post", f"/contacts/duplicates/{pair.pk}/dismiss"),
    ]


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("other_client_agent", 404), ("viewer", 403)]
)  # fmt: skip
def test_merging_parting_and_dismissing_are_for_those_who_may(
    us: Actor, harbour: Client, request: pytest.FixtureRequest, who: str, status: int
) -> None:
    one, other, third = (create(actor=us, name="Ann One", client_id=harbour.pk) for _ in range(3))
    while compare_waiting():
        pass
    done = merge(actor=us, winner=one, loser=other)
    pair = Likeness.objects.get(first=one, second=third)
    browser = signed_in(request.getfixturevalue(who))
    for method, path in paths(one, third, done, pair):
        answer = getattr(browser, method)(path, {"other": str(third.pk)} if method == "post" else None)
        # Who may not write at all learns that first, wherever it is.
        assert answer.status_code == status, path
    assert Merge.objects.filter(unmerged_at=None).count() == 1
    assert Likeness.objects.get(pk=pair.pk).dismissed_at is None


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_at_once_that_go_crosswise_one_is_made(us: Actor) -> None:
    one, other = create(actor=us, name="Ann"), create(actor=us, name="Ann")
    answers = at_once(
        [
            lambda: merge(actor=us, winner=one, loser=other),
            lambda: merge(actor=us, winner=other, loser=one),
        ]
    )
    assert [type(answer) for answer in answers if not isinstance(answer, Merge)] == [Conflict]
    assert Merge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_merge_and_an_unmerge_at_once_leave_each_person_what_is_theirs(us: Actor) -> None:
    ann, bea, cleo = (create(actor=us, name=name, email=f"{name}@example.com") for name in ("ann", "bea", "cleo"))
    inner = merge(actor=us, winner=bea, loser=cleo)
    at_once(
        [
            lambda: unmerge(actor=us, done=inner),
            lambda: merge(actor=us, winner=ann, loser=bea),
        ]
    )
    ann, bea, cleo = (Contact.objects.get(pk=one.pk) for one in (ann, bea, cleo))
    assert (cleo.merged_into_id, bea.merged_into_id) == (None, ann.pk)
    held = [sorted(one.identities.values_list("value", flat=True)) for one in (ann, bea, cleo)]
    assert held == [["ann@example.com", "bea@example.com"], [], ["cleo@example.com"]]
