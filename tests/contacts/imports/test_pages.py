"""The way of a file through the pages, without scripts; and what is wrong with it, in a sentence."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from accounts.models import Membership
from activity.models import Run
from activity.runs import finish
from clients.models import Client
from contacts.actions import create
from contacts.models import Contact, Upload
from tests.cast import acting
from tests.pages.conftest import signed_in


def upload(browser: Browser, content: bytes, name: str = "people.csv") -> Any:
    return browser.post("/contacts/imports/new", {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_uploaded_looked_at_imported_and_its_run_is_shown(agent: Membership, harbour: Client) -> None:
    browser = signed_in(agent)
    sent = upload(browser, "Vorname;Nachname;E-Mail;Größe\nJörg;Müller;joerg@example.com;43\n".encode("cp1252"))
    kept = Upload.objects.get()
    assert (sent.status_code, sent["Location"]) == (303, f"/contacts/imports/{kept.pk}")
    shown = browser.get(sent["Location"]).content.decode()
    assert "Jörg Müller" in shown
    assert '<option value="first_name" selected>' in shown
    assert "1 row, WINDOWS-1252" in shown
    assert not Contact.objects.exists()

    chosen = {
        "column-0": "first_name", "column-1": "last_name", "column-2": "email", "column-3": "custom:", "name-3": "Size",
        "mode": "fill", "client_id": str(harbour.pk), "labels": "Fair, VIP",
    }  # fmt: skip
    again = browser.post(f"/contacts/imports/{kept.pk}/preview", chosen).content.decode()
    assert 'value="Size"' in again
    started = browser.post(f"/contacts/imports/{kept.pk}/start", chosen)
    run = finish(Run.objects.get())
    assert started["Location"] == f"/runs/{run.pk}"
    contact = Contact.objects.get()
    assert (contact.name, contact.client, contact.custom_fields) == ("Jörg Müller", harbour, {"Size": "43"})
    assert browser.get(f"/contacts/imports/{kept.pk}")["Location"] == f"/runs/{run.pk}"
    assert browser.post(f"/contacts/imports/{kept.pk}/start", chosen).status_code == 409
    assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04", "This is a spreadsheet, not a CSV file."),
        (b"name\n\0\0\0\n", "it holds null bytes"),
        (b'name\n"never closed' + b"x" * 200_000, "Row 2 cannot be read"),
        (b"name\n" + b"x" * 3_000_000, "Row 2 cannot be read"),
        (b"name\n", "There are no rows below the first one"),
        (b"name\n\x81\x81\n", "The letters of this file cannot be read."),
        (b"x" * (25 * 1024 * 1024 + 1), "The file is larger than 25 MB."),
    ],
)
def test_a_hostile_file_gets_a_sentence_and_keeps_nothing(agent: Membership, content: bytes, sentence: str) -> None:
    answer = upload(signed_in(agent), content)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Upload.objects.exists()


def test_no_file_at_all_is_told_too(agent: Membership) -> None:
    answer = signed_in(agent).post("/contacts/imports/new", {})
    assert (answer.status_code, "Choose a file first." in answer.content.decode()) == (422, True)


def test_what_a_file_says_is_shown_as_text(agent: Membership) -> None:
    browser = signed_in(agent)
    sent = upload(browser, b'<script>alert(1)</script>,name\n"<img src=x onerror=alert(1)>",A\n')
    shown = browser.get(sent["Location"]).content.decode()
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"column-0": ""}, "Say which column holds a name"),
        ({"column-0": "name", "mode": "nonsense"}, "Say what happens to people who are there already."),
        ({"column-0": "name", "client_id": "nonsense"}, "This is not an id."),
        ({"column-0": "name", "labels": "x" * 61}, "A label has at most 60 characters."),
    ],
)
def test_a_choice_that_cannot_be_is_told_and_nothing_begins(
    agent: Membership, chosen: dict[str, str], sentence: str
) -> None:
    browser = signed_in(agent)
    sent = upload(browser, b"name\nA\n")
    answer = browser.post(f"{sent['Location']}/start", chosen)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Run.objects.exists()


def test_who_may_only_read_sees_no_way_to_import(viewer: Membership) -> None:
    browser = signed_in(viewer)
    assert browser.get("/contacts/imports/new").status_code == 403
    assert "/contacts/imports/new" not in browser.get("/contacts").content.decode()


def test_the_preview_says_who_is_new_changed_left_and_failed(agent: Membership) -> None:
    us = acting(agent)
    create(actor=us, name="Old", email="old@example.com")
    create(actor=us, name="Same", email="same@example.com")
    text = b"name,email,company\nNew,new@example.com,\nOld,old@example.com,Acme\nSame,same@example.com,\n,bad,\n"
    shown = signed_in(agent).get(upload(signed_in(agent), text)["Location"]).content.decode()
    for words in ("New", "Changed: company.", "Same has all of this already.", "“bad” is not an e-mail address."):
        assert words in shown
    assert Contact.objects.count() == 2
