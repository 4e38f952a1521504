"""How Parley starts, keeps running and stops on one machine."""


class StartError(Exception):
    """Why it cannot start: one sentence that says what to do."""
