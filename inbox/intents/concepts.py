"""Ideas that the same few words express in each language, so that one example teaches the model all of them.

A concept is evidence, never a verdict: the model learns what each is worth.
"""

import re
import tomllib
from collections import Counter
from pathlib import Path

SOURCE = Path(__file__).with_name("concepts.toml")


def _patterns() -> dict[str, re.Pattern[str]]:
    words = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    return {name: _whole_words(re.split(r",\s+", given.strip())) for name, given in words.items()}


def _whole_words(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


_PATTERNS = _patterns()
_MOST_NAMES = 4


def concepts(text: str, asked: str, tokens_of: list[list[str]]) -> Counter[str]:
    """Which concepts the text names, which of them in its questions (`asked`), and its shape; `tokens_of` are the
    tokens of each sentence."""
    in_questions = (f"?{name}" for name in _named(asked))
    return Counter([*_named(text), *in_questions, *_shape(tokens_of)])


def _named(text: str) -> list[str]:
    text = text.replace("’", "'")
    return [name for name, pattern in _PATTERNS.items() if pattern.search(text)] if text else []


def is_courtesy(text: str) -> bool:
    """Whether it holds nothing but thanks, receipts and greetings, and the names that these go to."""
    rest, found = _PATTERNS["courtesy"].subn(" ", text.replace("’", "'"))
    names = re.findall(r"\w+", rest)
    return found > 0 and len(names) <= _MOST_NAMES and all(map(str.istitle, names)) and not _named(rest)


def is_question(tokens: list[str]) -> bool:
    return bool(tokens) and tokens[-1].startswith("?")


def _shape(tokens_of: list[list[str]]) -> list[str]:
    if not tokens_of:
        return []
    length = sum(map(len, tokens_of))
    asked = [is_question(tokens) for tokens in tokens_of]
    ends = "ask" if asked[-1] else "say"
    return [f"length {min(length.bit_length(), 8)}", f"questions {min(sum(asked), 2)}", f"ends {ends}"]
