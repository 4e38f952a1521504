"""Labels of the workspace, and one on many contacts at once."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from activity.models import Event
from contacts import labels
from contacts.models import Contact, ContactLabel, Label
from tests import cast
from tests.cost import queries_of

pytestmark = pytest.mark.django_db


def made(api, **body) -> Any:
    answer = api.post("/labels", body)
    assert answer.status_code == 201, answer.content
    return answer.json()["label"]


def contact(api, name, **body):
    return api.post("/contacts", {"name": name} | body).json()["contact"]["id"]


def test_a_label_is_made_changed_and_gone(api):
    caller = api()
    shown = made(caller, name="Hot", colour="#ff0000")
    row = Label.objects.get()
    assert shown == {
        "id": str(row.pk), "name": "Hot", "colour": "#ff0000", "created_at": shown["created_at"],
        "updated_at": shown["updated_at"], "version": 1,
    }  # fmt: skip
    path = f"/labels/{row.pk}"
    tag = caller.get(path).headers["ETag"]
    assert caller.patch(path, {"name": "Warm"}, HTTP_IF_MATCH=tag).json()["label"]["name"] == "Warm"
    assert caller.patch(path, {"name": "Cold"}, HTTP_IF_MATCH=tag).status_code == 412
    assert [one["name"] for one in caller.get("/labels").json()["labels"]] == ["Warm"]
    assert caller.delete(path).json() == {"success": True}
    assert caller.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({}, 400, {"name": ["This is required."]}),
        ({"name": " "}, 400, {"name": ["This may not be empty."]}),
        ({"name": "x" * 61}, 400, {"name": ["At most 60 characters are allowed."]}),
        ({"name": "x", "colour": "red"}, 400, {"colour": ["Send a colour such as #6b7280."]}),
        ({"name": "x", "color": "#ff0000"}, 400, {"color": ["There is no “color” here. Did you mean “colour”?"]}),
        ({"name": "HOT"}, 409, None),
    ],
)
def test_what_is_refused_leaves_nothing(api, body, status, fields):
    caller = api()
    made(caller, name="Hot")
    answer = caller.post("/labels", body)
    assert (answer.status_code, answer.json().get("details", {}).get("fieldErrors")) == (status, fields)
    assert Label.objects.count() == 1


def test_only_an_admin_takes_a_label_off_everything(api, agent, workspace):
    caller = api(person=agent)
    caller.handler.enforce_csrf_checks = False
    shown = made(caller, name="Hot")
    answer = caller.delete(f"/labels/{shown['id']}")
    assert (answer.status_code, answer.json()["error_type"]) == (403, "admin_required")
    assert Label.objects.count() == 1
    assert cast.member(workspace, "Ada", Role.ADMIN).role == "admin"


def test_labels_of_another_workspace_are_not_there(api, outsider):
    theirs = made(api(key=cast.key_of(outsider.workspace)), name="Hot")
    caller = api()
    assert made(caller, name="Hot")["id"] != theirs["id"]
    assert caller.get(f"/labels/{theirs['id']}").status_code == 404
    assert len(caller.get("/labels").json()["labels"]) == 1


def test_a_list_costs_the_same_however_long_it_is(api):
    caller = api()
    made(caller, name="First")
    cost = queries_of(caller, "/labels")
    for n in range(29):
        made(caller, name=f"Label {n}")
    assert queries_of(caller, "/labels") == cost == 2


def test_a_key_of_one_client_makes_labels_but_leaves_those_of_all_clients_alone(api, harbour):
    label = made(api(), name="Hot")
    caller = api(client=harbour)
    path = f"/labels/{label['id']}"
    for answer in (caller.patch(path, {"name": "Cold"}), caller.delete(path)):
        assert (answer.status_code, answer.json()["error_type"]) == (403, "admin_required")
    assert Label.objects.get().name == "Hot"
    assert made(caller, name="Cold")["name"] == "Cold"


class TestBulk:
    @pytest.fixture
    def people(self, api):
        return [contact(api(), name) for name in ("Ann", "Ben", "Cem")]

    def test_attached_and_detached_with_counts(self, api, people):
        caller = api()
        label = made(caller, name="Hot")["id"]
        caller.patch(f"/contacts/{people[0]}", {"tags": ["Hot"]})
        before = Event.objects.count()
        body = {"contact_ids": [*people, str(uuid4()), people[0]], "label_id": label, "operation": "attach"}
        assert caller.post("/contacts/bulk_label", body).json() == {
            "success": True, "applied": 2, "unchanged": 1, "skipped": 1,
        }  # fmt: skip
        assert (ContactLabel.objects.count(), Event.objects.count() - before) == (3, 2)
        body["operation"] = "detach"
        assert caller.post("/contacts/bulk_label", body).json()["applied"] == 3
        assert ContactLabel.objects.count() == 0

    def test_by_name_a_label_is_made_to_attach_but_not_to_detach(self, api, people):
        caller = api()
        body = {"contact_ids": people, "label": "Hot"}
        assert caller.post("/contacts/bulk_label", body | {"operation": "attach"}).json()["applied"] == 3
        assert Label.objects.get().name == "Hot"
        answer = caller.post("/contacts/bulk_label", body | {"label": "Cold", "operation": "detach"})
        assert answer.json()["details"]["fieldErrors"] == {"label": ["There is no label “Cold”."]}

    def test_a_hundred_cost_as_many_questions_as_one(self, api, workspace):
        actor, costs = cast.acting(workspace), []
        label = labels.create(actor=actor, name="Hot")
        people = Contact.objects.bulk_create(
            Contact(workspace=workspace, name=f"P{n}", last_activity_at=timezone.now()) for n in range(101)
        )
        for some in (people[:1], people[1:]):
            with CaptureQueriesContext(connection) as made:
                labels.put_on(actor=actor, contact_ids=[one.pk for one in some], label=label, attach=True)
            costs.append(len(made))
        assert costs[0] == costs[1] <= 10
        assert set(Contact.objects.values_list("version", flat=True)) == {2}

    def test_a_poll_sees_it(self, api, people):
        caller = api()
        before = caller.get(f"/contacts/{people[0]}").json()["contact"]
        caller.post("/contacts/bulk_label", {"contact_ids": people[:1], "label": "Hot", "operation": "attach"})
        after = caller.get(f"/contacts/{people[0]}").json()["contact"]
        assert (after["tags"], after["version"]) == (["Hot"], before["version"] + 1)
        assert after["updated_at"] > before["updated_at"]

    def test_the_contacts_of_others_are_skipped(self, api, people, harbour, outsider):
        label = made(api(), name="Hot")["id"]
        theirs = contact(api(), "Hal", client_id=str(harbour.pk))
        elsewhere = contact(api(key=cast.key_of(outsider.workspace)), "Else")
        body = {"contact_ids": [*people, theirs, elsewhere], "label_id": label, "operation": "attach"}
        counts = api(client=harbour).post("/contacts/bulk_label", body).json()
        assert (counts["applied"], counts["skipped"]) == (1, 4)

    @pytest.mark.parametrize(
        ("change", "fields", "form"),
        [
            ({"contact_ids": []}, {"contact_ids": ["At least 1."]}, []),
            ({"contact_ids": [str(uuid4())] * 1001}, {"contact_ids": ["At most 1000 at once."]}, []),
            ({"contact_ids": ["7"]}, {"contact_ids.0": ["Send an id, as this API gave it."]}, []),
            ({"operation": "add"}, {"operation": ["This must be one of: attach, detach."]}, []),
            ({"label": None}, {"label": ["This may not be null."]}, []),
            ({"label_id": str(uuid4())}, {}, ["Say which label: send either label_id or label."]),
        ],
    )
    def test_what_is_refused_leaves_nothing(self, api, people, change, fields, form):
        before = Event.objects.count()
        body = {"contact_ids": people, "label": "Hot", "operation": "attach"} | change
        answer = api().post("/contacts/bulk_label", body)
        assert (answer.status_code, answer.json()["details"]) == (400, {"fieldErrors": fields, "formErrors": form})
        assert (ContactLabel.objects.count(), Label.objects.count(), Event.objects.count()) == (0, 0, before)
