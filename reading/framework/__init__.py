"""The principles as data: an edition is a file here, with what could show each and the words entries use.

Principle names are official; every other sentence is this project's own and is never shown as a
quotation from a framework. The files are read once and are never changed at run time.
A new edition is a new file, not a release.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml

HERE = Path(__file__).parent
SHARED = {"indicators", "screens", "topics"}
KEYS = tuple(
    sorted(path.stem for path in HERE.glob("*.yaml") if path.stem not in SHARED)
)  # an edition is a file
DEFAULT = "aip-2025"
FACTS = ("id", "title", "publisher", "published", "status", "scope", "source", "licence")
OWN = {
    "title": 80,
    "asks": 400,
    "cues": 60,
    "question": 160,
}  # the most characters of an event's own question
MOST_OWN = 10
MOST_CUES = 40
Form = TypeVar("Form")
LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0."


@dataclass(frozen=True)
class Indicator:
    id: str
    text: str
    check: str
    weight: str
    counts: str
    does_not_count: str


@dataclass(frozen=True)
class RedFlag:
    id: str
    text: str
    severity: str
    detect: str


@dataclass(frozen=True)
class Question:
    ask: str
    unless: str = ""


@dataclass(frozen=True)
class Topic:
    """The words for one principle, whichever edition names it."""

    number: int
    strong: tuple[str, ...]
    cues: tuple[str, ...]
    questions: tuple[Question, ...]

    @cached_property
    def patterns(self) -> tuple[tuple[re.Pattern[str], int], ...]:
        weighed = [(cue, 2) for cue in self.strong] + [(cue, 1) for cue in self.cues]
        return tuple((re.compile(rf"(?<!\w)(?:{cue})", re.IGNORECASE), weight) for cue, weight in weighed)


@dataclass(frozen=True)
class Principle:
    id: str
    number: int
    name: str
    short_name: str
    asks: str
    indicators: tuple[Indicator, ...]
    red_flags: tuple[RedFlag, ...]
    topic: Topic
    name_variants: tuple[str, ...] = ()
    equivalent: str = ""


@dataclass(frozen=True)
class Framework:
    id: str
    title: str
    publisher: str
    published: str
    status: str
    scope: str
    source: str
    licence: str
    edition: int
    principles: tuple[Principle, ...]

    def principle(self, number: int) -> Principle:
        return self.principles[number - 1]


@dataclass(frozen=True)
class Screen:
    """A pattern that finds a candidate for a person to look at; never proof."""

    id: str
    kind: str
    severity: str
    pattern: re.Pattern[str]
    check: str = ""


class Broken(ValueError):
    """Data that cannot be used; the text names file (or question) and field."""


def _read(name: str) -> dict[str, Any]:
    try:
        row = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Broken(f"{name}: {' '.join(str(error).split())}") from error
    if not isinstance(row, dict):
        raise Broken(f"{name}: names and values are needed")
    return row


@cache
def topics() -> dict[int, Topic]:
    return {
        row["number"]: Topic(
            number=row["number"],
            strong=tuple(row["strong"]),
            cues=tuple(row["cues"]),
            questions=tuple(Question(**question) for question in row["questions"]),
        )
        for row in _read("topics.yaml")["topics"]
    }


@cache
def screens() -> tuple[Screen, ...]:
    return tuple(
        Screen(
            id=row["id"],
            kind=row["kind"],
            severity=row["severity"],
            pattern=re.compile(row["pattern"], 0 if row["case_sensitive"] else re.IGNORECASE),
            check=row.get("check", ""),
        )
        for row in _read("screens.yaml")["screens"]
    )


def load(key: str = DEFAULT, questions: Sequence[Mapping[str, Any]] = ()) -> Framework:
    """One edition, with an event's own questions after its principles, as 11, 12 and so on.

    An unknown key is a KeyError: an event must not be read against a guess.
    """
    if key not in KEYS:
        raise KeyError(key)
    edition = _edition(key)
    if not questions:
        return edition
    if len(questions) > MOST_OWN:
        raise Broken(f"questions: at most {MOST_OWN}")
    first = len(edition.principles) + 1
    own = tuple(_own(row, number, f"questions: {number}") for number, row in enumerate(questions, first))
    return replace(edition, principles=edition.principles + own)


def label(key: str) -> str:
    """An edition in a list to choose from: its title and the year."""
    edition = _edition(key)
    return f"{edition.title}, {edition.published[:4]}"


def equivalents(edition: Framework, other: Framework) -> dict[int, int]:
    """For each number of one edition the number in the other under which its result can be shown.

    An event's own questions keep their numbers. A principle without a counterpart is left out.
    """
    named = {principle.id: principle.number for principle in other.principles}
    back = {principle.equivalent: principle.number for principle in other.principles if principle.equivalent}
    found = {}
    for principle in edition.principles:
        number = named.get(principle.id) or named.get(principle.equivalent) or back.get(principle.id)
        if number:
            found[principle.number] = number
    return found


@cache
def _edition(key: str) -> Framework:
    file = f"{key}.yaml"
    row = _read(file)
    shared = _read("indicators.yaml")
    indicators = {
        _text(item, "id", "indicators.yaml"): _made(Indicator, item, f"indicators.yaml: {item['id']}")
        for item in _rows(shared, "indicators", "indicators.yaml")
    }
    flags = {
        _text(item, "id", "indicators.yaml"): _made(RedFlag, item, f"indicators.yaml: {item['id']}")
        for item in _rows(shared, "red_flags", "indicators.yaml")
    }
    rows = _rows(row, "principles", file)
    if [item.get("number") for item in rows] != list(range(1, len(rows) + 1)):
        raise Broken(f"{file}: principles: the numbers are not 1, 2, 3 and so on")
    principles = tuple(
        _principle(item, indicators, flags, f"{file}: principle {item['number']}") for item in rows
    )
    if _text(row, "id", file) != key:
        raise Broken(f"{file}: id: {row['id']} is not the name of the file")
    if not isinstance(row.get("edition"), int):
        raise Broken(f"{file}: edition: a whole number is needed")
    facts = {name: _text(row, name, file) for name in FACTS}
    return Framework(**facts, edition=row["edition"], principles=principles)


def _principle(
    item: dict[str, Any], indicators: dict[str, Indicator], flags: dict[str, RedFlag], place: str
) -> Principle:
    for name, known in (("indicators", indicators), ("red_flags", flags)):
        if not isinstance(item.get(name), list):
            raise Broken(f"{place}: {name}: a list is needed")
        if unknown := [one for one in item[name] if one not in known]:
            raise Broken(f"{place}: {name}: {unknown[0]} is not in indicators.yaml")
    if item["number"] not in topics():
        raise Broken(f"{place}: number: topics.yaml has no words for it")
    return Principle(
        id=_text(item, "id", place),
        number=item["number"],
        name=_text(item, "name", place),
        short_name=_text(item, "short_name", place),
        asks=_text(item, "asks", place),
        indicators=tuple(indicators[name] for name in item["indicators"]),
        red_flags=tuple(flags[name] for name in item["red_flags"]),
        topic=topics()[item["number"]],
        name_variants=tuple(item.get("name_variants", ())),
        equivalent=item.get("equivalent", ""),
    )


def _own(row: Mapping[str, Any], number: int, place: str) -> Principle:
    """A question of an event as a principle. Its cues are words: no pattern can come in by them."""
    if unknown := sorted(set(row) - set(OWN)):
        raise Broken(f"{place}: {unknown[0]}: is not a field")
    words = {name: _text(row, name, place) for name in ("title", "asks", "question")}
    for name, text in words.items():
        if len(text) > OWN[name] or not text.isprintable():
            raise Broken(f"{place}: {name}: one line of at most {OWN[name]} characters is needed")
    cues = row.get("cues")
    if not isinstance(cues, list | tuple) or not 1 <= len(cues) <= MOST_CUES:
        raise Broken(f"{place}: cues: between 1 and {MOST_CUES} are needed")
    for cue in cues:
        if not isinstance(cue, str) or not 2 < len(cue.strip()) <= OWN["cues"] or not cue[0].isalnum():
            raise Broken(f"{place}: cues: words of 3 to {OWN['cues']} characters are needed")
    return Principle(
        id=f"own-{number}",
        number=number,
        name=words["title"],
        short_name=words["title"],
        asks=words["asks"],
        indicators=(),
        red_flags=(),
        topic=Topic(
            number=number,
            strong=(),
            cues=tuple(r"\s+".join(re.escape(word) for word in cue.split()) for cue in cues),
            questions=(Question(words["question"]),),
        ),
    )


def _text(row: Mapping[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Broken(f"{place}: {name}: words are needed")
    return value


def _rows(row: dict[str, Any], name: str, place: str) -> list[dict[str, Any]]:
    rows = row.get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(item, dict) for item in rows):
        raise Broken(f"{place}: {name}: a list is needed")
    return rows


def _made(form: type[Form], item: dict[str, Any], place: str) -> Form:
    try:
        return form(**item)
    except TypeError as error:
        raise Broken(f"{place}: {str(error).partition(') ')[2] or error}") from error


@cache
def fingerprint() -> str:
    """Changes when any word of the data does, so that two results can be told apart."""
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
