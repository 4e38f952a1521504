"""Making connections and looking after them: by admins, with settings that can be used, secrets that stay secret."""

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from activity.models import Event
from crm.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from integrations import connecting
from integrations.base import Connected, Failed, Field
from integrations.connecting import Opened, change, check, connect, digest
from integrations.email.system import Email
from integrations.fields import read, written
from integrations.models import Connection
from tests.cast import acting
from tests.integrations.plain import Plain


def test_a_connection_has_an_address_of_its_own_and_shows_what_was_made_once(opened: Opened) -> None:
    assert opened.shown_once == {"webhook_secret": "made-by-us"}
    assert opened.hook_url.startswith("http://127.0.0.1:8000/hooks/plain/")
    kept = Connection.objects.get()
    assert (kept.name, kept.settings) == ("Plain", {"base_url": "https://plain.example.com", "labels": {}})
    assert connecting.hook_url(kept) == opened.hook_url


@pytest.mark.parametrize("name", ["agent", "viewer"])
def test_only_admins_connect(plain: Plain, request: Any, name: str) -> None:
    with pytest.raises(NotAllowed):
        connect(actor=acting(request.getfixturevalue(name)), system="plain", settings={"api_key": "k"})
    assert not Connection.objects.exists()


def test_each_setting_that_cannot_be_used_is_named(plain: Plain, owner: Any) -> None:
    with pytest.raises(Invalid) as refused:
        connect(
            actor=acting(owner), system="plain",
            settings={"base_url": "javascript:alert(1)", "labels": "no equals", "colour": "red"},
        )  # fmt: skip
    assert refused.value.fields == {
        "base_url": ["Enter an address such as https://api.example.com/v1: “javascript:alert(1)” is none."],
        "api_key": ["API key is needed."],
        "labels": ["Write one name=value on each line."],
        "colour": ["There is no such setting. There are: base_url, api_key, webhook_secret, labels."],
    }
    with pytest.raises(Invalid, match="no system"):
        connect(actor=acting(owner), system="fax")
    assert not Connection.objects.exists()


def test_a_client_of_another_workspace_is_none(plain: Plain, owner: Any, outsider_client: Any) -> None:
    with pytest.raises((Invalid, NotFound)):
        connect(
            actor=acting(owner), system="plain", client_id=outsider_client.pk, settings={"api_key": "k"}
        )  # fmt: skip
    assert not Connection.objects.exists()


def test_a_place_inside_is_refused_when_it_is_given_and_one_that_stands_is_kept(
    plain: Plain, owner: Any, settings: Any
) -> None:
    opened = connect(actor=acting(owner), system="plain", settings={"api_key": "k", "base_url": "http://127.0.0.1:1"})
    settings.PRIVATE_HOSTS = []
    with pytest.raises(Invalid) as refused:
        connect(actor=acting(owner), system="plain", settings={"api_key": "l", "base_url": "https://[::ffff:10.0.0.5]"})
    assert refused.value.fields["base_url"][0].startswith("“::ffff:10.0.0.5” is inside this network.")
    with pytest.raises(Invalid) as refused:
        change(actor=acting(owner), connection=opened.connection, given={"base_url": "http://plain.example.com"})
    assert refused.value.fields["base_url"][0].startswith("It must begin with https://")
    change(actor=acting(owner), connection=opened.connection, given={"labels": "a=1"})
    assert Connection.objects.get().settings == {"base_url": "http://127.0.0.1:1", "labels": {"a": "1"}}


@pytest.mark.parametrize(
    ("host", "words"),
    [("mail.acme.example:993", "Enter the server’s name alone"), ("10.0.0.5", "is inside this network"),
     ("mail.local", ""), ("imap.acme.example", "")],
)  # fmt: skip
def test_a_mail_server_is_judged_alike(host: str, words: str) -> None:
    """Where a network is allowed, a name may lead there: that is known when it is gone to."""
    servers = [field for field in Email.fields if field.kind == "host"]
    assert [field.name for field in servers] == ["imap_host", "smtp_host"]
    given = {"imap_host": "imap.acme.example", "smtp_host": host}
    if words:
        with pytest.raises(Invalid) as refused:
            read(servers, given)
        assert words in refused.value.fields["smtp_host"][0]
    else:
        assert read(servers, given) == given


@pytest.fixture
def outsider_client() -> Any:
    from tests.cast import a_client, a_workspace

    return a_client(a_workspace(), "Theirs")


def test_changing_it_keeps_the_secrets_that_are_left_empty(opened: Opened, owner: Any) -> None:
    shown = change(
        actor=acting(owner), connection=opened.connection, name="Shop",
        given={"api_key": "", "labels": "vip=lbl_1\nnew = lbl_2"},
    )  # fmt: skip
    kept = Connection.objects.get()
    assert (dict(shown), kept.name, kept.secrets["api_key"]) == ({}, "Shop", "plain-key-123")
    assert kept.settings["labels"] == {"vip": "lbl_1", "new": "lbl_2"}
    assert connecting.hook_url(kept) == opened.hook_url
    change(actor=acting(owner), connection=kept, given={"api_key": "another"})
    assert Connection.objects.get().secrets["api_key"] == "another"


