import os

import pytest

from crm.boot import StartError
from crm.boot.entry import take_data_folder


@pytest.fixture(autouse=True)
def chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_DATA", "/before")


@pytest.mark.parametrize(
    ("words", "rest", "folder"),
    [
        (["up", "--data", "/srv/parley", "--port", "1"], ["up", "--port", "1"], "/srv/parley"),
        (["migrate", "--data=/srv/parley"], ["migrate"], "/srv/parley"),
        (["up"], ["up"], "/before"),
        (["shell", "--", "--data", "x"], ["shell", "--", "--data", "x"], "/before"),
    ],
)
def test_every_command_takes_the_data_folder(words: list[str], rest: list[str], folder: str) -> None:
    assert take_data_folder(words) == rest
    assert os.environ["PARLEY_DATA"] == folder


def test_a_relative_folder_is_that_of_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/tmp")
    take_data_folder(["up", "--data", "mine"])
    assert os.environ["PARLEY_DATA"] == "/tmp/mine"


@pytest.mark.parametrize("words", [["up", "--data"], ["up", "--data="]])
def test_a_missing_folder_is_asked_for(words: list[str]) -> None:
    with pytest.raises(StartError, match="--data needs a folder"):
        take_data_folder(words)
