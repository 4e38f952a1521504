import pytest

from accounts.models import Workspace
from tests.integrations.senders import Sender, connect


@pytest.fixture
def jivo(workspace: Workspace) -> Sender:
    """JivoChat, connected to the workspace itself."""
    return connect("jivochat", workspace)
