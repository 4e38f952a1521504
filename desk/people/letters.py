"""Parley's own mails, to people who are not in yet and notices to those who are: sent by a worker, after the commit."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.invitations import new_link
from accounts.models import Invitation, Letter, User
from activity.work import Failed, run_outside

SIGN_UP = "parley.sign_up"  # the salt of the links that open a workspace


@dataclass(frozen=True)
class Written:
    subject: str
    body: str


def send_due(*, most: int = 50) -> int:
    """Send what waits, each once, and return how many were tried. A worker that is killed between the sending and its
    note sends once more: either link works."""
    return run_outside(Letter, _send, most=most)


def _send(letter: Letter) -> Callable[[], None]:
    written = _written(letter)
    if written is not None:
        _deliver(written, letter.to)
    return lambda: None  # that it is done is all there is to write down


def _deliver(letter: Written, to: str) -> None:
    try:
        mail.deliver(EmailMessage(subject=letter.subject, body=letter.body, to=[to]))
    except mail.NotTaken as refusal:
        raise Failed(str(refusal)) from None


def _written(letter: Letter) -> Written | None:
    """None where it is wanted no more."""
    if letter.kind == Letter.Kind.SIGN_UP:
        return _sign_up(letter)
    if letter.kind == Letter.Kind.NOTICE:
        member = letter.member
        still_there = member is not None and member.is_active and member.user.email == letter.to
        return Written(letter.subject, letter.body) if still_there else None
    rows = Invitation.objects.select_related("workspace", "invited_by__user").unanswered()
    invitation = rows.filter(letters=letter).first()
    return _invitation(invitation) if invitation else None


def _invitation(invitation: Invitation) -> Written:
    inviter, workspace = _one_line(str(invitation.invited_by.user)), _one_line(invitation.workspace.name)
    return Written(
        f"{inviter} invites you to {workspace} on Parley",
        render_to_string("desk/people/mail/invitation.txt", {
            "inviter": inviter,
            "workspace": workspace,
            "until": timezone.localtime(invitation.expires_at),
            "link": _absolute("people:join", new_link(invitation)),
        }),
    )  # fmt: skip


def _sign_up(letter: Letter) -> Written:
    """To somebody who has an account already it says so: who asked on the page is not told."""
    if User.objects.filter(email__iexact=letter.to).exists():
        text = render_to_string("desk/people/mail/sign_up_known.txt", {
            "sign_in": _absolute("account_login"), "reset": _absolute("account_reset_password"),
        })  # fmt: skip
        return Written("You have an account at Parley already", text)
    token = signing.dumps(letter.to, salt=SIGN_UP)
    return Written(
        "Open your workspace on Parley",
        render_to_string("desk/people/mail/sign_up.txt", {"link": _absolute("people:open", token)}),
    )


def _absolute(name: str, *args: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


def _one_line(text: str) -> str:
    """Names are other people's words: they break no header, and look like no part of the mail around them."""
    return " ".join(text.split())[:100]
