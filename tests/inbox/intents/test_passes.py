import pytest

from inbox.intents import local, passes, rules
from inbox.intents.judgement import Judgement, Reply
from inbox.intents.labels import Intent

UNSURE = Reply("")
SURE = Reply("Please remove me from your mailing list and do not contact me again.")
ALL_UNSURE, ALL_SURE = dict.fromkeys(Intent, 1.1), dict.fromkeys(Intent, 0.0)
BETTER = Judgement(Intent.QUESTION, 0.9, 0, 0, made_by="llm", version="further-1")


class Further:
    """A further pass that answers what it is told to and counts how often it was asked."""

    def __init__(self, answer: Judgement | None) -> None:
        self.answer, self.asked = answer, 0

    def __call__(self, reply: Reply, so_far: Judgement) -> Judgement | None:
        self.asked += 1
        return self.answer


class Failing(Further):
    def __call__(self, reply: Reply, so_far: Judgement) -> Judgement | None:
        super().__call__(reply, so_far)
        raise passes.PassFailed("no answer within 5 seconds")


def test_a_rule_decides_before_the_model_is_asked() -> None:
    further = Further(BETTER)

    judged = passes.judge(Reply("STOP", channel="sms"), thresholds=ALL_UNSURE, further=[further])

    assert (judged.made_by, judged.version, further.asked) == ("rule", rules.VERSION, 0)


def test_a_sure_model_is_not_second_guessed() -> None:
    further = Further(BETTER)

    judged = passes.judge(SURE, further=[further])

    assert (judged.intent, judged.made_by, further.asked) == (Intent.NOT_INTERESTED, "model", 0)


def test_an_unsure_model_hands_on() -> None:
    assert passes.judge(UNSURE, further=[Further(BETTER)]) == BETTER


def test_each_label_has_a_threshold_of_its_own() -> None:
    of_another = {**ALL_SURE, Intent.OBJECTION: 1.1}
    of_its_own = {**ALL_SURE, Intent.NOT_INTERESTED: 1.1}
    assert passes.judge(SURE, thresholds=of_another, further=[Further(BETTER)]).intent == Intent.NOT_INTERESTED
    assert passes.judge(SURE, thresholds=of_its_own, further=[Further(BETTER)]) == BETTER


def test_the_threshold_is_the_callers_choice() -> None:
    assert passes.judge(SURE, thresholds=ALL_UNSURE, further=[Further(BETTER)]) == BETTER
    assert passes.judge(UNSURE, thresholds=ALL_SURE, further=[Further(BETTER)]) == local.judge(UNSURE)


@pytest.mark.parametrize("silent", [Further(None), Failing(None)])
def test_the_local_judgement_stands_where_the_further_pass_has_none(silent: Further) -> None:
    assert passes.judge(UNSURE, further=[silent]) == local.judge(UNSURE)
    assert silent.asked == 1


def test_after_a_failed_pass_the_next_one_is_asked_and_then_no_other() -> None:
    last = Further(BETTER)

    assert passes.judge(UNSURE, further=[Failing(None), Further(BETTER), last]) == BETTER
    assert last.asked == 0


def test_a_fault_in_a_pass_is_not_hidden() -> None:
    def broken(reply: Reply, so_far: Judgement) -> Judgement | None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        passes.judge(UNSURE, further=[broken])
