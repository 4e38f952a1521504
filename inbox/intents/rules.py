"""The first pass: what needs no judgement, because a header, a mail server or a single word decides."""

from inbox.intents import automatic
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.labels import Intent

VERSION = "rules-1"

_EVERYWHERE = frozenset({"stop", "stopall", "unsubscribe", "unsub", "optout"})
_TEXTING = _EVERYWHERE | {"cancel", "end", "quit", "revoke", "arret", "arrêt", "remove", "td"}
OPT_OUT_WORDS = {"sms": _TEXTING, "whatsapp": _TEXTING}


def judge(reply: Reply) -> Judgement | None:
    """What a rule can say with certainty about the reply, or None where it needs judgement."""
    return _opt_out(reply) or _calendar(reply) or _automatic(reply)


def _opt_out(reply: Reply) -> Judgement | None:
    """A stop word counts only as the whole message: inside a sentence it may mean anything."""
    words = reply.text.strip()
    word = words.strip(".!\"'").casefold().replace("-", "").replace(" ", "")
    if word not in OPT_OUT_WORDS.get(reply.channel, _EVERYWHERE):
        return None
    start = reply.text.index(words)
    return _certain(Intent.NOT_INTERESTED, start=start, end=start + len(words), reason="opt-out word")


def _calendar(reply: Reply) -> Judgement | None:
    """A calendar sends its confirmations with the headers of a machine, yet they are a meeting."""
    if subject := automatic.calendar_subject(reply):
        return _certain(Intent.BOOKING, reason=f"subject {subject}")
    if words := automatic.calendar_words(reply):
        return _certain(Intent.BOOKING, start=words[0], end=words[1], reason="calendar event")
    return None


def _automatic(reply: Reply) -> Judgement | None:
    if automatic.calendar_refusal(reply):
        return None
    if header := automatic.strong_header(reply):
        return _certain(Intent.OUT_OF_OFFICE, reason=f"header {header[0]}: {header[1]}")
    if subject := automatic.automatic_subject(reply.subject):
        return _certain(Intent.OUT_OF_OFFICE, reason=f"subject {subject}")
    if sign := automatic.bounce(reply):
        return _certain(Intent.OUT_OF_OFFICE, reason=sign)
    return None


def _certain(intent: Intent, *, reason: str, start: int = 0, end: int = 0) -> Judgement:
    return Judgement(intent, 1.0, start, end, made_by="rule", version=VERSION, reason=reason)
