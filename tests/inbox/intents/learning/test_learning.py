"""A model that learns from corrections: what it learns from, what it keeps, and what it would change before it does."""

import base64
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.models import Membership, Workspace
from activity.models import Event
from crm.errors import Conflict, NotAllowed
from inbox import actions
from inbox.erasure import erase
from inbox.intents import local
from inbox.intents.examples import Example, shipped_examples
from inbox.intents.labels import Intent
from inbox.intents.learning import apart, making, shadow, using
from inbox.intents.learning.corrected import corrected
from inbox.intents.learning.models import LearnedModel, ShadowTag
from inbox.intents.passes import NEEDS_A_LOOK
from inbox.intents.training import train
from inbox.models import Conversation, IntentTag, Message
from inbox.tagging import work_off
from tests.arrivals import judged, write_in
from tests.cast import a_workspace, acting
from tests.crowd import at_once
from tests.inbox.intents.learning.conftest import OURS, Correct, Make
from tests.pages.conftest import signed_in

BOOKING, QUESTION, INTERESTED = Intent.BOOKING, Intent.QUESTION, Intent.INTERESTED


def example(text: str, label: Intent, batch: str) -> Example:
    return Example(text, label, "email", "", batch)


def words(model: local.LocalModel) -> set[str]:
    return set(model.blocks["word"].rows)


def test_it_learns_from_what_a_person_said_last_of_each_message(
    us: Actor, agent: Membership, correct: Correct, workspace: Workspace
) -> None:
    first = correct("Zibble?", INTERESTED)
    actions.override_intent(actor=acting(agent), conversation=fresh(first), intent=BOOKING)
    write_in(us, "Nobody corrected this", sender="left@example.com")
    gone = correct("My name is Gone")
    erase(actor=us, contact=gone.conversation.contact)
    correct("   ")
    found = corrected(workspace)
    assert [(one.text, one.label, one.channel, one.batch) for one in found] == [
        ("Zibble?", BOOKING, "email", f"person {first.conversation.contact_id}")
    ]
    assert corrected(a_workspace()) == []


def fresh(message: Message) -> Conversation:
    return Conversation.objects.get(pk=message.conversation_id)


def test_what_fewer_than_three_people_say_is_not_in_the_model(few_written: Path) -> None:
    written = shipped_examples(few_written)
    said_by_two = [example("Ottokar wobbles", BOOKING, f"person {number % 2}") for number in range(9)]
    said_by_three = [example("Frobs zibble", BOOKING, f"person {number}") for number in range(3)]
    known = words(train(written, [*said_by_two, *said_by_three]).model)
    assert {"frobs", "zibble", "frobs zibble"} <= known
    assert not {word for word in known if "ottokar" in word or "wobbles" in word}


def test_training_apart_makes_what_training_here_makes(few_written: Path) -> None:
    replies = [example(text, BOOKING, f"person {number}") for number, text in enumerate(OURS)]
    found = apart.train_apart(replies)
    here = apart.make(shipped_examples(few_written), replies)
    assert (found.content, found.version, found.figures) == (
        base64.b64decode(here["content"]), here["version"], here["figures"]
    )  # fmt: skip
    assert found.figures["corrected"] == len(OURS)
    assert found.figures["right"] > found.figures["right_shipped"]


def test_training_that_comes_to_nothing_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "DATA", tmp_path)
    with pytest.raises(apart.NotTrained, match="Error"):
        apart.train_apart([])


def test_a_training_that_failed_stands_with_its_reason_and_can_be_started_again(
    week: list[Message], owner: Membership, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "DATA", tmp_path)
    making.begin(acting(owner))
    making.work_off()
    dead = LearnedModel.objects.get()
    assert (dead.state, dead.content, "Error" in dead.last_error) == ("dead", None, True)
    browser = signed_in(owner)
    assert "It ended in an error" in browser.get(f"/settings/intents/models/{dead.pk}").content.decode()
    assert browser.post(f"/settings/intents/models/{dead.pk}/again").status_code == 303
    assert LearnedModel.objects.get().state == "waiting"


def test_too_little_was_corrected(correct: Correct, owner: Membership) -> None:
    correct("Zibble?")
    with pytest.raises(Conflict, match=r"People corrected 1 message so far; a model needs 10\."):
        making.begin(acting(owner))


def test_one_is_made_at_a_time(week: list[Message], owner: Membership, workspace: Workspace) -> None:
    making.begin(acting(owner))
    with pytest.raises(Conflict, match="A model is being made already"):
        making.begin(acting(owner))
    assert LearnedModel.objects.filter(workspace=workspace).count() == 1


