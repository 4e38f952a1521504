"""The suppression list: kept by hand, on its page, by each client's team; obeyed by whatever sends."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Role
from activity.models import Event, Undo
from clients.models import Client
from contacts import stop_list
from contacts.addresses import Address
from contacts.models import Contact, Suppression
from contacts.people import add_address
from contacts.suppression import suppress
from crm.errors import Conflict
from inbox.composing.beginning import begin
from inbox.models import Conversation
from inbox.sending import reply
from tests.cast import acting, member
from tests.desk.conftest import browse, priya, tom

Browse = Callable[[Membership], Browser]
PAGE = "/settings/suppression"


@pytest.fixture
def harbour_admin(harbour: Client) -> Membership:
    """An admin who sees only Harbour Bakery."""
    return member(harbour.workspace, "Hanna Harbour", Role.ADMIN, clients=[harbour])


def listed() -> set[tuple[str, str, str]]:
    rows = Suppression.objects.select_related("client")
    return {(row.kind, row.value, row.client.name if row.client else "") for row in rows}


def told(answer: Any) -> str:
    return str(answer.content.decode())


def test_one_address_is_added_and_every_door_obeys_it(
    browse: Browse, owner: Membership, agent: Membership, priya: Conversation
) -> None:
    email = priya.contact.email
    answer = browse(agent).post(
        f"{PAGE}/add", {"addresses": f" {email.upper()} ", "reason": "By phone", "for": str(priya.client_id)}
    )
    row = Suppression.objects.get()
    assert (answer.status_code, row.value, row.reason, row.client_id) == (303, email, "By phone", priya.client_id)
    for send in (
        lambda: reply(actor=acting(agent), conversation=priya, body="Hello"),
        lambda: begin(actor=acting(agent), channel="email", body="Hello", contact_id=priya.contact_id),
    ):
        with pytest.raises(Conflict, match="asked not to be contacted"):
            send()
    assert browse(agent).post(f"/inbox/{priya.pk}/reply", {"body": "Hello", "token": str(uuid4())}).status_code == 409
    kinds = [event.type for event in Event.objects.filter(subject_type__in=("suppression", "contact")).order_by("pk")]
    assert kinds[-2:] == ["suppression.added", "contact.updated"]
    assert Event.objects.get(type="suppression.added").payload == {"kind": "email", "contact_id": str(priya.contact_id)}
    assert browse(owner).post(f"{PAGE}/{row.pk}/lift").status_code == 303
    assert reply(actor=acting(agent), conversation=priya, body="Hello").body == "Hello"


def test_many_are_pasted_at_once_and_what_cannot_be_read_stays_to_be_mended(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    pasted = 'a@example.com, "b@example.com"\r\n+49 30 901820; A@Example.com\nnonsense\n@example.com\n'
    answer = browse(owner).post(f"{PAGE}/add", {"addresses": pasted, "for": str(harbour.pk)})
    assert listed() == {
        ("email", "a@example.com", "Harbour Bakery"), ("email", "b@example.com", "Harbour Bakery"),
        ("phone", "+4930901820", "Harbour Bakery"),
    }  # fmt: skip
    assert (answer.status_code, "3 addresses added. 2 could not be read and stay below" in told(answer)) == (422, True)
    assert "nonsense\n@example.com</textarea>" in told(answer)
    again = browse(owner).post(f"{PAGE}/add", {"addresses": pasted.replace("nonsense", "c@example.com")})
    assert (Suppression.objects.count(), again.status_code) == (7, 422)  # the workspace's own list is another one
    known = browse(owner).post(f"{PAGE}/add", {"addresses": "a@example.com"}, follow=True)
    assert "Nothing was added. 1 was there already." in told(known)


@pytest.mark.parametrize(
    ("addresses", "words"),
    [("", "Type or paste at least one"), (" \n, ;", "Type or paste at least one"),
     ("\n".join(f"p{n}@example.com" for n in range(1001)), "At most 1,000 at once: these are 1,001.")],
    ids=["empty", "blank", "too many"],
)  # fmt: skip
def test_nothing_and_too_many_are_refused_whole(browse: Browse, owner: Membership, addresses: str, words: str) -> None:
    answer = browse(owner).post(f"{PAGE}/add", {"addresses": addresses})
    assert (answer.status_code, words in told(answer), Suppression.objects.count()) == (422, True, 0)


def test_lifting_one_address_frees_that_one_alone(owner: Membership, agent: Membership, priya: Conversation) -> None:
    contact = priya.contact
    add_address(actor=acting(owner), contact=contact, address=Address("phone", "+4930901820", "+4930901820"))
    suppress(actor=acting(owner), contact=contact, reason="said so in a reply")
    email = Suppression.objects.get(kind="email")
    assert Contact.objects.get(pk=contact.pk).status == "unsubscribed"
    assert stop_list.lift(actor=acting(owner), suppression=email)
    assert not stop_list.lift(actor=acting(owner), suppression=email)
    assert (Contact.objects.get(pk=contact.pk).status, Suppression.objects.get().kind) == ("active", "phone")
    assert reply(actor=acting(agent), conversation=priya, body="Hello").body == "Hello"
    with pytest.raises(Conflict, match="asked not to be contacted"):
        begin(actor=acting(agent), channel="whatsapp", body="Hello", contact_id=contact.pk)


def test_adding_and_lifting_are_taken_back(browse: Browse, owner: Membership, priya: Conversation) -> None:
    browser = browse(owner)
    suppress(actor=acting(owner), contact=priya.contact, reason="said so")
    browser.post(f"{PAGE}/{Suppression.objects.get().pk}/lift")
    assert (Suppression.objects.count(), Contact.objects.get(pk=priya.contact_id).status) == (0, "active")
    browser.post(f"/undo/{Undo.objects.get().pk}")
    assert (Suppression.objects.get().reason, Contact.objects.get(pk=priya.contact_id).status) == (
        "said so", "unsubscribed",
    )  # fmt: skip
    browser.post(f"{PAGE}/add", {"addresses": "x@example.com y@example.com".replace(" ", "\n")})
    browser.post(f"/undo/{Undo.objects.order_by('-created_at')[0].pk}")
    assert [value for _, value, _ in listed()] == [priya.contact.email]


def test_only_an_admin_lifts(browse: Browse, agent: Membership, viewer: Membership, priya: Conversation) -> None:
    row = Suppression.objects.create(
        workspace=priya.workspace, client_id=priya.client_id, kind="email", value="x@example.com", reason="said so"
    )
    page = browse(agent).get(PAGE)
    assert ("x@example.com" in told(page), "/lift" in told(page)) == (True, False)
    assert browse(agent).post(f"{PAGE}/{row.pk}/lift").status_code == 403
    for path in (PAGE, f"{PAGE}/export"):
        assert browse(viewer).get(path).status_code == 403
    assert browse(viewer).post(f"{PAGE}/add", {"addresses": "y@example.com"}).status_code == 403
    assert Suppression.objects.get() == row


def test_nobody_reads_or_changes_the_list_of_a_client_they_do_not_see(
    browse: Browse, harbour_admin: Membership, outsider: Membership, meadow: Client
) -> None:
    theirs = Suppression.objects.create(
        workspace=meadow.workspace, client=meadow, kind="email", value="milk@example.com", reason="said so"
    )
    own = Suppression.objects.create(
        workspace=meadow.workspace, kind="email", value="own@example.com", reason="said so"
    )
    for who in (harbour_admin, outsider):
        browser = browse(who)
        for path in (PAGE, f"{PAGE}/export", f"{PAGE}?search=milk"):
            body = b"".join(browser.get(path)).decode()
            assert [words in body for words in ("milk@", "own@", "Meadow")] == [False] * 3, path
        for row in (theirs, own):
            assert browser.post(f"{PAGE}/{row.pk}/lift").status_code == 404
        answer = browser.post(f"{PAGE}/add", {"addresses": "z@example.com", "for": str(meadow.pk)})
        assert (answer.status_code, "Meadow" in told(answer)) == (422, False)
    assert Suppression.objects.count() == 2


def test_the_list_is_searched_narrowed_and_goes_on(
    browse: Browse, owner: Membership, harbour: Client, meadow: Client
) -> None:
    for client in (harbour, meadow):
        stop_list.add(
            actor=acting(owner), written=[f"person{n}@{client.name.split()[0]}.example" for n in range(60)],
            client_id=client.pk,
        )  # fmt: skip
    browser = browse(owner)
    first = browser.get(f"{PAGE}?client={harbour.pk}")
    rest = browser.get(f"{PAGE}?client={harbour.pk}&more={first.context['stretch'].more}")
    rows = [*first.context["stretch"].rows, *rest.context["stretch"].rows]
    assert (len(rows), {row.client for row in rows}, rest.context["stretch"].more) == (60, {harbour}, "")
    assert [row.value for row in browser.get(f"{PAGE}?search=person7@mead").context["stretch"].rows] == [
        "person7@meadow.example"
    ]
    asked = []
    for path in (f"{PAGE}?search=person7", PAGE):
        with CaptureQueriesContext(connection) as questions:
            browser.get(path)
        asked.append(len(questions))
    assert asked[0] == asked[1]


def test_the_file_holds_no_formula_and_what_the_search_leaves(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    stop_list.add(actor=acting(owner), written=["a@example.com"], reason="=HYPERLINK(1)", client_id=harbour.pk)
    stop_list.add(actor=acting(owner), written=["b@example.com"])
    answer = browse(owner).get(f"{PAGE}/export?search=a@example")
    text = b"".join(answer).decode().removeprefix("\ufeff")
    head, row = csv.reader(io.StringIO(text))
    assert head == ["Address", "Kind", "Reason", "Since", "Client"]
    assert (row[0], row[2], row[4]) == ("a@example.com", "'=HYPERLINK(1)", "Harbour Bakery")
    assert Event.objects.get(type="data.exported").payload == {"what": "suppressed addresses", "count": 1}


__all__ = ["browse", "priya", "tom"]
