"""People's requests, for the pages of a workspace's own affairs."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from tests.pages.conftest import bread, opens, priya, signed_in, tom
from tests.windows import _no_window_ends

Browse = Callable[[Membership], Browser]


@pytest.fixture
def browse() -> Browse:
    """`browse(agent)`: that person's requests, without a real browser."""
    return signed_in


__all__ = ["_no_window_ends", "bread", "opens", "priya", "tom"]
