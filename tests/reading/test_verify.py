"""The rules on a model's answer, one at a time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.framework import load
from reading.llm import LLMError
from reading.reader.segment import Passage
from reading.reader.verify import Verified, bears_on, plain, settle, verify, verify_summary

CONTROL = load().principle(4)
APPROVES = Passage("S001", "An officer approves every answer.", 0, 33, 1, "", 0)
WEATHER = Passage("S002", "Rain fell upon green hills all Sunday.", 40, 78, 3, "", 1)
BEYOND = Passage("S003", "An officer approves hidden answers.", 200, 235, 9, "", 2)
OFFERED = {p.id: p for p in (APPROVES, WEATHER, BEYOND)}


def run(**changes) -> Verified:
    reply = {"finding": "evidenced", "evidence": ["S001"], "missing": "", "question": ""} | changes
    return verify(reply, OFFERED, CONTROL, ("markermarker", "¤"), visible_end=100)


def test_verify_lets_a_good_answer_stand() -> None:
    assert run(missing="Who checks?", question="Who approves on Sundays?") == Verified(
        "evidenced", [APPROVES], "Who checks?", "Who approves on Sundays?"
    )


@pytest.mark.parametrize("finding", ["evidenced", "partial", "concern"])
def test_verify_without_evidence_finds_nothing(finding: str) -> None:
    assert run(finding=finding, evidence=[]).demotions == [("no_visible_evidence", finding, "not_found")]


def test_verify_with_hidden_evidence_finds_nothing() -> None:
    result = run(evidence=["S003"])

    assert (result.finding, result.evidence) == ("not_found", [])


@pytest.mark.parametrize(
    ("said", "left"), [("evidenced", "partial"), ("partial", "not_found"), ("concern", "uncertain")]
)
def test_verify_with_evidence_off_the_principle_drops_one_step(said: str, left: str) -> None:
    result = run(finding=said, evidence=["S002"])

    assert (result.finding, result.weak) == (left, True)
    assert result.demotions == [("evidence_off_the_principle", said, left)]


def test_verify_of_a_concern_takes_the_words_of_the_red_flags_as_the_principles() -> None:
    """What could be wrong is told by the red flags, not by what would be good."""
    limits = load().principle(1)
    passage = "Whatever the answer, it is treated like a settled fact."

    assert bears_on(passage, limits) is True
    assert bears_on(passage, replace(limits, red_flags=())) is False


def test_verify_of_not_found_quotes_nothing() -> None:
    assert run(finding="not_found").evidence == []


@pytest.mark.parametrize(
    "changes",
    [
        {"finding": "not_applicable"},
        {"finding": "unread"},
        {"evidence": "S001"},
        {"missing": None},
        {"score": 10},
    ],
)
def test_verify_refuses_another_form(changes: dict) -> None:
    with pytest.raises(LLMError) as caught:
        run(**changes)

    assert caught.value.reason == "wrong_schema"


@pytest.mark.parametrize(
    "changes", [{"missing": "see markermarker"}, {"question": "why¤not?"}, {"evidence": ["¤"]}]
)
def test_verify_discards_a_run_that_repeats_the_marker(changes: dict) -> None:
    with pytest.raises(LLMError) as caught:
        run(**changes)

    assert caught.value.reason == "prompt_leak"


def test_verify_summary_keeps_sentences_that_their_passages_support() -> None:
    said = [
        {"text": "An officer approves every answer.", "evidence": ["S001"]},
        {"text": "An officer approves every answer.", "evidence": []},
        {"text": "An officer approves every answer.", "evidence": ["S009"]},
        {"text": "The team deserves the prize.", "evidence": ["S001"]},
    ]

    kept = verify_summary({"sentences": said}, OFFERED, (), visible_end=100)

    assert kept == [("An officer approves every answer.", [APPROVES])]


def test_settle_takes_what_two_runs_agree_on() -> None:
    one, two = Verified("partial", [APPROVES, WEATHER]), Verified("partial", [WEATHER], question="Why?")

    assert settle([one, Verified("concern"), two]) == Verified(
        "partial", [WEATHER, APPROVES], question="Why?"
    )


def test_settle_of_runs_that_differ_is_uncertain() -> None:
    settled = settle([Verified("partial", [APPROVES]), Verified("concern"), Verified("not_found")])

    assert (settled.finding, settled.demotions) == (
        "uncertain",
        [("readings_disagree", "partial", "uncertain")],
    )


def test_settle_of_one_run_is_uncertain() -> None:
    assert settle([Verified("evidenced", [APPROVES])]).demotions == [
        ("one_reading_only", "evidenced", "uncertain")
    ]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("See https://evil.example/a?b for more.", "See for more."),
        ("Write to a.b@c.org today", "Write to today"),
        ("Visit evil.com/x now", "Visit now"),
        ("<b>Who</b> [checks](http://x.y)?", "Who checks?"),
        ("Run `rm -rf /` please", "Run please"),
        ("Who\u200b checks\u202e it\x07?", "Who checks it?"),
        ("S012 shows (S003) it", "shows it"),
        ("javascript:alert(1) what?", "what?"),
        ("data:text/html;base64,AAAA what?", "what?"),
        ("10.0.0.1/admin what?", "what?"),
        ("What is the £3.50 for, e.g. at 9.30?", "What is the £3.50 for, e.g. at 9.30?"),
    ],
)
def test_plain_leaves_words_only(said: str, shown: str) -> None:
    assert plain(said, 160) == shown


@given(st.text(max_size=600), st.integers(min_value=10, max_value=200))
def test_plain_is_never_longer_and_never_markup(text: str, most: int) -> None:
    shown = plain(text, most)

    assert len(shown) <= most
    assert not set(shown) & set("<>`*[]{}\\|#\u200b\u202e\x00")
