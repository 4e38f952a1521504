"""Trying an account: both sides, and each folder, before anybody waits for mail that cannot come."""

from contacts.addresses import email
from crm.errors import Invalid
from crm.outside import Unreachable
from integrations.base import Failed
from integrations.email.accounts import Account, Refused
from integrations.email.mailbox import opened
from integrations.email.posting import talking


def check(account: Account) -> str:
    """What works, in a sentence. Raises Failed with everything that does not."""
    wrong = [*_wrong_addresses(account)]
    words = []
    for side, trying in (("Reading", _reading), ("Sending", _sending)):
        try:
            words.append(trying(account))
        except (Refused, Unreachable) as error:
            wrong.append(f"{side}: {error}")
    if wrong:
        raise Failed(" ".join(wrong))
    return " ".join([*words, *_unguarded(account)])


def _unguarded(account: Account) -> list[str]:
    """What works, and is still no good idea."""
    servers = [one for one in (account.imap, account.smtp) if one.security == "none"]
    places = dict.fromkeys(one.place for one in servers if one.host not in ("localhost", "127.0.0.1", "::1"))
    return [f"The password goes to {place} without encryption: choose TLS or STARTTLS." for place in places]


def _wrong_addresses(account: Account) -> list[str]:
    wrong = []
    for each in account.addresses:
        try:
            email(each)
        except Invalid:
            wrong.append(f"“{each}” is no e-mail address.")
    return wrong


def _reading(account: Account) -> str:
    with opened(account.imap) as box:
        folders = box.folders(account.folders)
        for folder in folders:
            box.examine(folder.name)
        names = ", ".join(f"“{folder.name}”" for folder in folders)
        if account.saves_sent and box.sent_folder() is None:
            raise Refused("The mailbox has no folder for what was sent. Make one, or keep no copies there.")
    return f"Mail is read from {names}."


def _sending(account: Account) -> str:
    """As far as a mail goes before anybody is named who gets it."""
    with talking(account.smtp) as server:
        server.ehlo_or_helo_if_needed()
        code, words = server.mail(account.address)
        server.rset()
    if code >= 400:
        said = f"{code} {words.decode(errors='replace')}"
        raise Refused(f"{account.smtp.place} does not send mail from {account.address}: {said}")
    return f"Mail is sent from {account.address}."
