"""Two people, one draft: what each changed is kept, and nobody's words are replaced unseen.

Answer by answer, against the draft that the person had in front of them (the base). Where both
changed the same answer there is no merging of sentences: a person decides, with both texts in view.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

_BLANK = " \t\n\r"  # control and zero-width characters are no blanks: what was typed is kept


class Merge(NamedTuple):
    answers: dict[str, str]  # the draft as it would be, where nothing clashes
    clashes: list[str]  # the answers that both changed, in the order of the form


def merge(base: Mapping[str, str] | None, theirs: Mapping[str, str], mine: Mapping[str, str]) -> Merge:
    """`theirs` is the draft as it stands; `mine` may hold some of its answers.

    An answer that is nowhere is empty. Without a base nobody knows who changed what, so that every
    difference is a clash.
    """
    answers, clashes = dict(theirs), []
    for name in dict.fromkeys([*theirs, *mine]):
        there = theirs.get(name, "")
        if name not in mine or mine[name] == there:
            continue
        if base is None:
            clashes.append(name)
        elif mine[name] == base.get(name, ""):
            continue
        elif there == base.get(name, ""):
            answers[name] = mine[name]
        else:
            clashes.append(name)
    return Merge(answers, clashes)


def tidy(text: str, *, on_one_line: bool) -> str:
    """One kind of new line, nothing around the edges: so that the same words compare as the same."""
    if on_one_line:
        return " ".join(piece for piece in re.split(f"[{_BLANK}]+", text) if piece)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(_BLANK)
