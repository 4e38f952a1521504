"""Rows of a file become people."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from activity.models import RunRow
from activity.runs import RUNNERS, finish, work_off
from activity.runs import take_back as undo
from clients.models import Client
from contacts import labels
from contacts.actions import change, create
from contacts.imports import importing
from contacts.imports.columns import guess, mapped
from contacts.imports.importing import OVERWRITE, SKIP, Plan, begin, preview
from contacts.imports.uploads import first_rows, forget_old
from contacts.models import Contact, Identity, Upload, UploadPart
from crm.errors import Conflict, Invalid, NotAllowed
from inbox import follow_ups
from tests.arrivals import ago, events
from tests.cast import acting
from tests.contacts.imports.files import counts, imported, told, uploaded
from tests.crowd import times

PEOPLE = """First name,Last name,E-mail,Mobile,Company,Owner,Tags,Source,Shoe size
Priya,Patel,priya@example.com; p2@example.com,(415) 555-0101,Harbour,anna.agent@example.com,"VIP, Trade",Fair,38
Tom,Tanner,tom@example.com,'+44 20 7946 0018,,,,,
"""


def values(contact: Contact) -> list[str]:
    return sorted(Identity.objects.filter(contact=contact).values_list("value", flat=True))


def test_each_column_goes_to_its_field(agent: Membership) -> None:
    run = imported(agent, PEOPLE, *guess(PEOPLE.partition("\n")[0].split(","), [])[:8], "custom:Shoe size")
    assert (counts(run), run.total, run.state) == ((2, 0, 0), 2, "done")
    priya, tom = Contact.objects.order_by("name")
    assert (priya.name, priya.email, priya.phone) == ("Priya Patel", "priya@example.com", "+14155550101")
    assert (priya.company, priya.owner, priya.source) == ("Harbour", agent, "Fair")
    assert priya.custom_fields == {"Shoe size": "38"}
    assert {label.name for label in priya.labels.all()} == {"VIP", "Trade"}
    assert values(priya) == ["+14155550101", "p2@example.com", "priya@example.com"]
    assert (tom.phone, tom.source, tom.owner) == ("+442079460018", "CSV import", None)
    assert priya.field_origins["company"]["by"] == "Anna Agent"
    assert events("contact.created") == ["contact.created"] * 2


@pytest.mark.parametrize(
    ("columns", "targets"),
    [
        (["Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Firma"], "first_name last_name email phone company"),
        (["Prénom", "Nom de famille", "Courriel", "Téléphone", "Société"], "first_name last_name email phone company"),
        (["Nombre", "Apellidos", "Correo electrónico", "Móvil"], "first_name last_name email phone"),
        (["Имя", "Фамилия", "Почта", "Телефон"], "first_name last_name email phone"),
        (["Given Name", "Family Name", "E-mail 1 - Value", "Phone 1 - Value"], "first_name last_name email phone"),
        (["FULL_NAME", "email", "Email address", "Lead source"], "name email email source"),
    ],
)
def test_columns_are_guessed_from_their_headings(columns: list[str], targets: str) -> None:
    assert guess(columns, []) == targets.split()


def test_a_further_field_that_contacts_have_is_recognised_and_the_rest_ignored() -> None:
    assert guess(["Shoe Size", "Nonsense", "Company", "Firma"], ["shoe_size"]) == [
        "custom:shoe_size",
        "",
        "company",
        "",
    ]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Say which column holds a name"),
        ({"column-0": "name", "column-1": "name"}, "Two columns are Name."),
        ({"column-0": "nonsense"}, "a field that there is not"),
        ({"column-0": "email", "column-1": "custom:", "name-1": "n" * 101}, "1 to 100 characters"),
    ],
)
def test_a_mapping_that_makes_nobody_is_refused(form: dict[str, str], sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        mapped(["A", "B"], form)
    assert sentence in refused.value.message


def test_a_new_field_is_called_as_was_typed_or_as_its_column() -> None:
    form = {"column-0": "email", "column-1": "custom:", "name-1": "Size", "column-2": "custom:"}
    assert mapped(["A", "B", "C"], form) == ["email", "custom:Size", "custom:C"]


def test_who_is_there_is_filled_overwritten_or_left(agent: Membership) -> None:
    us = acting(agent)
    text = "name,email,phone,company,size\nPriya New,priya@example.com,+14155550101,Harbour,9\n"
    targets = ("name", "email", "phone", "company", "custom:size")

    def priya() -> tuple[object, ...]:
        one = Contact.objects.get()
        return one.name, one.phone, one.company, one.custom_fields

    create(actor=us, name="Priya", email="priya@example.com", custom_fields={"size": "8", "a": "b"})
    skipped = imported(agent, text, *targets, mode=SKIP)
    assert (counts(skipped), told(skipped)[2]) == ((0, 1, 0), ("skipped", "Priya is there already."))
    assert priya() == ("Priya", "", "", {"size": "8", "a": "b"})

    filled = imported(agent, text, *targets)
    assert (counts(filled), told(filled)[2]) == ((1, 0, 0), ("done", "Changed: company, phone."))
    assert priya() == ("Priya", "+14155550101", "Harbour", {"size": "8", "a": "b"})

    again = imported(agent, text, *targets)
    assert (counts(again), told(again)[2]) == ((0, 1, 0), ("skipped", "Priya has all of this already."))

    imported(agent, text, *targets, mode=OVERWRITE)
    assert priya() == ("Priya New", "+14155550101", "Harbour", {"size": "9", "a": "b"})


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("A,nonsense,,", "“nonsense” is not an e-mail address."),
        ("A,,12,", "“12” is not a phone number."),
        (",,,", ""),
        (",,,Harbour", "The row has no name, no e-mail address and no phone number."),
        ("A,,,B,C", "The row has more cells than there are columns"),
        ("A" * 301 + ",,,", "The name has 301 characters; at most 300 fit."),
        ("A" * 20_000 + ",,,", "A cell has more than 10,000 characters."),
        ("A,one@example.com,+14155550102,", "These addresses belong to different people: One"),
    ],
)
def test_a_row_that_cannot_be_imported_says_why_and_the_others_are(agent: Membership, row: str, sentence: str) -> None:
    us = acting(agent)
    create(actor=us, name="One", email="one@example.com")
    create(actor=us, name="Two", phone="+14155550102")
    run = imported(
        agent, f"name,email,phone,company\n{row}\nGood,good@example.com,,\n", "name", "email", "phone", "company"
    )
    assert Contact.objects.filter(name="Good").exists()
    assert Contact.objects.count() == 3
    if sentence:
        assert counts(run) == (1, 0, 1)
        assert told(run)[2][0] == "failed"
        assert sentence in told(run)[2][1]
    else:
        assert counts(run) == (1, 0, 0), "an empty row is none"


def test_an_owner_nobody_knows_fails_the_row(agent: Membership) -> None:
    run = imported(agent, "name,owner\nA,Nobody Known\nB,ANNA AGENT\n", "name", "owner")
    assert told(run)[2] == (
        "failed",
        "Nobody here is called “Nobody Known”: give an owner’s name or e-mail address, or none.",
    )
    assert Contact.objects.get().owner == agent


def test_the_same_person_twice_in_a_file_is_one(agent: Membership) -> None:
    run = imported(
        agent, "name,email,phone\nA,a@example.com,\nA,a@example.com,+14155550101\n", "name", "email", "phone"
    )
    assert counts(run) == (2, 0, 0)
    assert values(Contact.objects.get()) == ["+14155550101", "a@example.com"]


def test_the_preview_is_what_will_become_of_the_rows_and_changes_nothing(agent: Membership) -> None:
    us = acting(agent)
    create(actor=us, name="Old", email="old@example.com")
    upload = uploaded(agent, "name,email,company\nNew,new@example.com,\n,old@example.com,Acme\n,bad,\n")
    before = events()
    shown = preview(
        actor=us, upload=upload, plan=Plan(["name", "email", "company"]), rows=first_rows(upload, 20)
    )  # fmt: skip
    assert [(number, one.outcome, one.words) for number, one in shown] == [
        (2, "done", ""), (3, "done", "Changed: company."), (4, "failed", "“bad” is not an e-mail address."),
    ]  # fmt: skip
    assert shown[0][1].before["created"] is True
    assert (Contact.objects.count(), Contact.objects.get().company, events()) == (1, "", before)


def test_people_become_the_clients_and_bear_the_labels_chosen_for_all(agent: Membership, harbour: Client) -> None:
    imported(agent, "name,email\nA,a@example.com\n", client=harbour.pk, labels=["Fair 2026"])
    contact = Contact.objects.get()
    assert (contact.client, [label.name for label in contact.labels.all()]) == (harbour, ["Fair 2026"])


def test_a_client_one_does_not_see_cannot_be_chosen(other_client_agent: Membership, harbour: Client) -> None:
    upload = uploaded(other_client_agent, "name\nA\n")
    with pytest.raises(Invalid):
        begin(actor=acting(other_client_agent), upload=upload, plan=Plan(["name"], client=harbour.pk))
    assert Upload.objects.get().run is None


def test_who_may_only_read_imports_nothing(viewer: Membership) -> None:
    with pytest.raises(NotAllowed):
        uploaded(viewer, "name\nA\n")
    assert not Upload.objects.exists()


def test_a_worker_that_dies_in_the_middle_imports_nothing_twice(
    agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after its rows were written and before they were committed, which is the worst moment."""
    text = "name\n" + "".join(f"Person {number}\n" for number in range(250))
    run = begin(actor=acting(agent), upload=uploaded(agent, text), plan=Plan(["name"]))
    assert work_off(most=1) == 1

    def dies(run: object, actor: object) -> bool:
        step(run, actor)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    step = RUNNERS["contacts.import"]
    with monkeypatch.context() as patch:
        patch.setitem(RUNNERS, "contacts.import", dies)
        with pytest.raises(KeyboardInterrupt):
            work_off(most=1)
    assert Contact.objects.count() == 100
    type(run).objects.update(leased_until=None)

    run.refresh_from_db()
    assert counts(finish(run)) == (250, 0, 0)
    assert Contact.objects.count() == 250
    assert sorted(RunRow.objects.filter(run=run).values_list("number", flat=True)) == list(range(2, 252))


