import pytest
from django.test import Client
from pytest_django.fixtures import Settings


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", "right-token"])
def test_without_the_token_there_is_no_such_page(client: Client, settings: Settings, header: str | None) -> None:
    settings.METRICS_TOKEN = "right-token"
    headers = {"Authorization": header} if header else {}
    assert client.get("/metrics", headers=headers).status_code == 404


def test_no_token_set_means_no_page_for_anyone(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_answers_are_counted_by_route_and_status(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "right-token"
    client.get("/no-such-page")
    answered = client.get("/metrics", headers={"Authorization": "Bearer right-token"})
    assert answered.status_code == 200
    counted = 'parley_request_seconds_count{method="GET",route="none",status="404"}'
    assert counted in answered.content.decode()