def test_it_runs_in_the_shadow_and_nothing_changes_by_it(
    week: list[Message], make: Make, us: Actor, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "STEP", 3)
    old = write_in(us, "Zibble the frobs", sender="old@example.com", at=week[0].occurred_at - shadow.WITHIN)
    judged(old, QUESTION)
    before = everything()
    model = make(owner)
    assert everything() == before
    assert (model.state, model.total, model.judged) == ("done", 10, 10)
    assert model.counts == {"question>booking": 10, "acts_after": 10, **look(model)}
    told = ShadowTag.objects.filter(model=model)
    assert set(told.values_list("message_id", flat=True)) == {one.pk for one in week}
    assert set(told.values_list("was", "was_confidence", "intent", "acts_now")) == {("question", 0.95, "booking", True)}


def everything() -> tuple[Any, ...]:
    return list(Conversation.objects.order_by("pk").values()), IntentTag.objects.count(), Event.objects.count()


def look(model: LearnedModel) -> dict[str, int]:
    """How many it is unsure of is its own affair; counted from what it said."""
    unsure = ShadowTag.objects.filter(model=model, confidence__lt=NEEDS_A_LOOK).count()
    return {"look_after": unsure} if unsure else {}


def test_a_shadow_that_is_cut_off_goes_on_where_it_was(
    week: list[Message], ready: Make, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "STEP", 4)
    model = ready(owner)
    making.work_off(most=1)
    half = LearnedModel.objects.get(pk=model.pk)
    assert (half.state, half.judged) == ("waiting", 4)
    with transaction.atomic():  # a worker that dies in the middle of a step
        shadow.step(half)
        transaction.set_rollback(True)
    making.work_off()
    whole = LearnedModel.objects.get(pk=model.pk)
    assert (whole.state, whole.judged, ShadowTag.objects.count()) == ("done", 10, 10)


def test_only_once_switched_on_it_judges_and_only_in_its_workspace(
    week: list[Message], make: Make, us: Actor, owner: Membership, workspace: Workspace
) -> None:
    model = make(owner)
    assert tagged(us, "Zibble two frobs") == local.shipped().version
    using.switch_on(actor=acting(owner), model=model)
    assert tagged(us, "Zibble three frobs") == model.version
    assert Conversation.objects.latest("created_at").intent == BOOKING
    assert using.model_of(a_workspace()) is local.shipped()
    using.switch_off(actor=acting(owner), model=model)
    assert tagged(us, "Zibble four frobs") == local.shipped().version
    switches = Event.objects.filter(type="model.switched").order_by("sequence")
    assert [one.payload for one in switches] == [
        {"version": model.version, "on": True}, {"version": model.version, "on": False}
    ]  # fmt: skip


def tagged(us: Actor, body: str) -> str:
    """The version that judged it."""
    message = write_in(us, body, sender=f"{abs(hash(body))}@example.com")
    work_off()
    return IntentTag.objects.get(message=message).version


def test_one_that_is_not_through_or_made_for_other_features_is_not_switched_on(
    week: list[Message], ready: Make, owner: Membership, workspace: Workspace
) -> None:
    model = ready(owner)
    with pytest.raises(Conflict, match="It has not judged the past yet"):
        using.switch_on(actor=acting(owner), model=model)
    making.work_off()
    using.switch_on(actor=acting(owner), model=model)
    LearnedModel.objects.update(features=1)
    assert using.model_of(workspace) is local.shipped()
    with pytest.raises(Conflict, match="earlier version of Parley"):
        using.switch_on(actor=acting(owner), model=model)
    with pytest.raises(Conflict, match="switch it off first"):
        using.discard(actor=acting(owner), model=model)


def test_a_second_one_takes_the_place_of_the_first(week: list[Message], make: Make, owner: Membership) -> None:
    first, second = make(owner), make(owner)
    using.switch_on(actor=acting(owner), model=first)
    using.switch_on(actor=acting(owner), model=second)
    assert [one.is_on for one in LearnedModel.objects.order_by("created_at")] == [False, True]
    using.discard(actor=acting(owner), model=first)
    assert list(LearnedModel.objects.values_list("pk", flat=True)) == [second.pk]
    assert set(ShadowTag.objects.values_list("model", flat=True)) == {second.pk}


@pytest.mark.django_db(transaction=True)
def test_two_switched_on_at_once_leave_one_on(week: list[Message], make: Make, owner: Membership) -> None:
    models = [make(owner), make(owner)]
    at_once([partial(using.switch_on, actor=acting(owner), model=one) for one in models])
    assert sum(one.is_on for one in LearnedModel.objects.all()) == 1


