from tests.windows import _no_window_ends

__all__ = ["_no_window_ends"]
