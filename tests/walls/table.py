"""Each route, and who may do what there. What the words mean stands in `tests.walls.ways`."""

from tests.walls.table_api import API
from tests.walls.table_desk import DESK
from tests.walls.table_rooms import ROOMS
from tests.walls.ways import Way

TABLE: dict[str, Way] = {**API, **ROOMS, **DESK}

# Not a route of its own: the sentence for whatever else begins like an address of the API.
NOT_TRIED = {"^(api|mail/v1)(/.*)?$"}
