"""A stream that is open ends at once where what its person may see changes, by the very verbs that change it."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client as Browser

from accounts.models import Membership, Role, User
from activity.live import streaming
from clients.actions import delete_client
from clients.models import Client
from desk.people.members import change_access, end
from desk.people.second_steps import require, reset
from tests.accounts.security.entrance import SECURITY, is_in, signs_in
from tests.accounts.security.test_passwords import chooses, link_for
from tests.activity.conftest import Happen
from tests.activity.live.conftest import Follow, place
from tests.activity.live.streams import Stream
from tests.cast import PASSWORD, acting
from tests.live_site import LiveSite
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
Does = Callable[[], object]


@pytest.fixture(autouse=True)
def _asked_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends a stream here ends it by being told, not because it was time to ask."""
    cache.clear()
    for name in ("ASK_SECONDS", "PING_SECONDS"):
        monkeypatch.setattr(streaming, name, 3600)


def door(site: LiveSite, who: Membership) -> int:
    """What who comes again is answered."""
    with Stream(site, who) as stream:
        return int(stream.answer.status)


def with_a_second_step(user: User) -> None:
    Authenticator.objects.create(user=user, type="totp", data={"secret": "sealed"})


def test_of_whoever_is_given_another_role_or_other_clients_or_leaves(
    follow: Follow, site: LiveSite, owner: Membership, agent: Membership, viewer: Membership, harbour: Client,
    meadow: Client, happen: Happen,
) -> None:  # fmt: skip
    others = follow(owner)
    boss = acting(owner)
    changes: list[tuple[Membership, Does]] = [
        (agent, lambda: change_access(actor=boss, member=agent, role=Role.AGENT, client_ids=[harbour.pk, meadow.pk])),
        (agent, lambda: change_access(actor=boss, member=agent, role=Role.AGENT, client_ids=[meadow.pk])),
        (agent, lambda: change_access(actor=boss, member=agent, role=Role.VIEWER, client_ids=[meadow.pk])),
        (viewer, lambda: delete_client(actor=boss, client=harbour)),
        (agent, lambda: end(actor=boss, member=agent)),
    ]
    for who, change in changes:
        open_still = follow(who)
        change()
        assert open_still.next() is None
    assert [door(site, who) for who in (agent, viewer)] == [401, 200]
    told = [one.data["type"] for one in others.take(len(changes))]
    assert told == ["member.changed"] * 3 + ["client.deleted", "member.left"]
    last = place(happen())
    assert [one.id for one in others.take(1)] == [last]


def test_of_everybody_where_the_workspace_begins_to_ask_for_a_second_step_and_who_has_one_misses_nothing(
    follow: Follow, site: LiveSite, owner: Membership, agent: Membership, outsider: Membership
) -> None:
    with_a_second_step(owner.user)
    mine, theirs, elsewhere = follow(owner), follow(agent), follow(outsider)
    require(actor=acting(owner), required=True)
    assert (mine.next(), theirs.next()) == (None, None)
    assert (door(site, owner), door(site, agent)) == (200, 401)
    back = follow(owner, after=str(mine.last), ready=False)
    assert [one.data["type"] for one in back.until("ready")] == ["two_factor.required"]
    # To ask no more takes nothing away.
    require(actor=acting(owner), required=False)
    assert [one.data["type"] for one in back.take(1)] == ["two_factor.required"]
    elsewhere.connection.sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        elsewhere.next()


def test_of_whoever_signs_out_is_signed_out_elsewhere_gets_a_new_password_or_has_no_workspace_any_more(
    follow: Follow, site: LiveSite, owner: Membership, agent: Membership, outsider: Membership
) -> None:
    User.objects.filter(pk=agent.user.pk).update(password=make_password(PASSWORD))
    agent.user.refresh_from_db()
    others, elsewhere = follow(owner), follow(outsider)
    theirs: list[Browser] = []
    ways: list[Does] = [
        lambda: theirs[-1].post("/accounts/logout/"),
        lambda: signs_in(agent.user).post(f"{SECURITY}/sessions/others"),
        lambda: reset_step(owner, agent),
        lambda: chooses(Browser(), link_for(agent)),
    ]
    for way in ways:
        theirs.append(there := signs_in(agent.user))
        cookie = "; ".join(f"{name}={one.value}" for name, one in there.cookies.items())
        with Stream(site, None, Cookie=cookie) as stream:
            assert stream.until("ready") == []
            way()
            assert stream.next() is None
        assert not is_in(there)
    told = [one.data["type"] for one in others.take(3)]
    assert told == ["session.ended", "two_factor.reset", "password.changed"]
    signed_in(owner).post("/settings/workspace/delete", {"slug": owner.workspace.slug})
    assert others.next() is None
    elsewhere.connection.sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        elsewhere.next()


def reset_step(owner: Membership, agent: Membership) -> None:
    with_a_second_step(agent.user)
    reset(actor=acting(owner), member=agent)


def test_what_was_taken_away_between_the_door_and_the_first_word_is_not_missed(
    site: LiveSite, agent: Membership, owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    listening = streaming._still_lets_in

    def meanwhile(*args: object) -> bool:
        Membership.objects.filter(pk=agent.pk).update(role=Role.ADMIN)
        return listening(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(streaming, "_still_lets_in", meanwhile)
    with Stream(site, agent) as stream:
        assert stream.answer.status == 200
        assert stream.next() is None