@pytest.mark.django_db(transaction=True)
def test_a_file_is_imported_once_however_often_the_button_is_pressed(agent: Membership) -> None:
    upload = uploaded(agent, "name\nA\n")
    answers = times(4, lambda: begin(actor=acting(agent), upload=upload, plan=Plan(["name"])))
    assert sum(isinstance(one, Conflict) for one in answers) == 3


def test_an_undone_import_leaves_what_somebody_has_worked_on(agent: Membership) -> None:
    us = acting(agent)
    there = create(actor=us, name="There", email="there@example.com")
    text = (
        "name,email,phone,company,labels\n,there@example.com,+14155550101,Acme,VIP\nNew,new@example.com,,,\n"
        "Busy,busy@example.com,,,\nEdited,edited@example.com,,,\nTwice,twice@example.com,,,\n"
        ",twice@example.com,,Twice Ltd,\n"
    )
    run = imported(agent, text)
    assert counts(run) == (6, 0, 0)
    busy, edited = Contact.objects.get(name="Busy"), Contact.objects.get(name="Edited")
    follow_ups.create(actor=us, contact_id=busy.pk, due_at=ago(hours=1))
    change(actor=us, contact=edited, company="Kept")

    back = finish(undo(us, run))

    assert counts(back) == (4, 2, 0)
    assert {one.name for one in Contact.objects.visible_to(us)} == {"There", "Busy", "Edited"}
    there.refresh_from_db()
    assert (there.phone, there.company, values(there), list(there.labels.all())) == ("", "", ["there@example.com"], [])
    assert sorted(words for outcome, words in told(back).values() if outcome == "skipped") == [
        "Busy has conversations, deals or follow-ups by now, and stays.", "Edited was changed since, and stays.",
    ]  # fmt: skip


