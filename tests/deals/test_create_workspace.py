import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from accounts.models import Membership, Role, User, Workspace
from deals.models import Stage
from tests import cast

PASSWORD = "pelican harbour 7"


@pytest.fixture
def create(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`create(slug="other")`: the command with good values but for those given; returns what it printed."""

    def run(*, password: str = PASSWORD, **changed: Any) -> str:
        given = {"name": "Linden & Sons", "slug": "linden", "email": "eva@linden.example", **changed}
        options = {f"--{option.replace('_', '-')}": value for option, value in given.items()}
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        printed = io.StringIO()
        arguments = [word for pair in options.items() for word in pair]
        call_command("create_workspace", *arguments, "--password-stdin", stdout=printed)
        return printed.getvalue()

    return run


def test_a_workspace_stands_with_its_owner_and_stages(create):
    told = create(owner_name="Eva Linden", plan="max", currency="CHF", time_zone="Europe/Zurich", region="CH")
    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.slug, workspace.plan) == ("Linden & Sons", "linden", "max")
    assert (workspace.currency, workspace.time_zone, workspace.region) == ("CHF", "Europe/Zurich", "CH")
    membership = Membership.objects.get()
    assert (membership.role, membership.all_clients, membership.user.name) == (Role.OWNER, True, "Eva Linden")
    stages = Stage.objects.filter(workspace=workspace).values_list("key", flat=True)
    assert list(stages) == ["new", "contacted", "interested", "negotiating", "won", "lost"]
    assert told == "The workspace “linden” is open: eva@linden.example signs in with this password.\n"


def test_the_owner_signs_in_with_the_password(create):
    create()
    assert Browser().login(email="eva@linden.example", password=PASSWORD)
    assert User.objects.get().name == "eva"


def test_somebody_with_a_password_keeps_it(create):
    cast.a_user(name="Eva Linden", email="eva@linden.example")
    told = create(email="Eva@Linden.example", password="")
    assert Membership.objects.get().user == User.objects.get()
    assert Browser().login(email="eva@linden.example", password=cast.PASSWORD)
    assert told.endswith("signs in with the password they have.\n")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "Name: This field cannot be blank."),
        ({"slug": "Lin den"}, "Slug: Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
        ({"slug": "l" * 61}, "Slug: Ensure this value has at most 60 characters (it has 61)."),
        ({"currency": "EURO"}, "Currency: “EURO” is no ISO 4217 currency code, such as EUR."),
        ({"time_zone": "Berlin"}, "Time zone: “Berlin” is no time zone, such as Europe/Berlin."),
        ({"region": "Germany"}, "Region: “Germany” is no country code of two letters, such as DE."),
        ({"email": "eva"}, "Email: Enter a valid email address."),
        (
            {"password": "short"},
            "Password: This password is too short. It must contain at least 10 characters.",
        ),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence_and_nothing_is_made(create, changed, sentence):
    with pytest.raises(CommandError) as refused:
        create(**changed)
    assert str(refused.value) == sentence
    assert not Workspace.objects.exists()
    assert not User.objects.exists()


def test_a_slug_that_is_taken_is_told_and_nobody_is_let_in(create):
    cast.a_workspace(slug="linden")
    with pytest.raises(CommandError, match=r"^There is a workspace “linden” already\.$"):
        create()
    assert Workspace.objects.count() == 1
    assert not User.objects.exists()


def test_without_a_terminal_the_password_has_to_come_on_standard_input(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="--password-stdin"):
        call_command("create_workspace", name="Linden", slug="linden", email="eva@linden.example")
    assert not Workspace.objects.exists()


def test_on_a_terminal_the_password_is_asked_for_twice(db, monkeypatch):
    answers = iter([PASSWORD, "pelican harbour 8"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    with pytest.raises(CommandError, match="differ"):
        call_command("create_workspace", name="Linden", slug="linden", email="eva@linden.example")
    assert not Workspace.objects.exists()
