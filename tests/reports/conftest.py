from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership
from tests.pages.conftest import signed_in


@pytest.fixture
def browse() -> Callable[[Membership], Browser]:
    """`browse(agent)`: that person's requests."""
    return signed_in
