"""What Today lists for whom, in which order and how truly counted."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Membership, Workspace
from clients.models import Client
from deals import actions as deals
from deals.models import Deal
from desk.today import queries
from inbox import actions, follow_ups
from inbox.composing import notes
from inbox.intents.labels import Intent
from inbox.models import Conversation
from tests.arrivals import ago, judged, write_in
from tests.cast import acting

Browse = Callable[[Membership], Browser]


def from_(workspace: Workspace, name: str, client: Client | None = None, **how: object) -> Conversation:
    """`name` wrote, on a channel that keeps all of a person's messages in one thread."""
    message = write_in(
        acting(workspace), "Hello", sender=number_of(name), channel="whatsapp", name=name,
        client_id=client and client.pk, **how,
    )  # fmt: skip
    return Conversation.objects.get(pk=message.conversation_id)


def answered(workspace: Workspace, name: str, **how: object) -> None:
    write_in(
        acting(workspace), "Our answer", sender=number_of(name), channel="whatsapp", direction="outbound", **how
    )  # fmt: skip


def number_of(name: str) -> str:
    return f"+4930{sum(ord(letter) * 31**place for place, letter in enumerate(name)) % 10**7 + 10**7}"


def names(found: queries.Some) -> list[str]:
    return [str(row.contact) for row in found.rows]


def test_who_waits_longest_comes_first_though_they_wrote_again(workspace: Workspace, agent: Membership) -> None:
    from_(workspace, "Ada", at=ago(days=2))
    from_(workspace, "Bea", at=ago(days=5))
    from_(workspace, "Bea", at=ago(hours=1))
    found = queries.my_turn(acting(agent), mine=True)
    assert names(found) == ["Bea", "Ada"]
    assert timezone.now() - found.rows[0].since > timedelta(days=4)


def test_what_we_answered_starts_the_wait_anew(workspace: Workspace, agent: Membership) -> None:
    from_(workspace, "Ada", at=ago(days=9))
    answered(workspace, "Ada", at=ago(days=8))
    assert queries.my_turn(acting(agent), mine=True).rows == []
    from_(workspace, "Ada", at=ago(days=1))
    found = queries.my_turn(acting(agent), mine=True)
    assert timezone.now() - found.rows[0].since < timedelta(days=2)


def test_mine_is_what_is_mine_or_nobodys(workspace: Workspace, agent: Membership, owner: Membership) -> None:
    from_(workspace, "Ada")
    for name, to in (("Bea", agent), ("Cleo", owner)):
        actions.assign(actor=acting(owner), conversation=from_(workspace, name), to=to)
    assert sorted(names(queries.my_turn(acting(agent), mine=True))) == ["Ada", "Bea"]
    assert sorted(names(queries.my_turn(acting(agent), mine=False))) == ["Ada", "Bea", "Cleo"]


def test_a_closed_one_waits_no_more(workspace: Workspace, agent: Membership) -> None:
    actions.close(actor=acting(agent), conversation=from_(workspace, "Ada"))
    assert queries.my_turn(acting(agent), mine=True) == queries.Some([], 0)


def test_ten_are_shown_and_all_are_counted(workspace: Workspace, agent: Membership) -> None:
    for number in range(12):
        from_(workspace, f"Ada{number}", at=ago(hours=number + 1))
    found = queries.my_turn(acting(agent), mine=True)
    assert (len(found.rows), found.count, found.counted) == (10, 12, "12")
    assert names(found)[0] == "Ada11"
    assert queries.waiting(acting(agent), mine=True) == "12"


def test_a_count_says_when_it_stopped_counting() -> None:
    assert queries.Some([], queries.MOST_COUNTED + 1).counted == "999+"


def test_meetings_are_asked_for_until_they_are_answered(workspace: Workspace, agent: Membership) -> None:
    judged(from_(workspace, "Ada").messages.get(), Intent.BOOKING)
    from_(workspace, "Bea")
    assert names(queries.meetings(acting(agent), mine=True)) == ["Ada"]
    answered(workspace, "Ada")
    assert names(queries.meetings(acting(agent), mine=True)) == []


def test_follow_ups_are_due_until_the_week_ends(workspace: Workspace, agent: Membership, owner: Membership) -> None:
    ada = from_(workspace, "Ada")
    now = timezone.now()
    for days, note, whose in ((-1, "late", agent), (2, "soon", agent), (9, "far", agent), (1, "other's", owner)):
        follow_ups.create(
            actor=acting(owner), conversation_id=ada.pk, due_at=now + timedelta(days=days), note=note, owner_id=whose.pk
        )
    assert [row.note for row in queries.follow_ups(acting(agent), now, mine=True).rows] == ["late", "soon"]
    assert [row.note for row in queries.all_follow_ups(acting(agent), "", mine=True).rows] == ["late", "soon", "far"]
    assert len(queries.all_follow_ups(acting(agent), "", mine=False).rows) == 4


