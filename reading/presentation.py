"""A reading as pages and the API show it: the stored report, with names and places put to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from events.models import Event
from reading.framework import KEYS, Framework, Principle, equivalents, load
from reading.models import Question, Reading, Screening
from reading.overview import overview
from reading.reader.highlight import DisplayBlock, Fragment, anchor_of, blocks, fragments
from reading.report import FINDINGS, HINTS, SIGNALS
from submissions.models import Revision

SHOWN_AT_FIRST = 3  # quotations of a principle; the rest are folded away

STATES = {
    "waiting": "Waiting to be read",
    "retrying": "Not read yet: will be tried again",
    "failed": "Could not be read",
    "unreadable": "Nothing to read",
    "held": "Not sent to a model: look at the flags",
    "complete": "Read",
    "": "Not read",
}


@dataclass(frozen=True)
class Quotation:
    text: str
    anchor: str


@dataclass(frozen=True)
class Finding:
    """What was found for one principle."""

    principle: Principle
    finding: str
    weak: bool
    missing: str
    question: str
    quotes: list[Quotation]
    said: object = None  # by people, for those pages that show it

    @property
    def words(self) -> str:
        return FINDINGS[self.finding][0]

    @property
    def meaning(self) -> str:
        return FINDINGS[self.finding][1]

    @property
    def first(self) -> list[Quotation]:
        return self.quotes[:SHOWN_AT_FIRST]

    @property
    def rest(self) -> list[Quotation]:
        return self.quotes[SHOWN_AT_FIRST:]


@dataclass(frozen=True)
class Flag:
    words: str
    severity: str
    detail: str
    quotes: list[Quotation]


def quotations(rows: list[dict]) -> list[Quotation]:
    return [Quotation(row["text"], anchor_of(row["start"], row["end"])) for row in rows]


class ShownReport:
    """A stored report, ready for a page."""

    def __init__(self, stored: Reading, said: Mapping[int, object] | None = None, heading: str = "") -> None:
        """`said`: what people added to each principle, by its number. `heading`: the edition whose names
        of the principles are shown; as a rule that which the text was read against."""
        self.stored = stored
        self.said = said or {}
        self.heading = heading if heading in KEYS else stored.framework
        self.report = stored.report or {}

    @cached_property
    def framework(self) -> Framework:
        return self.stored.looks_for

    @property
    def headings(self) -> list[tuple[str, str]]:
        """The editions whose names can stand over these findings: key and title, the one shown first."""
        others = [key for key in KEYS if key != self.heading]
        return [(key, load(key).title) for key in (self.heading, *others)]

    @property
    def is_offline(self) -> bool:
        return self.report["mode"] != "ai"

    @property
    def hint(self) -> str:
        return HINTS[self.report["hint"]]

    @property
    def engine(self) -> str:
        if self.report["mode"] == "ai":
            return f"the model {self.report['engine']['model']}"
        return "the built-in engine"

    @property
    def summary(self) -> list[dict]:
        return [{"text": row["text"], "quotes": quotations(row["quotes"])} for row in self.report["summary"]]

    @cached_property
    def findings(self) -> list[Finding]:
        shown = load(self.heading, questions=tuple(self.stored.questions))
        pairs = equivalents(self.framework, shown)
        principles = {
            principle.number: shown.principle(pairs[principle.number])
            if principle.number in pairs
            else principle
            for principle in self.framework.principles
        }
        return [
            Finding(
                principles[row["number"]],
                row["finding"],
                row["weak"],
                row["missing"],
                row["question"],
                quotations(row["quotes"]),
                self.said.get(row["number"]),
            )
            for row in self.report["principles"]
        ]

    @property
    def flags(self) -> list[Flag]:
        return [
            Flag(SIGNALS[row["kind"]], row["severity"], row["detail"], quotations(row["quotes"]))
            for row in self.report["signals"]
        ]

    @cached_property
    def _cut(self) -> tuple[list[DisplayBlock], list[Fragment]]:
        text, end = self.stored.text, self.report["visible_end"]
        quotes = [
            (quote["start"], quote["end"], f"Principle {row['number']}")
            for row in self.report["principles"]
            for quote in row["quotes"]
        ]
        quotes += [
            (quote["start"], quote["end"], "Summary")
            for row in self.report["summary"]
            for quote in row["quotes"]
        ]
        flagged = [
            (quote["start"], quote["end"], SIGNALS[row["kind"]])
            for row in self.report["signals"]
            for quote in row["quotes"]
        ]
        visible = [quote for quote in [*quotes, *flagged] if quote[1] <= end]
        hidden = [(low - end, high - end, label) for low, high, label in flagged if low >= end]
        below = [
            Fragment(part.text, shifted(part.anchor, end), part.labels)
            for part in fragments(text[end:], hidden)
        ]
        return blocks(text[:end], visible), below

    @property
    def visible(self) -> list[DisplayBlock]:
        """The entry in the paragraphs, headings and items that its reader would see."""
        return self._cut[0]

    @property
    def hidden(self) -> list[Fragment]:
        """What a reader of the entry would not have seen, made visible."""
        return [part for part in self._cut[1] if part.text.strip()]


def shifted(anchor: str, by: int) -> str:
    """An anchor of a part of the text, as it is called in the whole."""
    if not anchor:
        return ""
    start, _, end = anchor[1:].partition("-")
    return anchor_of(int(start) + by, int(end) + by)


@dataclass(frozen=True)
class Change:
    """Where the report on a revision says something else than that on the revision before."""

    about: str
    was: str
    now: str


def changes_between(before: Reading, after: Reading | None) -> list[Change]:
    """Principle by principle, then the flags. Readings by different means are compared as they are."""
    if not (before.report and after and after.report) or before.framework != after.framework:
        return []
    old, new = ShownReport(before), ShownReport(after)
    changes = [
        Change(f"{now.principle.number}. {now.principle.name}", _in_short(was), _in_short(now))
        for was, now in zip(old.findings, new.findings, strict=False)
        if _in_short(was) != _in_short(now)
    ]
    flags = [{flag.words for flag in report.flags} for report in (old, new)]
    changes += [Change(words, "Flagged", "No longer there") for words in sorted(flags[0] - flags[1])]
    return changes + [Change(words, "Not there", "Flagged") for words in sorted(flags[1] - flags[0])]


def _in_short(finding: Finding) -> str:
    """What a finding says in a table: a model's word, or how much the built-in engine found."""
    if finding.finding != "unread":
        return finding.words
    number = len(finding.quotes)
    return f"{number} passage{'' if number == 1 else 's'}"


def overview_of(event: Event) -> dict:
    """What the readings of an event's entries have in common, with the names of what they were read for."""
    frame = load(event.framework)
    names = {principle.number: principle.name for principle in frame.principles}
    questions = Question.objects.filter(event=event).values_list("title", flat=True)
    names |= dict(enumerate(questions, start=len(frame.principles) + 1))
    shown = Screening.objects.shown().filter(
        revision__in=Revision.objects.of_event(event).current(),
        framework=event.framework,
        report__isnull=False,
    )
    reports = shown.order_by().values_list("report", flat=True).iterator(chunk_size=50)
    counted = overview(report for report in reports if report)
    rows = [(names[tally.number], tally) for tally in counted.tallies if tally.number in names]
    return {"framework": frame, "counted": counted, "rows": rows}
