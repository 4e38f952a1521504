import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inbox.intents import local
from inbox.intents.examples import shipped_examples
from inbox.intents.labels import Intent

ROWS: list[dict[str, Any]] = [
    {"text": "STOP", "label": "not_interested", "channel": "sms"},
    {"text": "Please remove me from your mailing list.", "label": "not_interested", "channel": "email"},
    {"text": "Could we meet on Tuesday at 3pm?", "label": "booking", "channel": "linkedin"},
    {"text": "Tuesday at 3pm works.", "label": "out_of_office", "channel": "email", "headers": {"X-Autoreply": "yes"}},
    {"text": "Back soon.", "label": "out_of_office", "channel": "email", "headers": [["Subject", "Auto: Hi"]]},
    {"text": "Can we meet on Friday at 10am?", "label": "interested", "channel": "email"},
]  # fmt: skip


def written(folder: Path, rows: list[Any]) -> Path:
    file = folder / "replies.jsonl"
    file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return file


def evaluated(file: Path, *options: str) -> str:
    out = StringIO()
    call_command("evaluate_intents", str(file), *options, stdout=out)
    return out.getvalue()


def test_the_figures_are_those_of_the_judgements(tmp_path: Path) -> None:
    figures = json.loads(evaluated(written(tmp_path, ROWS), "--json"))

    assert figures.pop("milliseconds_per_message") > 0
    nothing = {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0}
    everything = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 2}
    assert figures == {
        "n": 6,
        "accuracy": pytest.approx(5 / 6),
        "macro_f1": pytest.approx((1 + 1 + 2 / 3 + 0) / 4),
        "per_label": {
            "interested": {**nothing, "support": 1},
            "not_interested": everything,
            "question": nothing,
            "booking": {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1},
            "objection": nothing,
            "out_of_office": everything,
        },
        "above_threshold": {"share": 1.0, "accuracy": pytest.approx(5 / 6)},
        "confusion": {
            "interested": {"booking": 1},
            "not_interested": {"not_interested": 2},
            "question": {},
            "booking": {"booking": 1},
            "objection": {},
            "out_of_office": {"out_of_office": 2},
        },
    }


def test_a_person_reads_the_figures_and_the_confusion_table(tmp_path: Path) -> None:
    page = evaluated(written(tmp_path, ROWS)).splitlines()

    assert page[:3] == ["Replies       6", "Accuracy      0.833", "Macro-F1      0.667"]
    assert page[5].split() == ["true", "/", "said", *(str(intent) for intent in Intent)]
    assert page[6].split() == ["interested", "0", "0", "0", "1", "0", "0"]


def test_only_the_new_text_of_a_mail_is_judged(tmp_path: Path) -> None:
    text = "Could we meet on Tuesday at 3pm?\n\n"
    text += "On Mon, 4 Mar 2024 at 09:00, Tom <tom@example.com> wrote:\n> Please remove me from your list."
    rows = [{"text": text, "label": "booking", "channel": "email"}]

    assert json.loads(evaluated(written(tmp_path, rows), "--json"))["accuracy"] == 1.0


def test_an_empty_file_has_figures_too(tmp_path: Path) -> None:
    figures = json.loads(evaluated(written(tmp_path, [""]), "--json"))

    assert (figures["n"], figures["accuracy"], figures["macro_f1"]) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{nope", "line 2: not JSON: "),
        ("[1]", "line 2: not a JSON object"),
        ({"label": "booking", "channel": "sms"}, "line 2: 'text' is missing or not a string"),
        ({"text": 5, "label": "booking", "channel": "sms"}, "line 2: 'text' is missing or not a string"),
        ({"text": "hi", "label": "booking"}, "line 2: 'channel' is missing or not a string"),
        ({"text": "hi", "label": "maybe", "channel": "sms"}, "line 2: 'label' is 'maybe', not one of interested, "),
        ({"text": "hi", "label": "booking", "channel": "sms", "headers": "X"}, "line 2: 'headers' is neither "),
        ({"text": "hi", "label": "booking", "channel": "sms", "headers": [["X"]]}, "line 2: 'headers' is neither "),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: Any, complaint: str) -> None:
    file = written(tmp_path, [ROWS[0], line])

    with pytest.raises(CommandError) as refused:
        evaluated(file)

    assert str(refused.value).startswith(f"{file}, {complaint}")
    assert refused.value.returncode == 1


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.jsonl cannot be read"):
        evaluated(tmp_path / "nothing.jsonl")


def test_training_writes_the_model_and_prints_what_it_is_worth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [example for example in shipped_examples() if len(example.text) < 60][::8]
    monkeypatch.setattr("inbox.management.commands.train_intents.shipped_examples", lambda: few)
    out, file = StringIO(), tmp_path / "model.npz"

    call_command("train_intents", output=file, stdout=out)

    said = dict(line.split(maxsplit=1) for line in out.getvalue().replace("Needs no look", "Unasked").splitlines())
    assert said["Version"] == local.read(file.read_bytes()).version
    assert said["Examples"].startswith(f"{len(few)} in ")
    assert 0 < float(said["Macro-F1"].split()[0]) < 1
