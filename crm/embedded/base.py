from pathlib import Path
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL

from crm.boot import postgres


class DatabaseWrapper(PostgreSQL):
    """Django's own PostgreSQL backend, which has the server running before it connects.

    `HOST` is the socket folder, so settings can name it while nothing runs: a command that asks nothing starts nothing.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        embedded = self.settings_dict["EMBEDDED"]
        postgres.use(Path(embedded["DATA"]), durable=embedded["DURABLE"])
        return super().get_new_connection(conn_params)
