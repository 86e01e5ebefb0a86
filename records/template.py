"""The transparency record as the standard forms it: sections, fields, and what of an entry fills each.

A field holds what the team typed, or nothing: no program guesses one. The team's own words for a field
stand before its answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DRAFT = "DRAFT - prototype made at a hackathon - not a published record"


@dataclass(frozen=True)
class Field:
    id: str
    number: str  # as published records show it; the fields about the record itself have none
    label: str
    ask: str
    sources: tuple[str, ...] = ()
    fixed: str = ""

    @property
    def title(self) -> str:
        return f"{self.id} {self.label}"


@dataclass(frozen=True)
class Section:
    id: str
    label: str
    note: str
    repeats: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Given:
    """An answer of the entry: what it is called, and its text in words."""

    words: str
    text: str


@dataclass(frozen=True)
class Own:
    """What the team wrote for one field itself."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Filled:
    """A field as it stands. `source`: answers, team, set (the same for every prototype) or blank."""

    field: Field
    text: str = ""
    source: str = "blank"
    names: tuple[str, ...] = ()  # of the answers it came from
    words: tuple[str, ...] = ()  # what those are called
    own: Own | None = None

    @property
    def origin(self) -> str:
        """Where it came from, for readers elsewhere: without the name of a person."""
        match self.source:
            case "answers":
                return "From the entry: " + ", ".join(f"‘{one}’" for one in self.words)
            case "team":
                return "Edited by the team"
            case "set":
                return "The same for every prototype of a hackathon"
        return ""


@dataclass(frozen=True)
class FilledSection:
    section: Section
    fields: list[Filled] = field(default_factory=list)


@cache
def _file() -> dict[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("template.yaml").read_text("utf-8"))


@cache
def sections() -> tuple[Section, ...]:
    return tuple(
        Section(
            row["id"],
            row["label"],
            row.get("note", ""),
            row.get("repeat", False),
            tuple(
                Field(
                    one["id"],
                    one["number"],
                    one["label"],
                    one["ask"],
                    tuple(one.get("from", ())),
                    one.get("set", ""),
                )
                for one in row["fields"]
            ),
        )
        for row in _file()["sections"]
    )


@cache
def fields() -> dict[str, Field]:
    """By id, in the order of the record."""
    return {one.id: one for section in sections() for one in section.fields}


def about() -> dict[str, Any]:
    """Which standard and template this is."""
    return {"standard": _file()["standard"], "template": _file()["template"]}


def publishing() -> dict[str, str]:
    return dict(_file()["publishing"])


def from_answers(one: Field, given: Mapping[str, Given]) -> Filled:
    """The field without anything that the team wrote for it. Several answers stand under their headings."""
    found = [(name, given[name]) for name in one.sources if name in given and given[name].text.strip()]
    if not found:
        return Filled(one, one.fixed, "set") if one.fixed else Filled(one)
    texts = [answer.text.strip() for _, answer in found]
    if len(found) > 1:
        texts = [f"{answer.words}:\n{text}" for (_, answer), text in zip(found, texts, strict=True)]
    return Filled(
        one,
        "\n\n".join(texts),
        "answers",
        tuple(name for name, _ in found),
        tuple(answer.words for _, answer in found),
    )


def fill(given: Mapping[str, Given], own: Mapping[str, Own]) -> list[FilledSection]:
    """The whole record: the team's own words, else its answers, else nothing."""
    return [
        FilledSection(
            section,
            [
                Filled(one, own[one.id].text, "team", own=own[one.id])
                if one.id in own
                else from_answers(one, given)
                for one in section.fields
            ],
        )
        for section in sections()
    ]


def answered(answers: Mapping[str, str], label: str) -> dict[str, Any]:
    """A record that somebody has written, by the numbers of its fields."""
    if unknown := set(answers) - set(fields()):
        raise ValueError(f"There are no such fields: {sorted(unknown)}")
    return {
        "label": label,
        **about(),
        "sections": [
            {
                "id": section.id,
                "label": section.label,
                "fields": [
                    {"id": one.id, "label": one.label, "ask": one.ask, "answer": answers.get(one.id, "")}
                    for one in section.fields
                ],
            }
            for section in sections()
        ],
    }


def as_dict(filled: Sequence[FilledSection]) -> list[dict[str, Any]]:
    """The sections and fields in their order, each field with where it came from, and no names of people."""
    return [
        {
            "id": group.section.id,
            "label": group.section.label,
            "note": group.section.note,
            "repeats": group.section.repeats,
            "fields": [
                {
                    "id": one.field.id,
                    "number": one.field.number,
                    "label": one.field.label,
                    "ask": one.field.ask,
                    "answer": one.text,
                    "source": one.source,
                    "from": list(one.names),
                    "origin": one.origin,
                    "edited_at": one.own.at.isoformat() if one.own else None,
                }
                for one in group.fields
            ],
        }
        for group in filled
    ]
