"""The standard library's parser, kept from what hurts it."""

import email
from collections.abc import Sequence
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32

from inbox.mail.charset import decode, storable
from inbox.mail.headers import as_bytes

MAX_HEADER = 64_000
MAX_INTERPRETED = 4_000
INTERPRETED = {"content-type", "content-disposition", "content-transfer-encoding", "content-id", "mime-version"}


class AsItCame(Compat32):
    """Every header as it came: the newer policies raise on some that real mails have.

    But those that the library itself interprets are made readable first (it would replace 8-bit characters and choke
    on NUL) and bounded (it takes quadratic time over parameters).
    """

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        if name.lower() not in INTERPRETED:
            return name, value[:MAX_HEADER]
        return name, storable(decode(as_bytes(value[:MAX_INTERPRETED])))


def message(raw: bytes) -> Message:
    """Leaks what `inbox.mail.body.LEAKS` lists, on parameters that contradict each other and on endless nesting."""
    return email.message_from_bytes(raw, policy=AsItCame())


def headers_only(raw: bytes) -> Message:
    return BytesParser(policy=AsItCame()).parsebytes(raw, headersonly=True)