def test_undoing_keeps_what_was_edited_of_somebody_who_was_there(agent: Membership) -> None:
    us = acting(agent)
    there = create(actor=us, name="There", email="there@example.com")
    run = imported(agent, "email,phone,company\nthere@example.com,+14155550101,Acme\n")
    there.refresh_from_db()
    change(actor=us, contact=there, company="Edited")
    back = finish(undo(us, run))
    there.refresh_from_db()
    assert (there.phone, there.company) == ("", "Edited")
    assert told(back)[1] == ("skipped", "There: company changed since, and stays.")


def test_a_file_goes_after_a_week(agent: Membership) -> None:
    old, young = uploaded(agent, "name\nA\n"), uploaded(agent, "name\nB\n")
    Upload.objects.filter(pk=old.pk).update(created_at=ago(days=8))
    assert forget_old() == 1
    assert (Upload.objects.get(), UploadPart.objects.get().upload) == (young, young)


def test_labels_are_made_once_whatever_their_case(agent: Membership) -> None:
    labels.create(actor=acting(agent), name="VIP")
    imported(agent, 'name,labels\nA,"vip;VIP,Vip"\nB,vip\n')
    assert [one.labels.get().name for one in Contact.objects.all()] == ["VIP", "VIP"]


def test_new_people_cost_a_handful_of_queries_a_hundred_at_a_time(agent: Membership) -> None:
    def cost(count: int, offset: int) -> int:
        text = "name,email,company\n" + "".join(f"P{n},p{n}@example.com,C\n" for n in range(offset, offset + count))
        upload = uploaded(agent, text)
        with CaptureQueriesContext(connection) as questions:
            preview(
                actor=acting(agent), upload=upload, plan=Plan(["name", "email", "company"]),
                rows=first_rows(upload, count),
            )  # fmt: skip
        return len(questions)

    assert cost(1, 0) == cost(90, 100) <= 11


def test_somebody_who_gets_an_address_in_the_same_moment_is_found_not_made_again(
    agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up finds nobody, and the insert meets the one who was first."""
    create(actor=acting(agent), name="First", email="a@example.com")
    monkeypatch.setattr(importing, "unknown", lambda _actor, _client, people: people)
    run = imported(agent, "name,email\nSecond,a@example.com\nThird,b@example.com\n")
    assert (counts(run), Contact.objects.count()) == ((1, 1, 0), 2)
    assert {one.name for one in Contact.objects.all()} == {"First", "Third"}
