"""The API described for machines."""

from typing import Any

import pytest
import yaml
from django.test import Client as Browser


@pytest.fixture
def schema(db: None) -> Any:
    return Browser().get("/api/schema").json()


def test_it_is_json_unless_yaml_is_asked_for(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    assert [server["url"] for server in schema["servers"]] == ["/api/v1/crm", "/mail/v1/crm"]
    answer = Browser().get("/api/schema", headers={"Accept": "application/vnd.oai.openapi"})
    assert yaml.safe_load(answer.content) == schema


def test_each_operation_has_a_name_of_its_own(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for path in schema["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
    assert {"list_clients", "create_client", "read_client", "change_client", "delete_client", "move_deals"} <= set(
        names
    )


def test_errors_are_described_once_for_all(schema: dict[str, Any]) -> None:
    refusals = {
        str(status): name for status, name in [(400, "BAD_REQUEST"), (401, "UNAUTHORIZED"), (429, "TOO_MANY_REQUESTS")]
    }
    for path in schema["paths"].values():
        for operation in path.values():
            for status, name in refusals.items():
                assert operation["responses"][status] == {"$ref": f"#/components/responses/{name}"}
    assert schema["components"]["responses"]["BAD_REQUEST"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Error"
    }


def test_both_ways_to_sign_in_are_described(schema: dict[str, Any]) -> None:
    kinds = {
        name: (scheme["type"], scheme.get("scheme")) for name, scheme in schema["components"]["securitySchemes"].items()
    }
    assert kinds == {"key": ("http", "bearer"), "session": ("apiKey", None)}


def test_a_body_takes_no_further_fields(schema: dict[str, Any]) -> None:
    taken = schema["components"]["schemas"]["ClientTaken"]
    assert taken["additionalProperties"] is False
    assert taken["required"] == ["name"]


def test_the_page_for_people_needs_nothing_that_the_policy_forbids(db: None) -> None:
    page = Browser().get("/api/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert text.count("<script src=") == text.count("<script")
    script = Browser().get("/api/docs?script=")
    assert script.headers["Content-Type"].startswith("application/javascript")
