"""What the composer and the thread ask for and send."""

from django.http import HttpRequest

LARGEST = 2**31 - 1


def text_of(request: HttpRequest) -> str:
    """What was written, its lines ended as they were typed: a form without a script ends them in two characters."""
    return request.POST.get("body", "").replace("\r\n", "\n")


def number(text: str) -> int | None:
    """A position in a conversation, as a form names it; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST else None
