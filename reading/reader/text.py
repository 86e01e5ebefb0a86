"""What extraction hands on: visible text, hidden text after it, and the blocks of the visible part."""

from dataclasses import asdict, dataclass, field
from typing import Any

LONGEST = 800_000  # characters: about 130,000 words; an entry's fields together allow a fraction of this
HEADING, PARAGRAPH, ITEM, CELL, CODE, LINKS = "heading", "paragraph", "item", "cell", "code", "links"


class Unreadable(Exception):
    """The document cannot be read; the text says why, to the person who sent it."""


@dataclass(frozen=True)
class Part:
    """One field of an entry. The label is ours, the text is theirs; of a PDF or Word document, the bytes."""

    name: str
    label: str
    text: str
    kind: str = "md"
    data: bytes = field(default=b"", repr=False)
    enclosed: bool = (
        False  # a file beside the answers: one that cannot be read says so, and keeps nothing else back
    )


@dataclass(frozen=True)
class Block:
    kind: str
    start: int
    end: int
    field: str = ""
    page: int = 0  # of a document that has pages


@dataclass(frozen=True)
class Hidden:
    """Text that a reader of the page would not see. Never a passage, never sent to a model."""

    kind: str
    start: int
    end: int
    line: int = 0


@dataclass(frozen=True)
class Mark:
    """Where in the visible text something invisible was taken out."""

    start: int
    end: int
    points: str


@dataclass
class Extracted:
    """`text[:visible_end]` is what a reader sees; what was hidden follows it, each piece on its own line."""

    text: str
    visible_end: int
    blocks: list[Block] = field(default_factory=list)
    hidden: list[Hidden] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)

    @property
    def visible(self) -> str:
        return self.text[: self.visible_end]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> "Extracted":
        return cls(
            text=row["text"],
            visible_end=row["visible_end"],
            blocks=[Block(**item) for item in row["blocks"]],
            hidden=[Hidden(**item) for item in row["hidden"]],
            marks=[Mark(**item) for item in row["marks"]],
        )


@dataclass
class Piece:
    """One part, extracted: offsets count from its own start."""

    visible: str
    blocks: list[Block]
    hidden: list[tuple[str, str, int]]  # kind, text, line
    marks: list[Mark]
