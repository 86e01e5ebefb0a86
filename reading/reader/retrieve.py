"""The passages that speak about a principle, by the words of its lexicon. This is the offline result."""

import re
from dataclasses import dataclass

from reading.framework import Framework, Question, Topic
from reading.reader.segment import Passage

BEST = 8
HEADING_BONUS = 1.5


@dataclass(frozen=True)
class Found:
    passage: Passage
    score: float


def retrieve(passages: list[Passage], topic: Topic, most: int = BEST) -> list[Found]:
    """Best first; earlier first among equals; one that has no cue of its own is not found."""
    found = []
    for passage in passages:
        score = cues(passage.text, topic)
        if score:
            bonus = HEADING_BONUS if passage.heading and cues(passage.heading, topic) else 0.0
            found.append(Found(passage, score + bonus))
    found.sort(key=lambda item: (-item.score, item.passage.start))
    return found[:most]


def cues(text: str, topic: Topic) -> int:
    """Distinct cues in the text, strong ones twice."""
    return sum(weight for pattern, weight in topic.patterns if pattern.search(text))


def question(visible: str, questions: tuple[Question, ...]) -> str:
    """From the fixed bank: the first whose answer the entry does not seem to give."""
    for item in questions:
        if not item.unless or not re.search(rf"(?<!\w)(?:{item.unless})", visible, re.IGNORECASE):
            return item.ask
    return questions[-1].ask


def retrieve_all(passages: list[Passage], framework: Framework) -> dict[int, list[Found]]:
    return {p.number: retrieve(passages, p.topic) for p in framework.principles}
