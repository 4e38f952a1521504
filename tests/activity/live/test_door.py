"""Who is let in to the stream, and for how long."""

import time
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client as Browser

from accounts.models import Membership
from activity.live import hub, listeners, streaming
from activity.log import Position
from tests.activity.conftest import Happen
from tests.activity.live.conftest import Follow, place
from tests.activity.live.streams import Stream
from tests.live_site import LiveSite
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_is_not_signed_in_is_told_so_and_a_browser_asks_no_more(site: LiveSite) -> None:
    with Stream(site, None) as stream:
        assert stream.answer.status == 401
        assert stream.answer.read() == b"Sign in to follow along."


def test_who_was_shut_out_of_the_workspace_is_not_let_in(site: LiveSite, agent: Membership) -> None:
    agent.is_active = False
    agent.save()
    with Stream(site, agent) as stream:
        assert stream.answer.status == 401


def test_it_is_kept_by_nobody_and_held_back_by_no_proxy(follow: Follow, agent: Membership) -> None:
    answer = follow(agent).answer
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "Content-Length" not in answer.headers


@pytest.mark.parametrize("place", ["soon", "1", "1-", "-1-2", "1-2-3", "99999999999999999999-1", "٣-1"])
def test_a_place_that_is_none_is_refused_in_a_sentence(site: LiveSite, agent: Membership, place: str) -> None:
    from urllib.parse import quote

    with Stream(site, agent, f"/live?after={quote(place)}") as stream:
        assert stream.answer.status == 400
        assert "is not a cursor of the event feed" in stream.answer.read().decode()


def test_it_is_read_only(site: LiveSite, agent: Membership) -> None:
    assert signed_in(agent).post("/live").status_code == 405


def test_a_server_that_can_keep_no_stream_open_says_that_there_is_none(agent: Membership) -> None:
    answer = signed_in(agent).get("/live")
    assert (answer.status_code, answer.content) == (204, b"")
    assert Browser().get("/live").status_code == 401


def test_head_tells_what_get_would_without_opening_anything(site: LiveSite, agent: Membership) -> None:
    import http.client

    from tests.activity.live.streams import cookie_of

    for headers, status in (({"Cookie": cookie_of(agent)}, 200), ({}, 401)):
        asked = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        asked.request("HEAD", "/live", headers=headers)
        assert asked.getresponse().status == status
        asked.close()


def test_it_ends_by_itself_so_that_who_signed_out_is_asked_again(
    follow: Follow, site: LiveSite, agent: Membership, settings: Any
) -> None:
    settings.LIVE_SECONDS = 1
    began = time.monotonic()
    stream = follow(agent)
    assert stream.next() is None
    assert 0.8 < time.monotonic() - began < 20  # not the minutes that it is usually open


def test_it_ends_soon_after_its_session_and_tells_nothing_more(
    follow: Follow, agent: Membership, owner: Membership, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "ASK_SECONDS", 0)
    ended, kept = follow(agent), follow(owner)
    end_sessions(agent)
    event = place(happen())
    assert [one.id for one in kept.take(1)] == [event]
    assert ended.next() is None


def test_it_ends_soon_after_its_session_where_nothing_happens(
    follow: Follow, agent: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "ASK_SECONDS", 0)
    monkeypatch.setattr(streaming, "PING_SECONDS", 0.1)
    quiet = follow(agent)
    assert quiet.next() is not None
    end_sessions(agent)
    while quiet.next():
        pass


def end_sessions(who: Membership) -> None:
    for session in Session.objects.all():
        if session.get_decoded()["_auth_user_id"] == str(who.user.pk):
            session.delete()


def test_a_quiet_stream_is_pinged_with_how_far_it_has_come(
    follow: Follow, agent: Membership, outsider: Membership, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PING_SECONDS", 0.1)
    monkeypatch.setattr(hub, "IDLE", 0.1)
    theirs = follow(outsider)
    event = place(happen())  # not for them, but they need not be asked about it again
    while True:
        ping = theirs.next()
        assert ping is not None
        assert (ping.event, ping.data) == ("ping", None)
        if Position.parse(str(ping.id)) > Position.parse(event):
            break


def test_of_too_many_streams_of_one_person_the_oldest_ends(
    follow: Follow, agent: Membership, owner: Membership, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST_STREAMS", 2)
    another, first, second, third = [follow(who) for who in (owner, agent, agent, agent)]
    assert first.next() is None
    event = place(happen())
    assert [[one.id for one in stream.take(1)] for stream in (another, second, third)] == [[event]] * 3


def test_a_slow_reader_is_cut_after_what_waits_for_it_and_catches_up(
    follow: Follow, agent: Membership, happen: Happen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listeners, "WAITING", 3)
    stream = follow(agent)
    monkeypatch.setattr(hub, "MOST", 50)
    from django.db import transaction

    with transaction.atomic():
        events = [happen() for _ in range(10)]
    places = [place(event) for event in events]
    assert [one.id for one in stream.take(3)] == places[:3]
    assert stream.next() is None
    assert [one.id for one in follow(agent, after=places[2], ready=False).until("ready")] == places[3:]
