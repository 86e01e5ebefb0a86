"""Everything that reads the raw text: what the child process does, within its limits."""

from dataclasses import asdict, dataclass
from typing import Any

from reading.reader import signals
from reading.reader.extract import extract
from reading.reader.segment import Passage, segment
from reading.reader.signals import Flag
from reading.reader.text import Extracted, Part


@dataclass(frozen=True)
class Look:
    """The text, its flags, and its passages without those that speak to a model.

    Such a passage is shown as a flag; taken as evidence it would let an attack choose what is quoted.
    """

    extracted: Extracted
    passages: list[Passage]
    flags: list[Flag]

    def as_dict(self) -> dict[str, Any]:
        return {
            "extracted": self.extracted.as_dict(),
            "passages": [asdict(passage) for passage in self.passages],
            "flags": [asdict(flag) for flag in self.flags],
        }

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> "Look":
        return cls(
            Extracted.from_dict(row["extracted"]),
            [Passage(**item) for item in row["passages"]],
            [Flag(**item | {"spans": [(a, b) for a, b in item["spans"]]}) for item in row["flags"]],
        )


def look(parts: list[Part]) -> Look:
    extracted = extract(parts)
    flagged = signals.instruction_spans(extracted)
    passages = [
        passage
        for passage in segment(extracted)
        if not any(passage.start < end and start < passage.end for start, end in flagged)
    ]
    return Look(extracted, passages, signals.find(extracted, flagged))
