"""Segments: kept filters of contacts."""

from typing import Any

import pytest

from contacts.models import Segment
from contacts.tasks import segments as sweep
from tests.cost import queries_of

pytestmark = pytest.mark.django_db


def made(api, **body) -> Any:
    answer = api.post("/segments", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["segment"]


def names(api, query) -> list[str]:
    answer = api.get(f"/contacts?{query}")
    assert answer.status_code == 200, answer.content
    return sorted(one["name"] for one in answer.json()["contacts"])


def test_a_segment_is_made_changed_and_gone(api):
    caller = api()
    sweep()
    for name in ("Ann", "Bob"):
        caller.post("/contacts", {"name": name, "status": "unsubscribed" if name == "Bob" else "active"})
    shown = made(caller, name="Active", filters={"status": "active"})
    row = Segment.objects.get()
    assert shown == {
        "id": str(row.pk), "name": "Active", "filters": {"status": "active"}, "count": 1, "client_id": None,
        "refreshed_at": shown["refreshed_at"], "created_at": shown["created_at"], "updated_at": shown["updated_at"],
        "version": 1,
    }  # fmt: skip
    assert shown["refreshed_at"]
    assert names(caller, f"segment_id={row.pk}") == ["Ann"]
    path = f"/segments/{row.pk}"
    tag = caller.get(path).headers["ETag"]
    changed = caller.patch(path, {"filters": {"status": "unsubscribed"}}, HTTP_IF_MATCH=tag).json()["segment"]
    assert (changed["count"], changed["version"], names(caller, f"segment_id={row.pk}")) == (1, 2, ["Bob"])
    assert caller.patch(path, {"name": "Late"}, HTTP_IF_MATCH=tag).status_code == 412
    assert [one["name"] for one in caller.get("/segments?search=act").json()["segments"]] == ["Active"]
    assert caller.delete(path).json() == {"success": True}
    assert caller.get(path).status_code == 404
    assert caller.get(f"/contacts?segment_id={row.pk}").status_code == 400


@pytest.mark.parametrize(
    ("body", "status", "field", "words"),
    [
        ({"filters": {"status": "active"}}, 400, "name", "This is required."),
        ({"name": "x"}, 400, "filters", "This is required."),
        ({"name": "x", "filters": []}, 400, "filters", "Send a JSON object here: {…}."),
        ({"name": "x", "filters": {"satus": "a"}}, 400, "filters", None),
        ({"name": "x", "filters": {"status": "active"}, "colour": 1}, 400, "colour", None),
    ],
)
def test_what_is_refused_leaves_nothing(api, body, status, field, words):
    answer = api().post("/segments", body)
    assert answer.status_code == status
    told = answer.json()["details"]["fieldErrors"][field]
    assert words is None or told == [words]
    assert not Segment.objects.exists()


def test_until_its_members_are_found_its_filters_are_asked(api, harbour):
    caller = api()
    for name, client in (("Ann", None), ("Bob", str(harbour.pk))):
        caller.post("/contacts", {"name": name, "client_id": client})
    whole = made(caller, name="Active", filters={"status": "active"})
    theirs = made(caller, name="Harbour", filters={"status": "active"}, client_id=str(harbour.pk))
    for refreshed in (True, False):
        if not refreshed:
            Segment.objects.update(refreshed_at=None)
        assert names(caller, f"segment_id={whole['id']}") == ["Ann", "Bob"]
        assert names(caller, f"segment_id={theirs['id']}") == ["Bob"]


def test_a_key_of_one_client_makes_segments_of_it_and_sees_no_others(api, harbour):
    whole = made(api(), name="Whole", filters={"status": "active"})
    bound = api(client=harbour)
    theirs = made(bound, name="Ours", filters={"status": "active"})
    assert theirs["client_id"] == str(harbour.pk)
    assert [one["id"] for one in bound.get("/segments").json()["segments"]] == [theirs["id"]]
    assert bound.get(f"/segments/{whole['id']}").status_code == 404
    assert bound.get(f"/contacts?segment_id={whole['id']}").status_code == 400


def test_a_key_that_only_reads_changes_nothing(api):
    whole = made(api(), name="Whole", filters={"status": "active"})
    reader = api(scopes=["crm:read"])
    assert reader.get("/segments").status_code == 200
    assert reader.post("/segments", {"name": "x", "filters": {"status": "active"}}).status_code == 403
    assert reader.delete(f"/segments/{whole['id']}").status_code == 403
    assert Segment.objects.filter(deleted_at=None).count() == 1


def test_the_list_costs_the_same_however_many_there_are(api):
    caller = api()
    made(caller, name="S", filters={"status": "active"})
    cost = queries_of(caller, "/segments")
    for number in range(5):
        made(caller, name=f"S{number}", filters={"status": "active"})
    assert queries_of(caller, "/segments") == cost