def test_ending_it_forgets_its_secrets(opened: Opened, owner: Any) -> None:
    connecting.disconnect(actor=acting(owner), connection=opened.connection)
    kept = Connection.objects.get()
    assert (kept.secrets, kept.token_digest, kept.is_active) == ({}, None, False)
    assert not Connection.objects.visible_to(acting(owner)).exists()


def test_a_check_that_fails_is_told_once_and_recovers(opened: Opened, plain: Plain, owner: Any) -> None:
    def refuse(connected: Connected) -> str:
        raise Failed("The API key is wrong: copy it again.")

    plain.check = refuse  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(Conflict, match="The API key is wrong"):
            check(actor=acting(owner), connection=opened.connection)
    assert Connection.objects.get().failure == "The API key is wrong: copy it again."
    del plain.check
    check(actor=acting(owner), connection=opened.connection)
    assert Connection.objects.get().failing_since is None
    assert list(Event.objects.order_by("sequence").values_list("type", flat=True)) == [
        "connection.created", "connection.failed", "connection.recovered"
    ]  # fmt: skip


def test_a_key_that_finds_one_connection_finds_no_other(plain: Plain, owner: Any) -> None:
    plain.key_field = "api_key"
    connect(actor=acting(owner), system="plain", settings={"api_key": "k"})
    with pytest.raises(Conflict, match="Another connection has this key"):
        connect(actor=acting(owner), system="plain", settings={"api_key": "k"})
    assert Connection.objects.count() == 1


def test_a_connection_that_is_found_by_its_key_keeps_it_when_it_is_changed(owner: Any) -> None:
    opened = connect(actor=acting(owner), system="quickreply")
    row = Connection.objects.get(pk=opened.connection.pk)
    assert change(actor=acting(owner), connection=row, name="Leads", given={"auth_key": "", "key_in_body": "on"}) == {}
    row.refresh_from_db()
    assert (row.name, row.settings["key_in_body"]) == ("Leads", True)
    assert row.secrets["auth_key"] == opened.shown_once["auth_key"]
    assert row.key_digest == digest(row.secrets["auth_key"])


def test_the_command_prints_what_a_script_needs(plain: Plain, owner: Any, capsys: Any) -> None:
    call_command("connect", "plain", "--workspace", "acme", "--set", "api_key=a=b", "--set", "labels=x=1", "--set", "labels=y=2")  # noqa: E501  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    kept = Connection.objects.get()
    assert told == {
        "id": str(kept.pk), "system": "plain", "name": "Plain", "hook_url": connecting.hook_url(kept),
        "webhook_secret": "made-by-us",
    }  # fmt: skip
    assert (kept.secrets["api_key"], kept.settings["labels"]) == ("a=b", {"x": "1", "y": "2"})


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["fax"], "“fax” is no system."),
        (["plain"], "api_key: API key is needed."),
        (["plain", "--set", "api_key"], "--set takes key=value"),
        (["plain", "--workspace", "nobody"], "nobody"),
    ],
)
def test_the_command_says_what_is_wrong(plain: Plain, owner: Any, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("connect", *arguments)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("number", "42", 42), ("number", "", None), ("flag", "Yes", True), ("flag", "", False), ("flag", None, False),
        ("choice", "a", "a"), ("lines", "a, b\n\nc", ["a", "b", "c"]), ("map", {"a": 1}, {"a": "1"}),
        ("url", "https://x.example/v1/", "https://x.example/v1"), ("url", "", ""), ("text", "  x ", "x"),
    ],
)  # fmt: skip
def test_settings_are_read_as_their_kind(kind: str, given: Any, value: Any) -> None:
    field = Field("one", "One", kind=kind, choices=[("a", "A")])
    assert read([field], {"one": given}) == {"one": value}
    assert read([field], {"one": written(field, value) if not isinstance(value, bool) else value}) == {"one": value}


@pytest.mark.parametrize(
    ("kind", "given"),
    [("number", "-1"), ("number", "٣"), ("flag", "maybe"), ("choice", "z"), ("text", "a\x00"), ("text", "x" * 10_001),
     ("url", "https://a.example/?q=1"), ("url", "https://u:p@a.example"), ("url", "https://a.example:99999")],
)  # fmt: skip
def test_settings_that_cannot_be_used_are_refused(kind: str, given: str) -> None:
    with pytest.raises(Refusal):
        read([Field("one", "One", kind=kind, choices=[("a", "A")])], {"one": given})
