"""What the composer and the thread ask for and send."""

LARGEST = 2**31 - 1


def number(text: str) -> int | None:
    """A position in a conversation, as a form names it; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST else None
