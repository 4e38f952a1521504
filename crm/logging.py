"""What is logged and how it looks: one JSON object a line in production, coloured words in a terminal. No secrets."""

import re
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "…"
SECRET_NAMES = re.compile(r"password|passwd|secret|token|authorization|cookie|api[_-]?key|credential", re.IGNORECASE)
SECRET_TEXTS = [
    # our own API keys, after their prefix
    (re.compile(r"\b(msk_[0-9a-f]{6})[0-9a-f]+"), r"\1" + HIDDEN),
    # Authorization headers that found their way into a text
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+"), r"\1 " + HIDDEN),
    # passwords in addresses: postgresql://user:password@host
    (re.compile(r"(://[^:/@\s]*:)[^@/\s]+@"), r"\1" + HIDDEN + "@"),
    # whoever knows the address of an inbound door may use it
    (re.compile(r"(/hooks/[a-z0-9_-]+/)[^/?\s\"'>]+"), r"\1" + HIDDEN),
    # whoever has the link of an invitation or of a sign-up may come in
    (re.compile(r"(/(?:join|sign-up)/)[^/?\s\"'>]+"), r"\1" + HIDDEN),
    # whoever has the link to a shared report may read it
    (re.compile(r"(/shared/reports/)[^/?\s\"'>]+"), r"\1" + HIDDEN),
    # keys in a query, as some systems send them
    (re.compile(r"([?&](?:auth[_-]?key|api[_-]?key|key|secret|token)=)[^&#\s\"'>]+", re.IGNORECASE), r"\1" + HIDDEN),
]
PLAIN = (int, float, type(None))


def conceal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Hide what is secret by its name or by its form, wherever it stands in the line."""
    return {name: HIDDEN if SECRET_NAMES.search(name) else _concealed(value) for name, value in event.items()}


def _concealed(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, replacement in SECRET_TEXTS:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, dict):
        return {key: HIDDEN if SECRET_NAMES.search(str(key)) else _concealed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_concealed(item) for item in value]
    # A request would be written with its whole address, behind the back of what hides there.
    return value if isinstance(value, PLAIN) else _concealed(repr(value))


# Without the variables of each frame: they hold whole requests, and with them passwords and keys.
TRACEBACKS = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(*, style: str, level: str) -> dict[str, Any]:
    """Point structlog at the standard library and return the LOGGING setting that renders both alike."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": structlog.stdlib.ProcessorFormatter, **_rendering(style)}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would print each line a second time.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Each request is logged once, by crm.requests.
            "django.request": {"level": "ERROR"},
            "uvicorn": {"handlers": [], "level": "WARNING", "propagate": True},
            "uvicorn.access": {"handlers": [], "level": "WARNING", "propagate": False},
            # It would write each address that is called, with the phone number that is looked up there.
            "httpx2": {"level": "WARNING"},
            # On DEBUG they print whole messages of people.
            "openai": {"level": "WARNING"},
            "anthropic": {"level": "WARNING"},
            # Celery tells each of the sweeps, twice a second, that it was sent, received and done.
            "celery": {"level": "WARNING"},
        },
    }


def _rendering(style: str) -> dict[str, Any]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if style == "json":
        last: list[Processor] = [TRACEBACKS, conceal, structlog.processors.JSONRenderer()]
    else:
        last = [structlog.processors.format_exc_info, conceal, structlog.dev.ConsoleRenderer(colors=False)]
    return {"foreign_pre_chain": SHARED, "processors": [drop, *last]}
