"""Every operation under whatever the fuzzer thinks of: it never breaks, and says nothing that it has not declared."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Membership, Workspace
from tests import cast
from tests.one_of_each import one_of_each

pytestmark = pytest.mark.django_db
CHECKS = (
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    negative_data_rejection,
)  # fmt: skip
EFFORT = settings(
    max_examples=10, derandomize=True, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip

schema = schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application())
_found: Any = schema.get_all_operations()
OPERATIONS = [found.ok() for found in _found]


@pytest.fixture
def ids(workspace: Workspace, agent: Membership) -> dict[str, str]:
    return one_of_each(workspace, agent)


@pytest.fixture(autouse=True)
def _requests_share_the_tests_transaction() -> Iterator[None]:
    """As Django's own test client does: a request neither opens a connection nor closes one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_each_operation(operation: Any, workspace: Workspace, ids: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {cast.key_of(workspace, rate_limit=1_000_000)}"}
    named = ids | {"id": ids[operation.path.split("/")[1]]} if "{id}" in operation.path else {}
    there = {name: named[name] for name in ("id", "label_id") if f"{{{name}}}" in operation.path}
    asked = [operation.as_strategy(GenerationMode.POSITIVE, path_parameters=there or None)]
    if operation.query or operation.body:
        asked.append(operation.as_strategy(GenerationMode.NEGATIVE, path_parameters=there or None))

    @EFFORT
    @given(case=strategies.one_of(asked))
    def answers_as_described(case: Any) -> None:
        case.query.pop("wait", None)  # nothing happens that would be worth it
        case.call_and_validate(headers=headers, checks=CHECKS)

    answers_as_described()
