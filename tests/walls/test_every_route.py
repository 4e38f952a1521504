"""Each route there is, tried as everybody: a status as designed, nothing changed, nothing shown, and what is hidden is
told just as what is not there."""

import pytest

from tests.walls.routes import every_route
from tests.walls.table import NOT_TRIED, TABLE
from tests.walls.trying import tries, tries_beside
from tests.walls.world import World

ROUTES = every_route()
HOW = """
Say in tests/walls who may do what there, in table_api.py, table_rooms.py or table_desk.py, in the manner of the lines
that are there. About one row: "deals/<uuid:pk>": page(Deal), or verb(Deal, title="Other") for a POST with a body that
would do it, or form(Deal, …) for both. A list: page(). For admins of the whole workspace: of_all(page()). At the API:
api(Deal, GET=True, PATCH={"title": "Other"}). A row of yours that no side has yet: make one in
tests/invariants/sides.py. What else there is to say stands in tests/walls/ways.py.
"""


def test_every_route_stands_in_the_table() -> None:
    own = [route for route in ROUTES.values() if not route.mirrors and route.pattern not in {*TABLE, *NOT_TRIED}]
    missing = [f"{route.pattern!r} ({route.view.__module__})" for route in own]
    assert not missing, f"The walls know nothing of {', '.join(missing)}.{HOW}"
    assert not {*TABLE} - {*ROUTES}, "These routes are no more: take their lines out of the table."


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", [pattern for pattern in TABLE if pattern in ROUTES])
def test_everybody_is_answered_as_designed_and_learns_of_nothing_behind_a_wall(world: World, pattern: str) -> None:
    faults = [fault for one in tries(world, ROUTES[pattern], TABLE[pattern]) for fault in one.faults()]
    assert not faults, "\n".join(faults)


@pytest.mark.django_db
def test_head_and_options_tell_nobody_more_and_change_nothing(world: World) -> None:
    faults = [
        fault
        for pattern, way in TABLE.items()
        if pattern in ROUTES
        for one in tries_beside(world, ROUTES[pattern], way)
        for fault in one.faults_beside()
    ]
    assert not faults, "\n".join(faults)
