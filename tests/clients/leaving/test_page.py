"""The page that asks what becomes of a client's data: what it counts, who may decide, what it refuses, and then."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from accounts.models import ApiKey, Membership, Workspace
from accounts.plans import Plan
from activity import runs
from activity.models import Event, Run
from clients.leaving import going
from clients.leaving.models import Leaving
from clients.models import Campaign, Client, ClientAccess
from contacts.models import Contact
from contacts.suppression import suppress
from crm.errors import Conflict
from deals import actions as deals
from inbox.models import Conversation
from integrations.models import Connection
from tests import cast
from tests.arrivals import write_in
from tests.cast import acting
from tests.clients.leaving.life import go

pytestmark = pytest.mark.django_db
Browse = Callable[[Membership], Browser]


@pytest.fixture
def browse() -> Browse:
    def sign_in(who: Membership) -> Browser:
        browser = Browser()
        browser.force_login(who.user)
        return browser

    return sign_in


@pytest.fixture
def bread(owner: Membership, harbour: Client) -> Conversation:
    us = acting(owner)
    write_in(us, "Hello", sender="ann@example.com", client_id=harbour.pk)
    message = write_in(us, "Bread?", sender="bob@example.com", client_id=harbour.pk)
    deals.create(actor=us, conversation_id=message.conversation_id, title="Bread")
    suppress(actor=us, contact=Contact.objects.get(email="ann@example.com"), reason="asked")
    Campaign.objects.create(workspace=owner.workspace, client=harbour, name="Spring")
    cast.key_of(owner.workspace, client=harbour)
    return message.conversation


def path(client: Client) -> str:
    return f"/clients/{client.pk}/delete"


def chosen(**changes: str) -> dict[str, str]:
    return {"choice": "move", "target": "workspace", "name": "Harbour Bakery", **changes}


def test_it_counts_what_the_client_has(
    browse: Browse, owner: Membership, harbour: Client, viewer: Membership, bread: Conversation
) -> None:
    page = browse(owner).get(path(harbour)).content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for count in ("Contacts 2", "Conversations 2", "Messages 2", "Deals 1", "Campaigns 1"):
        assert count in text
    for left in (
        "API keys: 1. They are revoked.", "People who see only this client: 1. They see nothing any more.",
        "Suppressed addresses: 1. They join those of the target; none is lifted.",
    ):  # fmt: skip
        assert left in text
    assert "Meadow" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"choice": ""}, "Choose what becomes of its data"),
        ({"choice": "burn"}, "Choose what becomes of its data"),
        ({"target": ""}, "Choose where to"),
        ({"target": "harbour"}, "Choose where to"),
        ({"name": "Harbour"}, "Type Harbour Bakery to confirm"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_happens(
    browse: Browse, owner: Membership, harbour: Client, bread: Conversation, changes: dict[str, str], words: str
) -> None:
    given = chosen(**{key: str(harbour.pk) if value == "harbour" else value for key, value in changes.items()})
    answer = browse(owner).post(path(harbour), given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page or "Choose another client that is still here" in page
    assert not Leaving.objects.exists()
    assert Client.objects.get(pk=harbour.pk).deleted_at is None
    assert ApiKey.objects.get(client=harbour).is_active


def test_all_that_is_wrong_is_said_at_once_each_at_its_field_and_what_was_given_is_kept(
    browse: Browse, owner: Membership, harbour: Client
) -> None:
    page = browse(owner).post(path(harbour), chosen(target="", name="Harbor")).content.decode()
    words = ["Choose where to: another client, or the workspace itself.", "Type Harbour Bakery to confirm."]
    assert re.findall(r'role="alert">(.*?)</p>', page) == [f"Nothing was deleted yet. {' '.join(words)}"]
    assert re.findall(r'class="field__error"\s+id="(\S+)">(.*?)</span>', page) == [
        ("leaving-target-words", words[0]), ("leaving-name-error", words[1]),
    ]  # fmt: skip
    assert [tag for tag in re.findall(r"<(?:input|select)[^>]*?autofocus[^>]*>", page) if 'id="leaving-target"' in tag]
    assert page.count("autofocus") == 1
    assert re.search(r'value="move"[^>]*checked', page)
    assert 'value="Harbor"' in page
    page = browse(owner).post(path(harbour), chosen(choice="", name="")).content.decode()
    assert re.findall(r'role="alert">(.*?)</p>', page) == [
        f"Nothing was deleted yet. Choose what becomes of its data: move it, or erase it. {words[1]}"
    ]
    assert re.search(r'id="leaving-move"[^>]*autofocus', page)
    assert not Leaving.objects.exists()


def test_only_whoever_runs_the_workspace_decides(
    browse: Browse, harbour: Client, meadow: Client, agent: Membership, viewer: Membership,
    other_client_agent: Membership, outsider: Membership, workspace: Workspace,
) -> None:  # fmt: skip
    certain = cast.member(workspace, "Ada Admin", "admin", clients=[harbour])
    expected = {agent: 403, viewer: 403, certain: 403, other_client_agent: 404, outsider: 404}
    for who, status in expected.items():
        for answer in (browse(who).get(path(harbour)), browse(who).post(path(harbour), chosen())):
            assert answer.status_code == status, who
            assert "Meadow" not in answer.content.decode()
    assert not Leaving.objects.exists()


def test_a_lower_plan_says_so(browse: Browse, owner: Membership, harbour: Client, workspace: Workspace) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(plan=Plan.PRO)
    assert browse(owner).get(path(harbour)).status_code == 403
    assert browse(owner).post(path(harbour), chosen()).status_code == 403
    assert not Leaving.objects.exists()


def test_once_decided_it_is_hidden_and_the_work_can_be_watched_and_taken_away(
    browse: Browse, owner: Membership, admin: Membership, agent: Membership, harbour: Client, viewer: Membership,
    bread: Conversation,
) -> None:  # fmt: skip
    browser = browse(owner)
    answer = browser.post(path(harbour), chosen(choice="export_move"))
    assert (answer.status_code, answer.headers["Location"]) == (303, path(harbour))
    assert not Client.objects.visible_to(acting(owner)).filter(pk=harbour.pk).exists()
    assert not ApiKey.objects.get(client=harbour).is_active
    assert "Writing it out" in browser.get(path(harbour)).content.decode()
    assert browser.get(f"{path(harbour)}/export").status_code == 404

    run = runs.finish(Run.objects.get())
    assert (run.state, run.done_count == run.total) == ("done", True)
    page = browse(admin).get(path(harbour)).content.decode()
    assert "Harbour Bakery is gone" in page
    assert "Stop" not in page
    archive: Any = browse(admin).get(f"{path(harbour)}/export")
    with zipfile.ZipFile(io.BytesIO(b"".join(archive.streaming_content))) as whole:
        assert b"bob@example.com" in whole.read("contacts.csv")
    for other in (agent, viewer):
        assert browse(other).get(f"{path(harbour)}/export").status_code == 404
    kinds = set(Event.objects.filter(type__startswith="client.", client=harbour).values_list("type", "payload__fate"))
    assert kinds == {("client.deleted", "move"), ("client.emptied", "move")}
    assert not ClientAccess.objects.filter(client=harbour).exists()
    assert Conversation.objects.get(pk=bread.pk).client is None


def test_it_is_decided_once_and_cannot_be_stopped(owner: Membership, harbour: Client, bread: Conversation) -> None:
    us = acting(owner)
    leaving = go(us, harbour, fate="move")
    with pytest.raises(Conflict, match="going already"):
        go(us, harbour, fate="erase")
    with pytest.raises(Conflict, match="cannot be stopped"):
        runs.stop(us, leaving.run)
    Membership.objects.filter(pk=owner.pk).update(is_active=False)
    assert runs.finish(leaving.run).state == "done"
    assert Conversation.objects.get(pk=bread.pk).client is None


def test_one_that_was_hidden_before_can_still_be_asked_about(
    browse: Browse, owner: Membership, agent: Membership, harbour: Client, bread: Conversation
) -> None:
    assert cast.caller(cast.key_of(owner.workspace)).delete(f"/clients/{harbour.pk}").status_code == 200
    assert Conversation.objects.get(pk=bread.pk).client == harbour
    assert browse(owner).get(path(harbour)).status_code == 200
    assert browse(agent).get(path(harbour)).status_code == 404
    assert browse(owner).post(path(harbour), chosen()).status_code == 303


def test_whoever_sees_the_target_sees_its_past_and_whoever_saw_only_the_client_sees_nothing(
    browse: Browse, owner: Membership, harbour: Client, meadow: Client, viewer: Membership,
    other_client_agent: Membership, bread: Conversation,
) -> None:  # fmt: skip
    mina, hal = browse(other_client_agent), browse(viewer)
    assert (mina.get(f"/inbox/{bread.pk}").status_code, hal.get(f"/inbox/{bread.pk}").status_code) == (404, 200)
    runs.finish(go(acting(owner), harbour, fate="move", target=meadow).run)
    assert mina.get(f"/inbox/{bread.pk}").status_code == 200
    timeline = mina.get(f"/contacts/{bread.contact_id}/timeline").content.decode()
    assert "Conversation" in timeline or "wrote" in timeline
    assert Event.objects.visible_to(acting(other_client_agent)).filter(subject_id=bread.pk, type="conversation.created")
    assert hal.get(f"/inbox/{bread.pk}").status_code in (403, 404)
    assert not Event.objects.visible_to(acting(viewer)).exists()


def test_what_arrives_meanwhile_is_kept_and_handled_on_the_other_side(
    owner: Membership, harbour: Client, meadow: Client, bread: Conversation
) -> None:
    us = acting(owner)
    through = Connection.objects.create(workspace=us.workspace, client=harbour, system="muro", name="Chat")
    paused = Connection.objects.create(workspace=us.workspace, client=harbour, system="muro", name="P", is_active=False)
    leaving = go(us, harbour, fate="move", target=meadow)
    through.refresh_from_db()
    assert (through.client, through.is_active) == (meadow, False)
    runs.finish(leaving.run)
    through.refresh_from_db()
    paused.refresh_from_db()
    assert [(one.client, one.is_active) for one in (through, paused)] == [(meadow, True), (meadow, False)]


def test_what_was_written_a_moment_too_late_follows(owner: Membership, harbour: Client, meadow: Client) -> None:
    us = acting(owner)
    runs.finish(go(us, harbour, fate="move", target=meadow).run)
    late = write_in(us, "Late", sender="late@example.com", client_id=harbour.pk)
    assert going.look_again() == 1
    assert Conversation.objects.get(pk=late.conversation_id).client == meadow
    assert going.look_again() == 0
