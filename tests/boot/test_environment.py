"""The making of `.venv`, in a folder of its own and with nothing to download."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from crm.boot import StartError, debian, environment

WANTED = {"requirements.txt": "aaa"}
STAMP = {"python": environment.RUNNING, **WANTED}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environment, "PROJECT", tmp_path)
    monkeypatch.setattr(environment, "FOLDER", tmp_path / ".venv")
    monkeypatch.setattr(environment, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".venv" / "parley.json")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    environment.PYTHON.touch()
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / "requirements-dev.txt").write_text("")
    return tmp_path


def test_a_change_of_requirements_makes_it_outdated(folder: Path) -> None:
    environment.write_stamp(STAMP)
    assert environment.is_current(WANTED)
    assert not environment.is_current({**WANTED, "requirements.txt": "bbb"})
    assert not environment.is_current({**WANTED, "requirements-dev.txt": "ccc"})
    environment.PYTHON.unlink()
    assert not environment.is_current(WANTED)


def test_a_newer_python_under_it_makes_it_outdated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment.write_stamp({**STAMP, "python": "3.10"})
    assert environment.is_current(WANTED)
    monkeypatch.setattr("sys.prefix", str(environment.FOLDER))
    assert not environment.is_current(WANTED)


def test_having_more_than_is_wanted_is_current(folder: Path) -> None:
    environment.write_stamp({**STAMP, "requirements-dev.txt": "ccc"})
    assert environment.is_current(WANTED)


@pytest.mark.parametrize("contents", ["", "{", "null"])
def test_a_stamp_that_cannot_be_read_counts_for_nothing(folder: Path, contents: str) -> None:
    environment.STAMP.write_text(contents)
    assert not environment.is_current(WANTED)


def test_it_is_made_whole_and_stamped_last(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".venv" / "left-over").write_text("of a killed installation")
    wanted = environment.fingerprint(["requirements.txt"])
    environment.install(wanted, for_tests=False)
    assert json.loads(environment.STAMP.read_text()) == {"python": environment.RUNNING, **wanted}
    assert not (folder / ".venv" / "left-over").exists()
    assert subprocess.run([environment.PYTHON, "-c", ""], check=False).returncode == 0
    assert capsys.readouterr().err == "Installing what Parley needs into .venv (about a minute) …\n"


def test_what_pip_refuses_is_told_in_its_own_last_words(folder: Path) -> None:
    (folder / "requirements.txt").write_text("--no-index\nnothing-of-the-kind==1.0\n")
    environment.make_folder(may_install=False)
    with pytest.raises(StartError) as refused:
        environment.run_pip("requirements.txt")
    assert str(refused.value).startswith("pip could not install requirements.txt. Its last words:\n")
    assert "nothing-of-the-kind==1.0" in str(refused.value)
    assert str(refused.value).endswith("Check the network and pip's settings, then run the same command again.")
    assert not environment.STAMP.exists()


def test_a_python_that_cannot_make_environments_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(StartError, match="apt-get install python3-venv"):
        environment.make_folder(may_install=False)


def test_system_packages_are_left_alone_by_whoever_is_not_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert debian.install("chromium") is False


def test_a_python_that_is_too_old_gets_a_sentence() -> None:
    """Run by this Python, told that it is another: an older one has to get as far as the check."""
    source = (Path(__file__).resolve().parents[2] / "manage.py").read_text()
    told = "import sys; sys.version_info = (3, 8, 2); exec(sys.stdin.read())"
    done = subprocess.run([sys.executable, "-c", told], input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "Parley needs Python 3.11 or newer and this is 3.8: run it with a newer one.\n"
