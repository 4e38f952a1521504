"""What happens, shown in open browsers while it happens: ids and types only, each page fetches what it may see."""

from activity.live.announcing import announce

__all__ = ["announce"]
