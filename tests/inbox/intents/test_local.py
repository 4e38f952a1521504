import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inbox.intents import local
from inbox.intents.clauses import clauses
from inbox.intents.examples import shipped_examples, version_of
from inbox.intents.features import features
from inbox.intents.judgement import Reply
from inbox.intents.labels import Intent
from inbox.intents.passes import NEEDS_A_LOOK


@given(st.text(max_size=300))
@example("")
@example(" \n\t ")
@example("\x00\u202e?!\ud7ff")
@example("?" * 300)
@example("שלום, מה המחיר? 你好 🙏🏽")
@settings(max_examples=150)
def test_any_text_gets_a_judgement_whose_evidence_is_a_part_of_it(text: str) -> None:
    judged = local.judge(Reply(text))

    assert judged.intent in Intent
    assert 0 < judged.confidence <= 1
    assert 0 <= judged.start <= judged.end <= len(text)
    assert judged.evidence(Reply(text)) == text[judged.start : judged.end].strip()
    assert bool(judged.evidence(Reply(text))) is bool(text.strip())


@pytest.mark.parametrize("text", ["", "   \n"])
def test_nothing_written_is_judged_with_little_confidence_and_no_evidence(text: str) -> None:
    judged = local.judge(Reply(text))

    assert judged.confidence < NEEDS_A_LOOK
    assert (judged.start, judged.end) == (0, 0)


def test_an_endless_text_is_judged_by_its_beginning() -> None:
    text = "Please take me off your list.\n" + "lorem ipsum dolor " * 100_000

    assert local.judge(Reply(text)).end <= len(text)


@pytest.mark.parametrize(
    ("text", "intent", "evidence"),
    [
        ("Hi Tom,\nPlease remove me from your list.\nAna", Intent.NOT_INTERESTED, "Please remove me from your list."),
        ("Hello. We read it. Could we meet on Tuesday at 3pm?", Intent.BOOKING, "Could we meet on Tuesday at 3pm?"),
        ("Nice product, but it is far too expensive for us.", Intent.OBJECTION, "but it is far too expensive for us."),
    ],
)  # fmt: skip
def test_the_evidence_is_the_clause_that_says_it(text: str, intent: Intent, evidence: str) -> None:
    judged = local.judge(Reply(text))

    assert (judged.intent, judged.evidence(Reply(text))) == (intent, evidence)
    assert (judged.made_by, judged.version) == ("model", local.shipped().version)


@pytest.mark.parametrize("text", ["thanks", "ok", "Danke!", "👍"])
def test_one_word_is_never_enough_to_act_on(text: str) -> None:
    assert local.judge(Reply(text=text)).confidence < NEEDS_A_LOOK


@pytest.mark.parametrize(
    "text",
    [
        "Many thanks", "Thanks a lot!", "Perfect, thank you", "Thanks, got it.", "received, thank you", "ok great",
        "Hi,\n\nthanks for the quick reply.\n\nKind regards", "Hi Jo, perfect, thanks. Best, Tom Brown", "Thanks 🙏 👍",
        "Danke schön", "Vielen Dank für die Info", "Merci beaucoup", "bien reçu, merci", "muchas gracias!",
        "Muito obrigada", "makasih kak", "shukriya ji", "Grazie mille", "dank je wel",
    ],
)  # fmt: skip
def test_thanks_are_no_refusal_and_never_enough_to_act_on(text: str) -> None:
    judged = local.judge(Reply(text))

    assert judged.intent is not Intent.NOT_INTERESTED
    assert judged.confidence <= 0.5


@pytest.mark.parametrize("text", ["No thanks", "all good thanks, bye", "Nein danke", "non merci", "No, gracias"])
def test_a_refusal_with_thanks_is_one(text: str) -> None:
    judged = local.judge(Reply(text))

    assert (judged.intent, judged.confidence > NEEDS_A_LOOK) == (Intent.NOT_INTERESTED, True)


