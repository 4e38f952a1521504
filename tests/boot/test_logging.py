"""Secrets stay out of the log, whichever way they come."""

import json
import logging
import sys
from typing import Any

import pytest
from django.test import RequestFactory

from crm.logging import HIDDEN, conceal, configure

KEY = "msk_" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ({"password": "hunter2"}, {"password": HIDDEN}),
        ({"Authorization": f"Bearer {KEY}"}, {"Authorization": HIDDEN}),
        ({"headers": {"X-Api-Key": KEY, "Accept": "*/*"}}, {"headers": {"X-Api-Key": HIDDEN, "Accept": "*/*"}}),
        ({"event": f"refused {KEY}"}, {"event": f"refused msk_012345{HIDDEN}"}),
        ({"event": "sent Bearer abc.def-ghi"}, {"event": f"sent Bearer {HIDDEN}"}),
        (
            {"url": "postgresql://parley:hunter2@db:5432/parley"},
            {"url": f"postgresql://parley:{HIDDEN}@db:5432/parley"},
        ),
        ({"url": "redis://:hunter2@cache/0"}, {"url": f"redis://:{HIDDEN}@cache/0"}),
        ({"path": "/hooks/muro/Zx81-token"}, {"path": f"/hooks/muro/{HIDDEN}"}),
        ({"path": "/join/Zx81-token"}, {"path": f"/join/{HIDDEN}"}),
        ({"path": "/sign-up/Zx81:token"}, {"path": f"/sign-up/{HIDDEN}"}),
        ({"path": "/crm/fetch?phone=1&Auth-Key=abc&x=1"}, {"path": f"/crm/fetch?phone=1&Auth-Key={HIDDEN}&x=1"}),
        (
            {"request": RequestFactory().post("/hooks/muro/Zx81-token?key=abc")},
            {"request": f"<WSGIRequest: POST '/hooks/muro/{HIDDEN}?key={HIDDEN}'>"},
        ),
        ({"urls": ["amqp://a:b@c"]}, {"urls": [f"amqp://a:{HIDDEN}@c"]}),
        ({"event": "deal won", "count": 3}, {"event": "deal won", "count": 3}),
    ],
)
def test_secrets_are_hidden(line: dict[str, object], shown: dict[str, object]) -> None:
    assert conceal(None, "info", dict(line)) == shown


def rendered(record: logging.LogRecord) -> dict[str, Any]:
    formatter = configure(style="json", level="INFO")["formatters"]["line"]
    line: dict[str, Any] = json.loads(formatter.pop("()")(**formatter).format(record))
    return line


def test_a_line_in_production_is_one_json_object() -> None:
    record = logging.LogRecord("inbox", logging.INFO, __file__, 1, "took in %s", ("a message",), None)
    line = rendered(record)
    assert (line["event"], line["level"], line["logger"]) == ("took in a message", "info", "inbox")


def test_a_traceback_does_not_show_the_variables() -> None:
    pin = "very-private-pin"
    try:
        int(pin[:0] or "x")
    except ValueError:
        record = logging.LogRecord("inbox", logging.ERROR, __file__, 1, "failed", None, sys.exc_info())
    line = rendered(record)
    assert line["exception"][0]["exc_type"] == "ValueError"
    assert pin not in json.dumps(line)
