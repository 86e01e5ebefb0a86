"""The entry's text cut where quotations begin and end: a page marks them and changes no letter."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Fragment:
    """A stretch of text. `anchor` names the quotation that begins here; `labels` say what quotes it."""

    text: str
    anchor: str = ""
    labels: tuple[str, ...] = ()


def anchor_of(start: int, end: int) -> str:
    return f"q{start}-{end}"


def fragments(text: str, quotes: Iterable[tuple[int, int, str]]) -> list[Fragment]:
    """Cut `text` at the quotations (start, end, label) in it. Joined again, the fragments are the text.

    Quotations may overlap: a fragment carries the label of each that covers it, and the first
    fragment of a quotation carries its anchor (the longest one's, when two begin together).
    """
    inside = sorted({quote for quote in quotes if 0 <= quote[0] < quote[1] <= len(text)})
    cuts = sorted({0, len(text), *(cut for start, end, _ in inside for cut in (start, end))})
    longest = {start: end for start, end, _ in inside}
    made = []
    for start, end in pairwise(cuts):
        labels = tuple(dict.fromkeys(label for low, high, label in inside if low <= start and end <= high))
        anchor = anchor_of(start, longest[start]) if start in longest else ""
        made.append(Fragment(text[start:end], anchor, labels))
    return made
