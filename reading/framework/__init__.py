"""The ten principles as data: two editions, what could show each, and the words entries use for them.

Principle names are official; every other sentence is this project's own and is never shown as a
quotation from a framework. The files are read once and are never changed at run time.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import yaml

HERE = Path(__file__).parent
KEYS = ("aip-2025", "gaf-2024")
DEFAULT = "aip-2025"
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


def _read(name: str) -> dict:
    return yaml.safe_load((HERE / name).read_text(encoding="utf-8"))


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


@cache
def load(key: str = DEFAULT, questions: tuple = ()) -> Framework:
    """One edition. An unknown key is a KeyError: an event must not be read against a guess."""
    if key not in KEYS:
        raise KeyError(key)
    row = _read(f"{key}.yaml")
    shared = _read("indicators.yaml")
    indicators = {item["id"]: Indicator(**item) for item in shared["indicators"]}
    flags = {item["id"]: RedFlag(**item) for item in shared["red_flags"]}
    principles = tuple(
        Principle(
            id=item["id"],
            number=item["number"],
            name=item["name"],
            short_name=item["short_name"],
            asks=item["asks"],
            indicators=tuple(indicators[name] for name in item["indicators"]),
            red_flags=tuple(flags[name] for name in item["red_flags"]),
            topic=topics()[item["number"]],
            name_variants=tuple(item.get("name_variants", ())),
            equivalent=item.get("equivalent", ""),
        )
        for item in row["principles"]
    )
    facts = {name: row[name] for name in ("id", "title", "publisher", "published", "status", "scope")}
    return Framework(
        **facts,
        source=row["source"],
        licence=row["licence"],
        edition=row["edition"],
        principles=principles,
    )


@cache
def fingerprint() -> str:
    """Changes when any word of the data does, so that two results can be told apart."""
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
