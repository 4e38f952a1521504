"""Which of our stages a stage of theirs is."""

from difflib import get_close_matches

from accounts.models import Workspace
from deals.models import Stage
from deals.stages import first_open, lay_out


def placed(workspace: Workspace, key: str) -> Stage:
    """The one with this key or name; else, of the open ones, the one that is called most like it, or the first."""
    stages = lay_out(workspace)
    wanted = key.strip().lower()
    for stage in stages:
        if wanted in (stage.key.lower(), stage.name.lower()):
            return stage
    open_ones = {stage.key: stage for stage in stages if stage.kind == Stage.Kind.OPEN}
    like = get_close_matches(wanted, open_ones, n=1)
    return open_ones[like[0]] if like else first_open(workspace)
