from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from tests.pages.conftest import signed_in
from tests.windows import _no_window_ends

__all__ = ["_no_window_ends"]


@pytest.fixture
def browse() -> Callable[[Membership], Browser]:
    """`browse(agent)`: that person's requests."""
    return signed_in
