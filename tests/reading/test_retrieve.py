"""Retrieval by a lexicon: distinct cues count, a heading helps, and no cue means not found."""

import re

from reading.framework import Question, Topic
from reading.reader.retrieve import cues, question, retrieve
from reading.reader.segment import Passage

TOPIC = Topic(4, strong=("approv",), cues=("review", r"edit(s|ed)?\b"), questions=())


def passage(number: int, text: str, heading: str = "") -> Passage:
    return Passage(f"S{number:03d}", text, number * 100, number * 100 + len(text), number, heading, number)


def test_cues_counts_each_cue_once_and_strong_ones_twice() -> None:
    assert cues("Approved, approves, approval", TOPIC) == 2
    assert cues("She reviews, edits and approves", TOPIC) == 4
    assert cues("A credited preview", TOPIC) == 0


def test_retrieve_puts_the_most_telling_first_and_leaves_the_rest_out() -> None:
    one = passage(1, "It is reviewed.")
    two = passage(2, "An officer reviews and approves it.")
    three = passage(3, "It rains.", heading="Review")
    four = passage(4, "It is edited.", heading="Review")

    found = retrieve([one, two, three, four], TOPIC)

    assert [(item.passage.id, item.score) for item in found] == [("S002", 3), ("S004", 2.5), ("S001", 1)]


def test_retrieve_gives_the_earlier_of_equals_and_at_most_eight() -> None:
    every = [passage(n, "It is reviewed.") for n in range(20)]

    assert [item.passage.id for item in retrieve(every, TOPIC)] == [f"S{n:03d}" for n in range(8)]


def test_question_is_the_first_that_the_entry_does_not_answer() -> None:
    bank = (
        Question("Who checks?", "review"),
        Question("What does it cost?", "cost"),
        Question("Who owns it?"),
    )

    assert question("It is costly.", bank) == "Who checks?"
    assert question("It is reviewed.", bank) == "What does it cost?"
    assert question("It is reviewed at no cost.", bank) == "Who owns it?"


def test_patterns_begin_at_a_word() -> None:
    assert all(isinstance(pattern, re.Pattern) for pattern, _ in TOPIC.patterns)
    assert cues("disapproving", TOPIC) == 0
