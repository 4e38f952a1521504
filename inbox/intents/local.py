"""The second pass: the local model at run time. Plain numpy, no network, milliseconds per message."""

import io
import json
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inbox.intents.clauses import Span, clauses
from inbox.intents.concepts import is_courtesy
from inbox.intents.features import BLOCKS, features
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.labels import Intent

MODEL_FILE = Path(__file__).with_name("local_model.npz")

Floats = NDArray[np.float32]
_SHOWN_CLAUSES = 40
# One word ("thanks", "ok") says too little to be acted on, however often it stood beside one intent in training.
_MOST_OF_ONE_WORD = 0.5
# “Thanks, got it” neither: it is no refusal, however often refusals hold thanks.
_MOST_OF_COURTESY = 0.5
# Where no clause of its own speaks for the label, the whole was summed up from hints: by cross-validation 57 in 100 of
# such judgements are right.
_MOST_WITHOUT_EVIDENCE = 0.6
# What takes somebody out of sight or off a list is said only from this probability on, else the next likeliest is, and
# needs a look: by cross-validation that makes refusals three points more precise and absences one and a half, and as
# many replies are right.
_CAREFUL = (Intent.NOT_INTERESTED, Intent.OUT_OF_OFFICE)
_LEAST_OF_CAREFUL = 0.6


@dataclass(frozen=True, slots=True)
class Block:
    """The features of one kind; `rows` tells the row of each in `weights` (features × intents) and `rarity`."""

    scale: float
    logarithmic: bool
    rows: dict[str, int]
    rarity: Floats
    weights: Floats

    def scores(self, counts: Counter[str]) -> Floats:
        """What the features say for each intent, whatever the length of the text."""
        known = [(self.rows[name], count) for name, count in counts.items() if name in self.rows]
        if not known:
            return np.zeros(self.weights.shape[1], dtype=np.float32)
        at = np.array([row for row, _ in known])
        amount = np.array([count if self.logarithmic else 1 for _, count in known], dtype=np.float32)
        values = (1 + np.log(amount)) * self.rarity[at]
        found: Floats = (values @ self.weights[at]) * np.float32(self.scale / np.linalg.norm(values))
        return found


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A linear model over the blocks. `sharpness` turns its scores into calibrated probabilities."""

    version: str
    intents: tuple[Intent, ...]
    blocks: dict[str, Block]
    bias: Floats
    sharpness: float

    def judge(self, reply: Reply) -> Judgement:
        """The intent that is said (see `said`), how likely it is, and the clause that speaks for it most."""
        probabilities = self.probabilities(reply.text)
        if is_courtesy(reply.text):
            probabilities = np.minimum(probabilities, _MOST_OF_COURTESY)
        best, likeliest = int(said(self.intents, probabilities)), int(probabilities.argmax())
        most = _MOST_OF_ONE_WORD if len(reply.text.split()) < 2 else 1.0
        confidence = min(float(probabilities[best]), most)
        (start, end), margin = self._evidence(reply.text, best)
        if margin <= 0:
            confidence = min(confidence, _MOST_WITHOUT_EVIDENCE)
        doubted = (self.intents[likeliest], min(float(probabilities[likeliest]), most)) if likeliest != best else None
        return Judgement(
            self.intents[best], confidence, start, end, made_by="model", version=self.version, doubted=doubted
        )

    def probabilities(self, text: str) -> Floats:
        scores = (self._scores(text) + self.bias) * self.sharpness
        odds = np.exp(scores - scores.max())
        shares: Floats = odds / odds.sum()
        return shares

    def _scores(self, text: str) -> Floats:
        found = features(text)
        total: Floats = np.sum([self.blocks[name].scores(found[name]) for name in self.blocks], axis=0)
        return total

    def _evidence(self, text: str, best: int) -> tuple[Span, float]:
        """The clause that speaks for the intent most, and by how much more than for any other."""
        spans = clauses(text)[:_SHOWN_CLAUSES]
        weighed = [(span, self._margin(text[slice(*span)], best)) for span in spans]
        return max(weighed, key=lambda one: one[1], default=((0, 0), 0.0))

    def _margin(self, clause: str, best: int) -> float:
        scores = self._scores(clause)
        return float(scores[best] - np.delete(scores, best).max())


def said(intents: tuple[Intent, ...], probabilities: Floats) -> NDArray[np.intp]:
    """Which intent stands for these probabilities (along the last axis), as an index into `intents`."""
    doubted = np.isin(intents, _CAREFUL) & (probabilities < _LEAST_OF_CAREFUL)
    likeliest: NDArray[np.intp] = (probabilities - doubted).argmax(axis=-1)
    return likeliest


@cache
def shipped() -> LocalModel:
    """The model in the repository, read once per process."""
    return read(MODEL_FILE.read_bytes())


def judge(reply: Reply) -> Judgement:
    return shipped().judge(reply)


def read(content: bytes) -> LocalModel:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        about = json.loads(file["about"].tobytes())
        blocks = {
            name: Block(
                scale=about["scale"][name],
                logarithmic=about["logarithmic"][name],
                rows={feature: row for row, feature in enumerate(file[f"{name}.names"].tobytes().decode().split("\n"))},
                rarity=file[f"{name}.rarity"].astype(np.float32),
                weights=file[f"{name}.weights"].astype(np.float32),
            )
            for name in BLOCKS
        }
        intents = tuple(Intent(value) for value in about["intents"])
        return LocalModel(about["version"], intents, blocks, file["bias"].astype(np.float32), about["sharpness"])


def write(model: LocalModel) -> bytes:
    """The model as one file, the same bytes for the same model: zip entries of numpy carry no time of day."""
    about = {
        "version": model.version,
        "intents": list(model.intents),
        "sharpness": model.sharpness,
        "scale": {name: block.scale for name, block in model.blocks.items()},
        "logarithmic": {name: block.logarithmic for name, block in model.blocks.items()},
    }
    arrays: dict[str, NDArray[np.generic]] = {"about": _bytes(json.dumps(about, sort_keys=True)), "bias": model.bias}
    for name, block in model.blocks.items():
        arrays[f"{name}.names"] = _bytes("\n".join(block.rows))
        arrays[f"{name}.rarity"] = block.rarity.astype(np.float16)
        arrays[f"{name}.weights"] = block.weights.astype(np.float16)
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)
