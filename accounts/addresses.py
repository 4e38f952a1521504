"""The address a person signs in with: a new one counts once its mailbox has confirmed it."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from accounts import guessing, mail
from accounts.guessing import Limit, TooMany
from accounts.models import User
from crm.errors import Conflict, Invalid
from crm.nudge import nudge

SALT = "accounts.addresses"
LINK_SECONDS = 24 * 3600
# The mailbox may be a stranger's.
MAILS = Limit("address-links", 5, 3600)
GONE = "This link was used already, or it is older than a day. Ask for a new one in Settings, under Security."


def ask_to_change(*, user: User, email: str) -> str:
    """Send a link to `email`, which is returned as it is kept. Whether somebody else here has it is not told: their
    mailbox stays as silent as one that does not exist. Raises Invalid."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(fields={"email": ["Give an e-mail address, such as anna@example.com."]}) from None
    if email == user.email.lower():
        raise Invalid(fields={"email": ["This is your address already. Give the new one."]})
    try:
        guessing.guess((MAILS, str(user.pk)))
    except TooMany as many:
        raise Invalid(f"That were many mails. {guessing.wait(many.seconds)}, then try again.") from None
    nudge("accounts.tasks.send_address_link", str(user.pk), email)
    return email


def send_link(user_id: str, to: str) -> None:
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or User.objects.filter(email__iexact=to).exists():
        return
    token = signing.dumps([str(user.pk), _before(user), to], salt=SALT)
    context = {"user": user, "to": to, "link": settings.PUBLIC_URL + reverse("address_confirm", args=[token])}
    subject, body = mail.written("account/email/address_link", {**context, "site": settings.PUBLIC_URL})
    mail.send(to=to, subject=subject, body=body)


def opened(token: str) -> tuple[User, str]:
    """Whose link it is, and their new address. Raises Conflict where it is used up: their address is not the one that
    it was made for any more, or they chose a new password since."""
    try:
        user_id, before, to = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        raise Conflict(GONE, code="link_used") from None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or before != _before(user):
        raise Conflict(GONE, code="link_used")
    return user, to


@transaction.atomic
def change(*, token: str) -> User:
    """Let the person of this link sign in with their new address. The old one is told. Raises Conflict."""
    user, to = opened(token)
    before = user.email
    try:
        with transaction.atomic():
            changed = User.objects.filter(pk=user.pk, email=before).update(email=to)
    except IntegrityError:
        raise Conflict("This address belongs to somebody else here by now. Use another one.", code="taken") from None
    if not changed:
        raise Conflict(GONE, code="link_used")
    EmailAddress.objects.filter(user_id=user.pk).delete()
    EmailAddress.objects.create(user_id=user.pk, email=to, verified=True, primary=True)
    subject, body = mail.written("account/email/address_changed", {"user": user, "to": to, "site": settings.PUBLIC_URL})
    mail.post(to=before, subject=subject, body=body)
    user.email = to
    return user


def _before(user: User) -> str:
    """What a link is made for: this address and this password."""
    return salted_hmac(SALT, f"{user.email} {user.password}").hexdigest()[:20]
