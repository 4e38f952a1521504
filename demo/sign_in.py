"""How one gets into the demo workspace: an address, a password and an API key, kept in a file of the data folder."""

from pathlib import Path

from django.db import transaction

from accounts.actors import person
from accounts.keys import create_api_key
from accounts.models import ApiKey, Membership
from crm.boot.ready import write_private
from demo.agency import PASSWORD

KEY_NAME = "Demo"


@transaction.atomic
def hand_out(owner: Membership, path: Path) -> dict[str, str]:
    """Write the file anew, readable for this installation alone, and return what it holds. Its key is a new one, since
    the secret of an earlier one stood nowhere else; the earlier one opens no more."""
    ApiKey.objects.filter(workspace=owner.workspace, name=KEY_NAME).update(is_active=False)
    _, secret = create_api_key(actor=person(owner), name=KEY_NAME)
    contents = {
        "email": owner.user.email,
        "password": PASSWORD,
        "api_key": secret,
        "workspace": owner.workspace.slug,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, contents)
    return contents
