"""People as a file: complete, for who may see them, harmless in a spreadsheet, and fit to be imported again."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from clients.models import Client
from contacts import exporting, labels
from contacts.actions import create
from contacts.imports.columns import guess, known_custom
from contacts.models import Contact, Identity
from contacts.people import add_address
from crm.pages.files import one_by_one
from tests import cast
from tests.arrivals import addressed
from tests.cast import acting
from tests.contacts.imports.files import counts, imported, told
from tests.crowd import InBackground
from tests.pages.conftest import signed_in


@pytest.fixture
def us(agent: Membership) -> Actor:
    return acting(agent)


def downloaded(browser: Browser, path: str) -> bytes:
    answer: Any = browser.get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def exported(browser: Browser, query: str = "") -> list[dict[str, str]]:
    text = downloaded(browser, f"/contacts/export{query}").decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_every_field_has_its_column(us: Actor, harbour: Client, agent: Membership) -> None:
    one = create(
        actor=us, name="Priya Patel", email="priya@example.com", phone="+14155550101", company="Harbour",
        owner_id=agent.pk, client_id=harbour.pk, source="Fair", custom_fields={"size": 3, "note": "a\nb"},
    )  # fmt: skip
    add_address(actor=us, contact=one, address=addressed("email", "p2@example.com")[0])
    labels.relabel(actor=us, contact=one, names=["Trade", "VIP"])
    create(actor=us, name="Tom", custom_fields={"colour": "red"})
    priya, tom = exported(signed_in(agent))
    assert {k: v for k, v in priya.items() if k not in ("Created", "Last activity")} == {
        "Name": "Priya Patel", "E-mail": "priya@example.com", "Phone": "'+14155550101",
        "Further e-mails": "p2@example.com", "Further phones": "", "Company": "Harbour", "Owner": "Anna Agent",
        "Labels": "Trade, VIP", "Status": "active", "Source": "Fair", "Client": "Harbour Bakery",
        "colour": "", "note": "a\nb", "size": "3",
    }  # fmt: skip
    assert (tom["Name"], tom["colour"], tom["size"]) == ("Tom", "red", "")


def test_formulas_are_text(us: Actor, agent: Membership) -> None:
    create(actor=us, name="=HYPERLINK(1)", company="@SUM(A1)", custom_fields={"=x": "\t=1"})
    (row,) = exported(signed_in(agent))
    assert (row["Name"], row["Company"], row["'=x"]) == ("'=HYPERLINK(1)", "'@SUM(A1)", "'\t=1")


def test_what_was_exported_is_imported_as_it_was(us: Actor, agent: Membership) -> None:
    create(
        actor=us, name="=Formula Person", email="f@example.com", phone="+14155550101", company="-Minus",
        custom_fields={"note": "+plus\nand a line", "quote": "'=odd"},
    )  # fmt: skip
    text = downloaded(signed_in(agent), "/contacts/export")
    before = list(Contact.objects.values("name", "email", "phone", "company", "custom_fields"))
    columns = next(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    targets = guess(columns, known_custom(us))
    Contact.objects.all().update(deleted_at=None)
    again = imported(agent, text, *targets)
    assert told(again)[2] == ("skipped", "=Formula Person has all of this already.")

    Identity.objects.all().delete()
    Contact.objects.all().delete()
    run = imported(agent, text, *targets)
    assert counts(run) == (1, 0, 0)
    assert list(Contact.objects.values("name", "email", "phone", "company", "custom_fields")) == before


def test_one_exports_what_one_sees_and_what_the_filter_leaves(
    us: Actor, viewer: Membership, other_client_agent: Membership, agent: Membership, harbour: Client
) -> None:
    theirs = create(actor=us, name="Of Harbour", client_id=harbour.pk)
    own = create(actor=us, name="Our own")
    names = [[row["Name"] for row in exported(signed_in(who))] for who in (agent, viewer, other_client_agent)]
    assert names == [["Of Harbour", "Our own"], ["Of Harbour"], []]
    browser = signed_in(agent)
    assert [row["Name"] for row in exported(browser, "?search=own")] == ["Our own"]
    assert [row["Name"] for row in exported(browser, f"?client={harbour.pk}")] == ["Of Harbour"]
    assert [row["Name"] for row in exported(browser, f"?id={own.pk}&id={theirs.pk}")] == ["Of Harbour", "Our own"]
    assert exported(signed_in(other_client_agent), f"?id={own.pk}") == []
    assert Browser().get("/contacts/export").status_code == 302


def test_it_goes_on_in_pieces_with_a_fixed_number_of_queries_each(
    us: Actor, workspace: Workspace, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "AT_A_TIME", 3)
    for number in range(7):
        create(actor=us, name=f"Person {number}")
    browser = signed_in(agent)
    with CaptureQueriesContext(connection) as questions:
        assert [row["Name"] for row in exported(browser)] == [f"Person {number}" for number in range(7)]
    pieces = sum('FROM "contacts_identity"' in query["sql"] for query in questions)
    assert (pieces, len(questions)) == (3, 19)  # four to count it and to record who took it


def test_a_server_that_sends_asynchronously_makes_each_piece_when_the_one_before_is_sent() -> None:
    made: list[int] = []

    def pieces() -> Any:
        for number in range(3):
            made.append(number)
            yield str(number)

    async def first(stream: AsyncIterator[str]) -> str:
        async for piece in stream:
            return piece
        return ""

    # In a thread of its own: a browser's loop may run in this one.
    sent = InBackground(lambda: asyncio.run(first(one_by_one(pieces()))))
    assert sent.result() == "0"
    assert made == [0]


def test_the_rows_that_failed_come_back_with_the_reason_and_can_be_mended(us: Actor, agent: Membership) -> None:
    run = imported(agent, "name,email,phone\nGood,good@example.com,\nBad,nonsense,+14155550101\n=Worse,bad,\n")
    upload = run.upload
    text = downloaded(signed_in(agent), f"/contacts/imports/{upload.pk}/failed").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "email", "phone", "Why it was not imported"],
        ["Bad", "nonsense", "'+14155550101", "“nonsense” is not an e-mail address."],
        ["'=Worse", "bad", "", "“bad” is not an e-mail address."],
    ]
    mended = imported(
        agent, text.replace("nonsense,", "bad.one@example.com,", 1).replace(",bad,", ",worse@example.com,")
    )
    assert counts(mended) == (2, 0, 0)
    assert Contact.objects.get(name="=Worse").email == "worse@example.com"
    assert Contact.objects.get(name="Bad").phone == "+14155550101"


def test_nobody_else_sees_whose_rows_failed(agent: Membership, owner: Membership, outsider: Membership) -> None:
    run = imported(agent, "name,email\nBad,nonsense\n")
    for who in (owner, outsider, cast.member(agent.workspace, "Somebody Else")):
        for path in ("", "/failed"):
            assert signed_in(who).get(f"/contacts/imports/{run.upload.pk}{path}").status_code == 404
