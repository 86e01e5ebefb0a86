"""What changed between two texts, word by word, in bounded time whatever people paste."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

EFFORT = 60_000  # pairs of equal words: beyond it, two texts are shown whole, as one replacing the other


class Piece(NamedTuple):
    kind: Literal["same", "out", "in"]
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """Pieces in the order of reading: without "in" they are `before`, without "out" they are `after`."""
    old, new = _words(before), _words(after)
    start = _shared(old, new)
    end = _shared(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [
        Piece("same", "".join(old[:start])),
        *_between(middle_old, middle_new),
        Piece("same", "".join(old[len(old) - end :])),
    ]
    return [piece for piece in pieces if piece.text]


def _words(text: str) -> list[str]:
    """Each word with the space after it, so that spaces alone never match."""
    return re.findall(r"\s+|\S+\s*", text)


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _between(old: list[str], new: list[str]) -> list[Piece]:
    here, there = Counter(old), Counter(new)
    if sum(count * there[word] for word, count in here.items()) > EFFORT:
        return [Piece("out", "".join(old)), Piece("in", "".join(new))]
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
        else:
            pieces += [Piece("out", "".join(old[a:b])), Piece("in", "".join(new[c:d]))]
    return pieces
