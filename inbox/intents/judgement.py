"""What goes into a pass and what comes out of it."""

from dataclasses import dataclass
from typing import Literal

from inbox.intents.labels import Intent

Maker = Literal["rule", "model", "llm"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One inbound message. `text` is the new text only: quoted history is cut off before it comes here."""

    text: str
    subject: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    channel: str = "email"

    def header_values(self, name: str) -> list[str]:
        """The trimmed values of every header of that name, in order; header names know no case."""
        return [value.strip() for given, value in self.headers if given.lower() == name.lower()]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An intent and what it rests on.

    `confidence` is a probability from 0 to 1. `start` and `end` are offsets into `Reply.text`; both are 0 where
    something other than the text decided, which `reason` then names ("header Auto-Submitted: auto-replied").
    `doubted` is the likeliest intent and its probability, where another is said since that one was not sure enough.
    """

    intent: Intent
    confidence: float
    start: int
    end: int
    made_by: Maker
    version: str
    reason: str = ""
    doubted: tuple[Intent, float] | None = None

    @property
    def leaning(self) -> tuple[Intent, float]:
        """The likeliest intent, said or not, and its probability."""
        return self.doubted or (self.intent, self.confidence)

    def evidence(self, reply: Reply) -> str:
        """The words of the reply that the judgement rests on, verbatim; empty where the text did not decide."""
        return reply.text[self.start : self.end]
