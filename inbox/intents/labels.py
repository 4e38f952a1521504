"""The six intents. Where several apply to one reply, the one that stands first in PRECEDENCE wins."""

from enum import StrEnum


class Intent(StrEnum):
    INTERESTED = "interested"
    NOT_INTERESTED = "not_interested"
    QUESTION = "question"
    BOOKING = "booking"
    OBJECTION = "objection"
    OUT_OF_OFFICE = "out_of_office"


PRECEDENCE = (
    Intent.OUT_OF_OFFICE,
    Intent.NOT_INTERESTED,
    Intent.BOOKING,
    Intent.OBJECTION,
    Intent.INTERESTED,
    Intent.QUESTION,
)
