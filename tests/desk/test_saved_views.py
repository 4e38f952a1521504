"""Views: what they keep, who finds them, and what becomes of one that names what is gone."""

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client as Browser

from accounts.models import Membership, Workspace
from activity import undoing
from activity.models import Undo
from clients.actions import delete_client
from clients.models import Client
from contacts import labels
from crm.errors import Conflict, Invalid, NotAllowed
from desk.models import SavedView
from desk.saved import actions, rooms
from inbox.models import Conversation
from tests.cast import acting, member
from tests.pages.conftest import wrote

Browse = Callable[[Membership], Browser]


def saved(who: Membership, name: str = "Mine", query: str = "split=all", **fields: object) -> SavedView:
    return actions.save(actor=acting(who), room="inbox", name=name, query=query, **fields)  # type: ignore[arg-type]


def found(who: Membership) -> list[str]:
    rows = SavedView.objects.visible_to(acting(who)).arranged_for(acting(who))
    return [view.name for view in rows]


def test_a_view_keeps_the_filter_and_not_where_one_had_got_to() -> None:
    given = QueryDict("more=abc&intent=booking&split=all&pane=person&evil=1&search=")
    assert rooms.kept(rooms.ROOMS["inbox"], given) == "split=all&intent=booking"


def test_saving_keeps_what_the_page_lists(browse: Browse, agent: Membership, harbour: Client) -> None:
    query = f"client={harbour.pk}&split=all&intent=booking&more=xyz"
    answer = browse(agent).post("/views/new/inbox", {"name": "  Meetings   asked for ", "query": query, "pinned": "on"})
    view = SavedView.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/inbox?{view.query}")
    assert (view.name, view.client, view.shared) == ("Meetings asked for", harbour, False)
    assert sorted(view.query.split("&")) == sorted([f"client={harbour.pk}", "split=all", "intent=booking"])
    assert browse(agent).get(f"/views/{view.pk}")["Location"] == f"/inbox?{view.query}"


def test_what_is_not_saved_says_why(browse: Browse, agent: Membership, harbour: Client) -> None:
    saved(agent, "Mine")
    for room, typed, status, words in (
        ("inbox", {"name": " ", "query": ""}, 422, "Give the view a name of at most 60 characters."),
        ("inbox", {"name": "x" * 61, "query": ""}, 422, "Give the view a name of at most 60 characters."),
        ("inbox", {"name": "mine", "query": ""}, 409, "You have a view “mine” here already. Choose another name."),
        ("inbox", {"name": "New", "query": "channel=pigeon"}, 422, "This must be one of"),
        ("inbox", {"name": "New", "query": "client=nonsense"}, 404, ""),
        ("attic", {"name": "New", "query": ""}, 404, ""),
    ):
        answer = browse(agent).post(f"/views/new/{room}", typed)
        assert (answer.status_code, words in answer.content.decode()) == (status, True), typed
    assert SavedView.objects.count() == 1


def test_shared_views_are_found_by_the_team_own_ones_by_oneself(
    workspace: Workspace, agent: Membership, owner: Membership, outsider: Membership
) -> None:
    saved(agent, "Own")
    saved(agent, "Shared", shared=True)
    assert (found(agent), found(owner), found(outsider)) == (["Own", "Shared"], ["Shared"], [])


def test_who_sees_certain_clients_finds_the_shared_views_of_these(
    agent: Membership, other_client_agent: Membership, viewer: Membership, harbour: Client, meadow: Client
) -> None:
    saved(agent, "Everybody’s", shared=True)
    saved(agent, "Harbour’s", shared=True, client_id=harbour.pk)
    saved(agent, "Meadow’s", shared=True, client_id=meadow.pk)
    assert (found(other_client_agent), found(viewer)) == (["Meadow’s"], ["Harbour’s"])


def test_a_viewer_keeps_views_and_shares_none(browse: Browse, viewer: Membership, agent: Membership) -> None:
    browser = browse(viewer)
    assert browser.post("/views/new/inbox", {"name": "Own", "query": "split=all"}).status_code == 303
    refused = browser.post("/views/new/inbox", {"name": "Shared", "query": "", "shared": "on"})
    assert refused.status_code == 403
    assert "You may keep views for yourself, but not share them." in refused.content.decode()
    assert (found(viewer), found(agent)) == (["Own"], [])
    assert 'name="shared"' not in browser.get("/views/new/inbox").content.decode()


def test_who_sees_certain_clients_shares_only_a_view_of_one(other_client_agent: Membership, meadow: Client) -> None:
    with pytest.raises(Invalid, match="choose one of them"):
        saved(other_client_agent, shared=True)
    assert saved(other_client_agent, shared=True, client_id=meadow.pk).shared


def test_a_shared_view_is_changed_by_who_made_it_or_an_admin(
    workspace: Workspace, agent: Membership, owner: Membership
) -> None:
    view = saved(agent, "Shared", shared=True)
    colleague = member(workspace, "Bert Agent")
    for verb in (lambda: actions.delete(actor=acting(colleague), view=view),
                 lambda: actions.change(actor=acting(colleague), view=view, name="Taken")):  # fmt: skip
        with pytest.raises(NotAllowed, match="Somebody else shared this view"):
            verb()
    actions.change(actor=acting(owner), view=view, name="Better")
    assert SavedView.objects.get().name == "Better"


