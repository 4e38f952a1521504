"""What a person says about themselves."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Membership

Browse = Callable[[Membership], Browser]
PATH = "/settings"


def test_name_zone_and_keys_are_kept(browse: Browse, agent: Membership) -> None:
    browser = browse(agent)
    assert "data-single-keys" not in browser.get(PATH).content.decode()
    answer = browser.post(PATH, {"name": "  Anna   Other ", "time_zone": "Asia/Tokyo"})
    assert (answer.status_code, answer["Location"]) == (303, PATH)
    agent.user.refresh_from_db()
    assert (agent.user.name, agent.user.time_zone, agent.user.single_keys) == ("Anna Other", "Asia/Tokyo", False)
    assert '<body data-single-keys="off">' in browser.get(PATH).content.decode()
    browser.post(PATH, {"name": "Anna Other", "time_zone": "", "single_keys": "on"})
    agent.user.refresh_from_db()
    assert (agent.user.time_zone, agent.user.single_keys) == ("", True)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " ", "time_zone": ""}, "Give your name"),
        ({"name": "x" * 201, "time_zone": ""}, "Give your name"),
        ({"name": "Anna", "time_zone": "Europe/Nowhere"}, "“Europe/Nowhere” is no time zone, such as Europe/Berlin."),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    browse: Browse, agent: Membership, typed: dict[str, str], words: str
) -> None:
    answer = browse(agent).post(PATH, typed)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    agent.user.refresh_from_db()
    assert (agent.user.name, agent.user.time_zone, agent.user.single_keys) == ("Anna Agent", "", True)


def test_a_viewer_has_a_profile_too_and_is_shown_no_more(browse: Browse, viewer: Membership) -> None:
    page = browse(viewer).get(PATH).content.decode()
    assert browse(viewer).post(PATH, {"name": "Hal H", "time_zone": ""}).status_code == 303
    assert ("/settings/labels" in page, "/settings/stages" in page) == (False, False)
