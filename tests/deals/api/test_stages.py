"""The stages of the board."""

from typing import Any

import pytest

from deals.models import Stage
from tests import cast
from tests.arrivals import write_in

pytestmark = pytest.mark.django_db
SIX = ["new", "contacted", "interested", "negotiating", "won", "lost"]


def listed(api) -> Any:
    body = api.get("/stages").json()
    assert body["success"] is True
    return {stage["key"]: stage for stage in body["stages"]}


def test_a_workspace_has_the_six_of_misarmail(api, workspace):
    stages = listed(api())
    assert list(stages) == SIX
    assert [stage["kind"] for stage in stages.values()] == ["open"] * 4 + ["won", "lost"]
    new = stages["new"]
    assert new == {
        "id": str(Stage.objects.get(key="new").pk),
        "key": "new",
        "name": "New",
        "position": 1,
        "kind": "open",
        "probability": 10,
        "rot_days": 3,
        "created_at": new["created_at"],
        "updated_at": new["updated_at"],
        "version": 1,
    }
    assert api().get(f"/stages/{new['id']}").json()["stage"] == new


def test_an_admin_makes_moves_changes_and_deletes_one(api, workspace):
    caller = api()
    answer = caller.post("/stages", {"key": "trial", "name": "Trial", "probability": 60, "rot_days": 14})
    assert answer.status_code == 201
    path = f"/stages/{answer.json()['stage']['id']}"
    moved = caller.patch(path, {"position": 2, "name": "On trial", "rot_days": None})
    assert (moved.json()["stage"]["name"], moved.json()["stage"]["rot_days"]) == ("On trial", None)
    assert list(listed(caller)) == ["new", "trial", *SIX[1:]]
    assert caller.patch(path, {"name": "x"}, HTTP_IF_MATCH=answer.headers["ETag"]).status_code == 412
    assert caller.delete(path).json() == {"success": True}
    assert [stage["position"] for stage in listed(caller).values()] == [1, 3, 4, 5, 6, 7]


def test_a_stage_that_holds_deals_stays(api, actor):
    contact = write_in(actor()).conversation.contact
    caller = api()
    new = listed(caller)["new"]["id"]
    caller.post("/deals", {"contact_id": str(contact.pk)})
    for answer in (caller.delete(f"/stages/{new}"), caller.patch(f"/stages/{new}", {"kind": "won"})):
        assert (answer.status_code, answer.json()["error_type"]) == (409, "stage_in_use")
    assert Stage.objects.get(pk=new).kind == "open"


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 400, {"key": ["This is required."], "name": ["This is required."]}),
        ({"key": "Trial!", "name": "x"}, 400, {"key": ["Use 1 to 40 of a-z, 0-9, - and _."]}),
        ({"key": "new", "name": "x"}, 409, None),
        ({"key": "x", "name": "x", "kind": "half"}, 400, {"kind": ["This must be one of: open, won, lost."]}),
        ({"key": "x", "name": "x", "probability": 101}, 400, {"probability": ["At most 100."]}),
        ({"key": "x", "name": "x", "rot_days": 0}, 400, {"rot_days": ["At least 1."]}),
        (
            {"key": "x", "name": "x", "position": 1},
            400,
            {"position": ["There is no “position” here. There is: key, kind, name, probability, rot_days."]},
        ),
    ],
)
def test_what_is_refused_leaves_nothing(api, workspace, body, status, fields):
    caller = api()
    before = listed(caller)
    answer = caller.post("/stages", body)
    assert (answer.status_code, answer.json().get("details", {}).get("fieldErrors")) == (status, fields)
    assert listed(caller) == before


def test_agents_read_them_only(api, agent):
    caller = api(person=agent)
    caller.handler.enforce_csrf_checks = False
    before = listed(caller)
    path = f"/stages/{before['new']['id']}"
    for answer in (
        caller.post("/stages", {"key": "x", "name": "x"}),
        caller.patch(path, {"name": "x"}),
        caller.delete(path),
    ):
        assert (answer.status_code, answer.json()["error_type"]) == (403, "admin_required")
    assert listed(caller) == before


def test_the_stages_of_another_workspace_are_not_there(api, outsider):
    theirs = listed(api(key=cast.key_of(outsider.workspace)))["new"]["id"]
    caller = api()
    assert caller.get(f"/stages/{theirs}").status_code == 404
    assert theirs not in {stage["id"] for stage in listed(caller).values()}


def test_a_key_of_one_client_leaves_the_board_of_all_clients_alone(api, harbour):
    caller = api(client=harbour)
    before = listed(caller)
    path = f"/stages/{before['contacted']['id']}"
    for answer in (
        caller.post("/stages", {"key": "x", "name": "x"}),
        caller.patch(path, {"name": "x"}),
        caller.delete(path),
    ):
        assert (answer.status_code, answer.json()["error_type"]) == (403, "admin_required")
    assert listed(caller) == before