def test_what_no_clause_says_by_itself_is_never_sure() -> None:
    """Each clause says something else first and a question second; only together they make one."""
    weights = np.array([[1.0, 0.9, 0.0], [0.0, 0.9, 1.0]], dtype=np.float32)
    words = local.Block(1.0, False, {"aa": 0, "bb": 1}, np.ones(2, dtype=np.float32), weights)
    intents = (Intent.INTERESTED, Intent.QUESTION, Intent.BOOKING)
    model = local.LocalModel("test", intents, {"word": words}, np.zeros(3, dtype=np.float32), sharpness=10)

    judged = model.judge(Reply("Aa. Bb."))

    assert float(model.probabilities("Aa. Bb.").max()) > 0.99
    assert (judged.intent, judged.confidence) == (Intent.QUESTION, 0.6)
    assert judged.confidence < NEEDS_A_LOOK


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.61, 0.0, 0.2, 0.19], Intent.NOT_INTERESTED),
        ([0.59, 0.01, 0.21, 0.19], Intent.QUESTION),
        ([0.1, 0.59, 0.1, 0.21], Intent.OBJECTION),
        ([0.3, 0.4, 0.1, 0.2], Intent.OBJECTION),
    ],
)
def test_what_puts_people_out_of_sight_is_said_only_when_likelier_than_three_in_five(
    shares: list[float], expected: Intent
) -> None:
    intents = (Intent.NOT_INTERESTED, Intent.OUT_OF_OFFICE, Intent.QUESTION, Intent.OBJECTION)
    assert intents[local.said(intents, np.array(shares, dtype=np.float32))] == expected


@pytest.mark.parametrize(
    ("text", "doubted"), [("aa bb", (Intent.NOT_INTERESTED, 0.55)), ("aa", (Intent.NOT_INTERESTED, 0.5))]
)
def test_what_it_leans_to_without_saying_so_goes_with_the_judgement(text: str, doubted: tuple[Intent, float]) -> None:
    intents = (Intent.NOT_INTERESTED, Intent.INTERESTED, Intent.QUESTION)
    bias = np.log(np.array([0.55, 0.3, 0.15], dtype=np.float32))
    block = local.Block(1.0, False, {}, np.zeros(0, dtype=np.float32), np.zeros((0, 3), dtype=np.float32))
    judged = local.LocalModel("test", intents, {"word": block}, bias, sharpness=1).judge(Reply(text))

    assert (judged.intent, round(judged.confidence, 4)) == (Intent.INTERESTED, 0.3)
    leaning, probability = judged.leaning
    assert (leaning, round(probability, 4)) == doubted
    assert local.judge(Reply("How much is it for ten people?")).doubted is None


def test_a_concept_in_a_question_is_told_apart_from_one_in_a_statement() -> None:
    asked, said = (features(text)["concept"] for text in ("Looks good. A discount?", "A discount. Looks good?"))
    assert (asked["price"], asked["?price"], asked["?praise"]) == (1, 1, 0)
    assert (said["price"], said["?price"], said["?praise"]) == (1, 0, 1)


def test_the_words_of_the_first_and_the_last_sentence_are_told_apart() -> None:
    words = features("Thanks Tom. We have a supplier. Call me, call Ann.")["word"]
    assert {word for word in words if word[0] in "<>" and word[1:2].isalpha()} == {
        "<thanks", "<tom", ">call", ">me", ">ann",
    }  # fmt: skip
    assert words[">call"] == 1
    alone = features("Call me.")["word"]
    assert not {word for word in alone if word[0] in "<>" and word[1:2].isalpha()}


def test_the_probabilities_of_all_intents_sum_to_one() -> None:
    assert local.shipped().probabilities("How much is it?").sum() == pytest.approx(1, abs=1e-5)


def test_the_shipped_model_was_trained_on_the_shipped_examples() -> None:
    assert local.shipped().version == version_of(shipped_examples())


def test_a_model_reads_back_as_it_was_written() -> None:
    content = local.MODEL_FILE.read_bytes()

    again = local.write(local.read(content))

    np.testing.assert_array_equal(local.read(again).bias, local.shipped().bias)
    assert again == content


def test_clauses_hold_every_word_and_turn_at_a_but() -> None:
    text = "Hi Ana!\n\nLooks good, but too dear. When?  "

    assert [text[start:end] for start, end in clauses(text)] == ["Hi Ana!", "Looks good", "but too dear.", "When?"]
