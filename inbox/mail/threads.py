"""Which mail a mail answers."""

from inbox.mail.parsed import ParsedMail


def ancestors(mail: ParsedMail) -> tuple[str, ...]:
    """The ids this mail descends from, nearest first: what it answers, then its references from the newest back."""
    nearest_first = (*mail.in_reply_to, *reversed(mail.references))
    return tuple(each for each in dict.fromkeys(nearest_first) if each != mail.message_id)
