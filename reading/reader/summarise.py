"""A summary made of the entry's own sentences: the ones the others agree with, near-duplicates left out."""

import math
import re
from collections import Counter
from pathlib import Path

from reading.reader.segment import Passage

SENTENCES = 4
SAME = 0.6  # cosine above which two sentences say the same
ROUNDS = 30
DAMPING = 0.85
WORDS = re.compile(r"[^\W\d_]{3,}")
STOP = frozenset((Path(__file__).parent / "stopwords.txt").read_text(encoding="utf-8").split())
SAYS_WHAT = re.compile(
    r"\b(?:is|are) an? \b|\bhelps?\b|\busers?\b|\ballows?\b|\blets?\b|\benables?\b|\bdesigned to\b"
    r"|\baims? to\b"
    r"|\bwe built\b|\bturns?\b|\bproblem\b|\bsolution\b|\bfinds?\b|\breads?\b",
    re.IGNORECASE,
)
ABOUT_RUNNING = re.compile(
    r"\b(?:install|npm|pip|docker|clone|run the|command|click|localhost|directory|folder|environment variable"
    r"|\.env|see the|refer to|download)\b|`|^(?:step|note|see)\b",
    re.IGNORECASE,
)


def summarise(passages: list[Passage], most: int = SENTENCES) -> list[Passage]:
    """The chosen passages in reading order."""
    order = rank(passages)
    chosen: list[Passage] = []
    vectors = _vectors(passages)
    for index in order:
        if all(_cosine(vectors[index], vectors[passages.index(other)]) < SAME for other in chosen):
            chosen.append(passages[index])
        if len(chosen) == most:
            break
    return sorted(chosen, key=lambda passage: passage.start)


def rank(passages: list[Passage]) -> list[int]:
    """Places of the passages, best first: TextRank, then place in the text and what the sentence is about."""
    vectors = _vectors(passages)
    links: list[list[tuple[int, float]]] = [[] for _ in passages]
    for here in range(len(passages)):
        for there in range(here):
            if weight := _cosine(vectors[here], vectors[there]):
                links[here].append((there, weight))
                links[there].append((here, weight))
    totals = [sum(weight for _, weight in row) or 1.0 for row in links]
    score = [1.0] * len(passages)
    for _ in range(ROUNDS):
        score = [
            (1 - DAMPING) + DAMPING * sum(score[there] * weight / totals[there] for there, weight in row)
            for row in links
        ]
    best = []
    for index, passage in enumerate(passages):
        weight = score[index] * (1 + 1.2 / (1 + index / 3))
        if SAYS_WHAT.search(passage.text):
            weight *= 1.4
        if ABOUT_RUNNING.search(passage.text):
            weight *= 0.4
        if len(passage.text) < 60:
            weight *= 0.7
        best.append((-round(weight, 9), index))
    return [index for _, index in sorted(best)]


def _vectors(passages: list[Passage]) -> list[dict[str, float]]:
    bags = [Counter(w for w in WORDS.findall(p.text.lower()) if w not in STOP) for p in passages]
    seen = Counter(word for bag in bags for word in bag)
    vectors = []
    for bag in bags:
        vector = {word: n * math.log(1 + len(bags) / seen[word]) for word, n in bag.items()}
        size = math.sqrt(sum(value * value for value in vector.values())) or 1.0
        vectors.append({word: value / size for word, value in vector.items()})
    return vectors


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other[word] for word, value in one.items() if word in other)
