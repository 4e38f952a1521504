"""People's requests, for the pages of the desk."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from tests.pages.conftest import priya, signed_in, tom


@pytest.fixture
def browse() -> Callable[[Membership], Browser]:
    """`browse(agent)`: that person's requests, without a real browser."""
    return signed_in


__all__ = ["browse", "priya", "tom"]
