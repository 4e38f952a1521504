"""Canned replies and the variables in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Membership
from activity.undoing import offer, take_back
from clients.models import Client
from contacts.models import Contact
from crm.errors import Conflict, Invalid, NotAllowed, Stale
from inbox.composing import canned, variables
from inbox.composing.models import CannedReply
from inbox.models import Conversation
from tests.cast import acting, member


def make(actor: Actor, name: str = "Thanks", body: str = "Thank you.", **how: object) -> CannedReply:
    return canned.create(actor=actor, name=name, body=body, **how)  # type: ignore[arg-type]


def test_every_variable_is_filled(anna: Actor, priya: Conversation) -> None:
    Contact.objects.filter(pk=priya.contact_id).update(company="Bread & Co")
    priya.contact.refresh_from_db()
    body = "|".join(f"{{{{ {name}}}}}" for name in variables.VARIABLES)
    variables.check(body)
    filled = variables.fill(body, actor=anna, contact=priya.contact)
    assert filled.text == "Priya|Priya Patel|Bread & Co|Harbour Bakery|Anna|Anna Agent|Acme"
    assert filled.gaps == []


def test_what_is_not_known_is_a_marked_gap(anna: Actor) -> None:
    filled = variables.fill(
        "Hi {{contact.first_name}} of {{contact.company}}", actor=anna, contact=Contact(name="  ")
    )  # fmt: skip
    assert filled.text == "Hi [first name?] of [company?]"
    assert filled.gaps == ["[first name?]", "[company?]"]


def test_what_a_value_holds_is_not_looked_at_again(anna: Actor) -> None:
    tricky = Contact(name="{{agent.name}} {% debug %}", company="{{contact.name}}")
    filled = variables.fill("{{contact.name}} / {{contact.company}}", actor=anna, contact=tricky)
    assert filled.text == "{{agent.name}} {% debug %} / {{contact.name}}"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Hi {{contact.email}}", "There is no “{{contact.email}}”"),
        ("Hi {{contact.__class__}}", "There is no"),
        ("Hi {{}}", "There is no"),
        ("Hi {{contact.name", "A pair of braces"),
        ("Hi contact.name}}", "A pair of braces"),
    ],
)
def test_a_variable_that_does_not_exist_is_refused_by_name(anna: Actor, body: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=r"contact\.first_name") as refused:
        make(anna, body=body)
    assert refused.value.fields["body"][0].startswith(sentence)
    assert not CannedReply.objects.exists()


@given(st.text(alphabet="{} .acontem%|x", max_size=40))
def test_what_is_let_in_can_be_filled_without_braces_left(body: str) -> None:
    try:
        variables.check(body)
    except Invalid:
        return
    left = variables.fill(body, actor=_NOBODY, contact=Contact(name="A B", company="C")).text
    assert "{{" not in left


class _Workspace:
    name = "W"


class _Nobody:
    name = "N"
    workspace = _Workspace()


_NOBODY: Actor = _Nobody()  # type: ignore[assignment]


def test_those_of_the_team_and_of_the_client_are_offered(
    anna: Actor, priya: Conversation, harbour: Client, meadow: Client
) -> None:
    make(anna, "For all")
    make(anna, "Of Harbour", client_id=harbour.pk)
    make(anna, "Of Meadow", client_id=meadow.pk)
    assert [one.name for one in canned.for_conversation(anna, priya)] == ["For all", "Of Harbour"]


def test_a_search_goes_by_name_shortcut_and_words_and_what_it_begins_is_first(anna: Actor, priya: Conversation) -> None:
    make(anna, "Alpha", body="Nothing about a demo")
    make(anna, "Demo", shortcut="/d")
    make(anna, "Price", body="It costs")
    assert [one.name for one in canned.for_conversation(anna, priya, "demo")] == ["Demo", "Alpha"]
    assert canned.for_conversation(anna, priya, "d")[0].name == "Demo"
    assert [one.name for one in canned.for_conversation(anna, priya, "it cos")] == ["Price"]
    assert canned.for_conversation(anna, priya, "100%") == []


@pytest.mark.parametrize(
    "fields",
    [{"name": " "}, {"body": ""}, {"name": "n" * 121}, {"shortcut": "two words"}, {"shortcut": "s" * 41}],
)
def test_what_cannot_be_used_is_refused(anna: Actor, fields: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        make(anna, **{"name": "N", "body": "B", **fields})
    assert not CannedReply.objects.exists()


def test_a_name_or_shortcut_is_taken_once_for_each_client(anna: Actor, harbour: Client) -> None:
    make(anna, "Thanks", shortcut="t")
    with pytest.raises(Conflict, match="this name"):
        make(anna, "THANKS")
    with pytest.raises(Conflict, match="this shortcut"):
        make(anna, "Other", shortcut="/T")
    make(anna, "Thanks", shortcut="t", client_id=harbour.pk)
    assert CannedReply.objects.count() == 2


def test_it_is_changed_over_the_version_that_was_read(anna: Actor) -> None:
    reply = make(anna)
    fields = {"name": "Thanks a lot", "body": "Thank you, {{contact.name}}.", "shortcut": "ty", "client_id": None}
    canned.change(actor=anna, reply=reply, version=1, **fields)
    assert CannedReply.objects.get().shortcut == "ty"
    with pytest.raises(Stale):
        canned.change(actor=anna, reply=CannedReply.objects.get(), version=1, **fields)


def test_a_deleted_one_comes_back_by_undo_as_it_was(anna: Actor, harbour: Client) -> None:
    reply = make(anna, shortcut="t", client_id=harbour.pk)
    data = canned.delete(actor=anna, reply=reply)
    assert not CannedReply.objects.exists()
    undo = offer(anna, "Deleted.", kind="canned_reply.deleted", data=data)
    assert undo is not None
    take_back(anna, undo.pk)
    back = CannedReply.objects.get()
    assert (back.name, back.body, back.shortcut, back.client_id) == ("Thanks", "Thank you.", "t", harbour.pk)


def test_undo_says_so_where_its_name_was_taken_meanwhile(anna: Actor) -> None:
    data = canned.delete(actor=anna, reply=make(anna))
    make(anna)
    undo = offer(anna, "Deleted.", kind="canned_reply.deleted", data=data)
    assert undo is not None
    with pytest.raises(Conflict, match="this name"):
        take_back(anna, undo.pk)
    assert CannedReply.objects.count() == 1


def test_who_sees_one_client_uses_what_is_everybodys_and_changes_only_the_clients(
    anna: Actor, priya: Conversation, harbour: Client, other_client_agent: Membership
) -> None:
    shared = make(anna)
    own = make(anna, "Ours", client_id=harbour.pk)
    baker = acting(member(priya.workspace, "Bea Baker", clients=[harbour]))
    assert {one.pk for one in CannedReply.objects.visible_to(baker)} == {shared.pk, own.pk}
    assert not CannedReply.objects.visible_to(acting(other_client_agent)).filter(pk=own.pk).exists()
    with pytest.raises(NotAllowed):
        canned.delete(actor=baker, reply=shared)
    with pytest.raises(NotAllowed):
        make(baker, "For everybody")
    canned.delete(actor=baker, reply=own)
    assert CannedReply.objects.get() == shared


def test_a_viewer_gets_none(anna: Actor, hal: Actor, priya: Conversation) -> None:
    make(anna)
    assert canned.for_conversation(hal, priya) == []
    with pytest.raises(NotAllowed):
        make(hal, "Mine")