def test_all_follow_ups_go_on_from_where_they_ended(
    workspace: Workspace, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "FULL", 2)
    ada = from_(workspace, "Ada")
    for days in (3, 1, 2):
        follow_ups.create(
            actor=acting(agent), conversation_id=ada.pk, due_at=timezone.now() + timedelta(days=days), note=str(days)
        )
    first = queries.all_follow_ups(acting(agent), "", mine=True)
    second = queries.all_follow_ups(acting(agent), first.more, mine=True)
    assert [[row.note for row in part.rows] for part in (first, second)] == [["1", "2"], ["3"]]
    assert second.more == ""


def test_deals_that_were_silent_for_too_long_stand_still(workspace: Workspace, agent: Membership) -> None:
    for name, days in (("Ada", 30), ("Bea", 60), ("Cleo", 1)):
        one = from_(workspace, name, at=ago(days=days))
        answered(workspace, name, at=ago(hours=12))
        deals.create(actor=acting(agent), conversation_id=one.pk, title=name, owner_id=agent.pk)
    found = queries.stalled(acting(agent), timezone.now(), mine=True)
    assert [deal.title for deal in found.rows] == ["Bea", "Ada"]
    Deal.objects.filter(title="Bea").update(deleted_at=timezone.now())
    assert [deal.title for deal in queries.stalled(acting(agent), timezone.now(), mine=True).rows] == ["Ada"]


def test_who_was_named_in_a_note_reads_it_here_until_they_have_seen_it(
    workspace: Workspace, agent: Membership, owner: Membership, browse: Browse
) -> None:
    ada = from_(workspace, "Ada")
    notes.write(actor=acting(owner), conversation=ada, body="@Anna Agent: can you call her?")
    assert "can you call her?" in browse(agent).get("/today").content.decode()
    assert "can you call her?" not in browse(owner).get("/today").content.decode()
    notes.see_mentions(actor=acting(agent), conversation=ada)
    assert "can you call her?" not in browse(agent).get("/today").content.decode()


def test_the_page_shows_only_what_one_may_see_and_only_the_chosen_client(
    workspace: Workspace, browse: Browse, agent: Membership, other_client_agent: Membership, outsider: Membership,
    viewer: Membership, harbour: Client, meadow: Client,
) -> None:  # fmt: skip
    for name, client in (("Ada", harbour), ("Bea", meadow), ("Cleo", None)):
        one = from_(workspace, name, client)
        follow_ups.create(actor=acting(workspace), conversation_id=one.pk, due_at=ago(days=1), note=f"Ring {name}")
    seen = {
        who.user.name: [name for name in ("Ada", "Bea", "Cleo") if name in browse(who).get("/today").content.decode()]
        for who in (agent, other_client_agent, viewer, outsider)
    }
    assert seen == {
        "Anna Agent": ["Ada", "Bea", "Cleo"], "Mina Meadow": ["Bea"], "Hal Harbour": ["Ada"], "Otto Outsider": [],
    }  # fmt: skip
    chosen = browse(agent).get(f"/today?client={meadow.pk}").content.decode()
    assert ("Bea" in chosen, "Ada" in chosen, "Cleo" in chosen) == (True, False, False)
    assert browse(other_client_agent).get(f"/today?client={harbour.pk}").status_code == 404
    listed = browse(other_client_agent).get("/today/follow-ups").content.decode()
    assert ("Ring Bea" in listed, "Ring Ada" in listed) == (True, False)


def test_a_viewer_is_offered_nothing_to_change(
    workspace: Workspace, browse: Browse, viewer: Membership, harbour: Client
) -> None:
    ada = from_(workspace, "Ada", harbour)
    follow_ups.create(actor=acting(workspace), conversation_id=ada.pk, due_at=ago(days=1), note="Ring Ada")
    page = browse(viewer).get("/today").content.decode()
    assert "Ring Ada" in page
    assert 'action="/inbox' not in page
    assert "Everyone’s" not in page


def test_the_day_starts_in_today_if_it_has_anything_else_in_the_inbox(
    workspace: Workspace, browse: Browse, agent: Membership
) -> None:
    assert browse(agent).get("/")["Location"] == "/inbox"
    from_(workspace, "Ada")
    assert browse(agent).get("/")["Location"] == "/today"


def test_when_all_is_done_it_says_so_and_what_comes_next(
    workspace: Workspace, browse: Browse, agent: Membership
) -> None:
    ada = from_(workspace, "Ada")
    actions.close(actor=acting(agent), conversation=ada)
    due = timezone.now() + timedelta(days=20)
    follow_ups.create(actor=acting(agent), conversation_id=ada.pk, due_at=due, note="Ring Ada", owner_id=agent.pk)
    page = browse(agent).get("/today").content.decode()
    assert "All done, Anna" in page
    assert "Ring Ada" in page


def test_htmx_gets_the_lists_alone(workspace: Workspace, browse: Browse, agent: Membership) -> None:
    part = browse(agent).get("/today", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="today"' in part