def test_the_database_knows_one_at_work_one_on_and_none_that_is_half_made(workspace: Workspace) -> None:
    now = "2026-01-01T00:00:00Z"
    whole: dict[str, Any] = {"workspace": workspace, "features": 2, "due_at": now, "state": "done", "content": b"m"}
    LearnedModel.objects.create(**whole, on_since=now)
    LearnedModel.objects.create(workspace=workspace, features=2, due_at=now)
    half = {**whole, "content": None, "on_since": now}
    for wrong in ({**whole, "on_since": now}, {**whole, "state": "waiting"}, half):
        with pytest.raises(IntegrityError), transaction.atomic():
            LearnedModel.objects.create(**wrong)


@pytest.mark.parametrize("name", ["agent", "viewer", "other_client_agent"])
def test_it_is_for_who_administers_all_of_it(
    request: pytest.FixtureRequest, week: list[Message], make: Make, owner: Membership, name: str
) -> None:
    model, who = make(owner), request.getfixturevalue(name)
    for verb in (using.switch_on, using.switch_off, using.discard):
        with pytest.raises(NotAllowed):
            verb(actor=acting(who), model=model)
    browser, page = signed_in(who), f"/settings/intents/models/{model.pk}"
    assert browser.get(page).status_code == 403
    for verb_path in ("on", "off", "again", "discard"):
        assert browser.post(f"{page}/{verb_path}").status_code == 403
    assert browser.post("/settings/intents/models/new").status_code == 403
    assert not LearnedModel.objects.get().is_on


def test_another_workspaces_is_not_there(
    week: list[Message], make: Make, owner: Membership, outsider: Membership
) -> None:
    model = make(owner)
    browser, page = signed_in(outsider), f"/settings/intents/models/{model.pk}"
    asked = [browser.get(page), *(browser.post(f"{page}/{verb}") for verb in ("on", "off", "again", "discard"))]
    assert [one.status_code for one in asked] == [404] * 5


def test_the_page_tells_what_would_change_and_switches_on_and_off(week: list[Message], owner: Membership) -> None:
    browser = signed_in(owner)
    assert "the 10 messages that people gave an intent" in text(browser.get("/settings/intents"))
    page = browser.post("/settings/intents/models/new")["Location"]
    assert "Training …" in text(browser.get(page))
    making.work_off()
    told = text(browser.get(page))
    assert "Of 10 messages that the model judged in the last 90 days, 10 would have another intent." in told
    assert "Zibble the frobs" in told
    assert "Switched on" in text(browser.post(f"{page}/on", follow=True))
    assert "Switched off" in text(browser.post(f"{page}/off", follow=True))
    assert browser.post(f"{page}/discard").status_code == 303
    assert not LearnedModel.objects.exists()


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_page_asks_the_database_the_same_for_one_message_as_for_many(
    week: list[Message], make: Make, owner: Membership
) -> None:
    model, browser, counts = make(owner), signed_in(owner), []
    for most in (10, 1):
        ShadowTag.objects.exclude(pk__in=ShadowTag.objects.values("pk")[:most]).delete()
        with CaptureQueriesContext(connection) as asked:
            assert text(browser.get(f"/settings/intents/models/{model.pk}")).count("<q ") == most
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_command_makes_one_and_tells_what_would_change(week: list[Message], workspace: Workspace) -> None:
    out = StringIO()
    call_command("train_intents", "--with-corrections", "--workspace", workspace.slug, stdout=out)
    told = out.getvalue()
    model = LearnedModel.objects.get()
    assert f"Version            {model.version}" in told
    assert "question → booking                   10" in told
    assert not model.is_on


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--with-corrections"], "say whose corrections"),
        (["--workspace", "acme"], "say whose corrections"),
        (["--with-corrections", "--workspace", "acme", "--output", "m.npz"], "leave out --output"),
        (["--with-corrections", "--workspace", "nowhere"], "There is no workspace “nowhere”."),
        (["--with-corrections", "--workspace", "acme"], "People corrected 0 messages so far; a model needs 10."),
    ],
)
def test_the_command_says_what_it_misses(workspace: Workspace, options: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("train_intents", *options)
    assert not LearnedModel.objects.exists()


def test_a_reply_keeps_its_rule_whatever_was_learned(
    week: list[Message], make: Make, us: Actor, owner: Membership
) -> None:
    using.switch_on(actor=acting(owner), model=make(owner))
    message = write_in(us, "STOP", channel="sms", sender="+493090182000")
    work_off()
    assert IntentTag.objects.get(message=message).made_by == "rule"