def test_nobody_reaches_what_they_do_not_find(
    browse: Browse, agent: Membership, owner: Membership, outsider: Membership, viewer: Membership
) -> None:
    own, shared = saved(agent, "Own"), saved(agent, "Shared", shared=True)
    for who, view in ((owner, own), (outsider, own), (outsider, shared), (viewer, shared)):
        assert browse(who).get(f"/views/{view.pk}").status_code == 404
        for verb in ("change", "delete", "pin", "move"):
            assert browse(who).post(f"/views/{view.pk}/{verb}", {"name": "Other"}).status_code == 404
    assert sorted(SavedView.objects.filter(deleted_at=None).values_list("name", flat=True)) == ["Own", "Shared"]


def test_each_person_has_their_own_order_and_their_own_pins(agent: Membership, owner: Membership) -> None:
    one, two, three = (saved(agent, name, shared=True) for name in ("One", "Two", "Three"))
    actions.arrange(actor=acting(agent), views=[three, one, two])
    actions.pin(actor=acting(agent), view=two, pinned=True)
    assert (found(agent), found(owner)) == (["Three", "One", "Two"], ["One", "Two", "Three"])
    pinned = {view.name: view.pinned for view in SavedView.objects.arranged_for(acting(agent))}
    assert pinned == {"Three": False, "One": False, "Two": True}
    assert [view.pinned for view in SavedView.objects.arranged_for(acting(owner))] == [None, None, None]


def test_a_view_moves_one_place_and_stays_at_the_ends(browse: Browse, agent: Membership) -> None:
    one, _ = saved(agent, "One"), saved(agent, "Two")
    for way, order in (("up", ["One", "Two"]), ("down", ["Two", "One"]), ("down", ["Two", "One"])):
        assert browse(agent).post(f"/views/{one.pk}/move", {"way": way}).status_code == 303
        assert found(agent) == order


def test_a_deleted_view_comes_back_with_one_press_and_only_once(agent: Membership) -> None:
    view = saved(agent, "Mine")
    undo = actions.delete(actor=acting(agent), view=view)
    assert isinstance(undo, Undo)
    assert found(agent) == []
    undoing.take_back(acting(agent), undo.pk)
    assert found(agent) == ["Mine"]
    with pytest.raises(Conflict):
        undoing.take_back(acting(agent), undo.pk)


def test_it_does_not_come_back_where_its_name_is_taken_now(agent: Membership) -> None:
    undo = actions.delete(actor=acting(agent), view=saved(agent, "Mine"))
    assert isinstance(undo, Undo)
    saved(agent, "mine")
    with pytest.raises(Conflict, match="Choose another name"):
        undoing.take_back(acting(agent), undo.pk)
    assert found(agent) == ["mine"]


def test_a_view_that_names_what_is_gone_says_so(
    browse: Browse, agent: Membership, owner: Membership, harbour: Client
) -> None:
    label = labels.create(actor=acting(owner), name="VIP")
    view = saved(agent, query=f"client={harbour.pk}&label={label.pk}", client_id=harbour.pk)
    assert browse(agent).get(f"/views/{view.pk}").status_code == 303
    labels.delete(actor=acting(owner), label=label)
    page = browse(agent).get(f"/views/{view.pk}")
    assert (page.status_code, "asks for a label that was deleted" in page.content.decode()) == (404, True)
    delete_client(actor=acting(owner), client=harbour)
    assert "asks for a client and label that" in browse(agent).get(f"/views/{view.pk}").content.decode()


def test_a_pinned_view_counts_what_who_asks_may_see(
    workspace: Workspace, browse: Browse, agent: Membership, viewer: Membership, harbour: Client, meadow: Client
) -> None:
    for name, client in (("Ada", harbour), ("Bea", harbour), ("Cleo", meadow)):
        wrote(workspace, client, name, "Hello", None)
    everything = saved(agent, "All", shared=True, pinned=True)
    of_harbour = saved(viewer, "Theirs", pinned=True)
    counts = browse(agent).get("/views/counts/inbox").content.decode()
    assert f'id="count-{everything.pk}" hx-swap-oob="true">3<' in counts
    assert (
        f'id="count-{of_harbour.pk}" hx-swap-oob="true">2<'
        in browse(viewer).get("/views/counts/inbox").content.decode()
    )


def test_a_count_stops_at_a_thousand(
    browse: Browse, agent: Membership, priya: Conversation, tom: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "MOST_COUNTED", 1)
    saved(agent, pinned=True)
    assert ">1+<" in browse(agent).get("/views/counts/inbox").content.decode()


def test_a_view_that_names_what_is_gone_breaks_no_count(browse: Browse, agent: Membership, harbour: Client) -> None:
    saved(agent, "Gone", query="client=018f0000-0000-7000-8000-000000000000", pinned=True)
    kept = saved(agent, "Kept", pinned=True)
    counts = browse(agent).get("/views/counts/inbox").content.decode()
    assert "It names what is not there any more" in counts
    assert f'id="count-{kept.pk}" hx-swap-oob="true">0<' in counts


def test_at_most_fifty_in_a_room(agent: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 1)
    saved(agent, "One")
    with pytest.raises(Conflict, match="Delete one that you do not use"):
        saved(agent, "Two")
