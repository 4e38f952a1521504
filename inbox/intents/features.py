"""What the local model sees of a text: words, letters and concepts, the same in training and at run time."""

import re
import unicodedata
from collections import Counter

from inbox.intents.clauses import sentences
from inbox.intents.concepts import concepts, is_question

# Part of the model's version: change it whenever the same text gives other features than before.
FORMAT = 4
# Nobody needs more words than this to say what they want; it keeps every judgement within milliseconds.
LONGEST_TEXT = 4000
BLOCKS = ("word", "letter", "concept")

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[?!]+|[^\w\s]")
_STAND_INS = (
    (re.compile(r"https?://\S+|\bwww\.\S+"), " urlhere "),
    (re.compile(r"[\w.+-]{1,64}@[\w.-]{1,80}\.\w+"), " mailhere "),
    (re.compile(r"\b\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm|uhr|o'?clock)\b|\b\d{1,2}(?::\d\d|h\d\d|h)\b"), " clockhere "),
    (
        re.compile(r"[$€£₹¥]\s?\d[\d.,]*k?|\b\d[\d.,]*\s?(?:[€$£]|(?:k|euros?|dollars?|usd|eur|lakhs?|rs)\b)"),
        " moneyhere ",
    ),
    (re.compile(r"\+?\d[\d\s().-]{6,20}\d"), " phonehere "),
    (re.compile(r"\d+(?:st|nd|rd|th)\b"), " dayhere "),
    (re.compile(r"\d+"), " 0 "),
)
_LETTER_GRAMS = (2, 3, 4, 5)


def features(text: str) -> dict[str, Counter[str]]:
    """How often each word gram, letter gram and concept occurs, by block."""
    text = text[:LONGEST_TEXT]
    said = [(text[start:end], tokens) for start, end in sentences(text) if (tokens := _tokens(text[start:end]))]
    tokens_of = [tokens for _, tokens in said]
    asked = "\n".join(sentence for sentence, tokens in said if is_question(tokens))
    words: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for tokens in tokens_of:
        words.update(_word_grams(tokens))
        letters.update(_letter_grams(tokens))
    if len(tokens_of) > 1:  # a greeting or a thank-you opens, and the last sentence often is what all came to
        words.update(f"<{token}" for token in set(tokens_of[0]))
        words.update(f">{token}" for token in set(tokens_of[-1]))
    return {"word": words, "letter": letters, "concept": concepts(text, asked, tokens_of)}


def plain(text: str) -> str:
    """Compatibility forms folded, lower case, one kind of apostrophe."""
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


def _tokens(sentence: str) -> list[str]:
    text = plain(sentence)
    for pattern, stand_in in _STAND_INS:
        text = pattern.sub(stand_in, text)
    return _TOKEN.findall(text)


def _word_grams(tokens: list[str]) -> Counter[str]:
    """Single words, pairs and triples within a sentence; a word of a question also as such."""
    padded = ["<", *tokens, ">"]
    grams = Counter(tokens)
    for length in (2, 3):
        grams.update(" ".join(padded[at : at + length]) for at in range(len(padded) - length + 1))
    if is_question(tokens):
        grams.update(f"?{token}" for token in tokens)
    return grams


def _letter_grams(tokens: list[str]) -> Counter[str]:
    grams: Counter[str] = Counter()
    for token in tokens:
        padded = f" {token} "
        for length in _LETTER_GRAMS:
            grams.update(padded[at : at + length] for at in range(len(padded) - length + 1))
    return grams
