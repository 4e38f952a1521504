"""The workspace that a command is told, or means."""

from accounts.models import Workspace
from crm.errors import NotFound


def workspace_called(slug: str | None) -> Workspace:
    """The workspace with this slug; without one, the only workspace there is. Raises NotFound with the slugs to choose
    from."""
    slugs = list(Workspace.objects.order_by("slug").values_list("slug", flat=True)[:50])
    if slug is None and len(slugs) == 1:
        slug = slugs[0]
    found = Workspace.objects.filter(slug=slug).first() if slug else None
    if found is None:
        raise NotFound(_no_workspace(slug, slugs))
    return found


def _no_workspace(slug: str | None, slugs: list[str]) -> str:
    choice = f"There are: {', '.join(slugs)}." if slugs else "There are none."
    return f"There is no workspace “{slug}”. {choice}" if slug or not slugs else f"Say which --workspace. {choice}"
