import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts import keys
from accounts.actors import person, system
from accounts.models import ApiKey, Membership, Workspace
from accounts.plans import ALLOWANCES, Plan
from activity.models import Event
from clients.models import Client
from crm.errors import Invalid, NotAllowed
from tests import cast
from tests.cast import Acting


def found(secret: str) -> ApiKey:
    key = keys.find(secret)
    assert key is not None
    return key


def test_a_key_is_kept_as_prefix_and_digest_only(workspace: Workspace, actor: Acting) -> None:
    key, secret = keys.create_api_key(actor=actor(), name="Zapier")
    assert re.fullmatch("msk_[0-9a-f]{64}", secret)
    assert key.key_prefix == secret[:12]
    stored = ApiKey.objects.values().get()
    assert secret not in str(stored)
    assert stored["digest"] == keys.digest(secret)
    assert stored["scopes"] == ["crm"]


def test_only_an_admin_makes_keys(admin: Membership, agent: Membership) -> None:
    key, _ = keys.create_api_key(actor=person(admin), name="Mine")
    assert key.workspace == admin.workspace
    with pytest.raises(NotAllowed):
        keys.create_api_key(actor=person(agent), name="Not mine")
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"scopes": ["mail"]}, "scopes"),
        ({"scopes": []}, "scopes"),
        ({"rate_limit": 0}, "rate_limit"),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "expires_at"),
    ],
)
def test_what_cannot_be_a_key_is_refused(
    workspace: Workspace, actor: Acting, options: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        keys.create_api_key(actor=actor(), **{"name": "A key", **options})
    assert list(refusal.value.fields) == [field]
    assert not ApiKey.objects.exists()


def test_a_key_is_never_bound_to_another_workspaces_client(workspace: Workspace, outsider: Membership) -> None:
    theirs = cast.a_client(workspace=outsider.workspace)
    with pytest.raises(Invalid) as refusal:
        keys.create_api_key(actor=system(workspace, "test"), name="A key", client=theirs)
    assert refusal.value.fields == {"client": ["There is no such client in this workspace."]}


def test_use_is_noted_once_a_minute(workspace: Workspace) -> None:
    secret = cast.key_of(workspace)
    with time_machine.travel("2026-04-13T09:00:00Z", tick=False) as clock:
        keys.note_use(found(secret))
        clock.shift(59)
        keys.note_use(found(secret))
        assert str(ApiKey.objects.get().last_used_at) == "2026-04-13 09:00:00+00:00"
        clock.shift(2)
        keys.note_use(found(secret))
        assert str(ApiKey.objects.get().last_used_at) == "2026-04-13 09:01:01+00:00"


def test_the_command_prints_the_key_alone(
    workspace: Workspace, harbour: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_api_key", "--workspace=acme", "--name=Sync", f"--client={harbour.pk}", "--rate-limit=10")
    out, err = capsys.readouterr()
    assert re.fullmatch("msk_[0-9a-f]{64}\n", out)
    assert "Sync" in err
    key = found(out.strip())
    assert (key.client_id, key.rate_limit, key.scopes) == (harbour.pk, 10, ["crm"])
    event = Event.objects.get()
    assert (event.type, event.client, event.actor_name, event.payload) == (
        "key.created", harbour, "manage.py create_api_key", {"name": "Sync", "scopes": ["crm"]},
    )  # fmt: skip


def test_a_key_for_which_there_is_no_room_is_told_of_in_a_sentence(workspace: Workspace) -> None:
    Workspace.objects.update(plan=Plan.FREE)
    while keys.keys_used(workspace) < (ALLOWANCES[Plan.FREE].api_keys or 0):
        cast.key_of(Workspace.objects.get())
    with pytest.raises(CommandError, match="API keys"):
        call_command("create_api_key", "--workspace=acme", "--name=Sync")
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--workspace=acne"], "There is no workspace “acne”. There are: acme."),
        (["--workspace=acme", "--scopes=crm,mail"], "There is no scope “mail”: use crm or crm:read."),
        (["--workspace=acme", "--client=seven"], "“seven” is not the id of a client."),
        (
            ["--workspace=acme", "--client=01980000-0000-7000-8000-000000000000"],
            "Acme has no client with the id 01980000-0000-7000-8000-000000000000.",
        ),
    ],
)
def test_the_command_says_what_is_wrong(workspace: Workspace, words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("create_api_key", "--name=Sync", *words)
    assert not ApiKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_noting_the_use_waits_for_nobody(workspace: Workspace) -> None:
    secret = cast.key_of(workspace)
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                ApiKey.objects.select_for_update().get()
                holding.set()
                assert done.wait(60)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(60)
    assert cast.caller(secret).get("/users").status_code == 200
    assert ApiKey.objects.get().last_used_at is None
    done.set()
    thread.join()
    assert cast.caller(secret).get("/users").status_code == 200
    assert ApiKey.objects.get().last_used_at is not None
