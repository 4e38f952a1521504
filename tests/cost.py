"""What a call costs."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Caller

# The key, its rate, and how often it was used: what every call pays before it does anything.
_EVERY_CALL = ("accounts_apikey", "accounts_requestcount")


def queries_of(api: Caller, path: str) -> int:
    """How many queries a GET costs beside those that let the caller in, once it has been there."""
    api.get(path)
    with CaptureQueriesContext(connection) as made:
        answer = api.get(path)
    assert answer.status_code == 200, answer.content
    return sum(not any(part in query["sql"] for part in (*_EVERY_CALL, "SAVEPOINT")) for query in made.captured_queries)
