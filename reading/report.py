"""The result of one reading, in the form that people outside rely on, and what makes it unacceptable.

A report that breaks a rule is refused whole: nothing half-true is stored.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PlainSerializer

Finding = Literal["evidenced", "partial", "not_found", "concern", "uncertain", "unread"]
Kind = Literal[
    "instruction",
    "hidden_text",
    "invisible_characters",
    "encoded",
    "remote_image",
    "marking",
    "secret",
    "personal_data",
]
Hint = Literal["read_concerns_first", "ask_team_first", "ready_to_read"]
Money = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.4f}", return_type=str)]

FINDINGS = {
    "evidenced": ("Evidence found", "The entry shows this, and the passage is quoted."),
    "partial": ("Some evidence", "Mentioned or started, with a gap that can be named."),
    "not_found": ("No evidence found", "Looked for and absent from what was submitted."),
    "concern": ("Concern", "A passage that a person should look at."),
    "uncertain": ("Uncertain", "Two readings did not agree, or the answer could not be settled."),
    "unread": ("Not read by a model", "Passages are shown. No finding is stated."),
}
SIGNALS = {
    "instruction": "Words addressed to a model or to those who assess",
    "hidden_text": "Text that a reader would not see",
    "invisible_characters": "Characters that cannot be seen",
    "encoded": "Encoded text",
    "remote_image": "Image on another site",
    "marking": "Protective marking",
    "secret": "Key or password",
    "personal_data": "Personal data",
}
HINTS = {
    "read_concerns_first": "Read the concerns and flags first",
    "ask_team_first": "There is something to ask the team first",
    "ready_to_read": "Ready to read",
}
NEEDS_EVIDENCE = ("evidenced", "partial", "concern")


class Refusal(ValueError):
    """A report that must not be shown, and why."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quote(Strict):
    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class Sentence(Strict):
    text: str
    quotes: list[Quote]


class PrincipleResult(Strict):
    number: int = Field(ge=1)
    finding: Finding = "unread"
    weak: bool = False
    missing: str = ""
    question: str = ""
    quotes: list[Quote] = []


class Signal(Strict):
    kind: Kind
    severity: Literal["stop", "warn"]
    quotes: list[Quote] = []
    detail: str = ""


class Demotion(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    principle: int
    rule: str
    was: str = Field(validation_alias=AliasChoices("from", "was"), serialization_alias="from")
    to: str


class Usage(Strict):
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_gbp: Money = Decimal(0)
    cost_known: bool = True  # False: the price, or what the server took, is not known
    seconds: float = 0.0


class Engine(Strict):
    name: Literal["offline", "openai"] = "offline"
    model: str = ""


class Report(Strict):
    status: Literal["complete", "failed", "held"]
    mode: str = Field(default="offline", pattern=r"^(offline|ai|ai_degraded:[a-z_]+)$")
    error: str = ""
    engine: Engine = Engine()
    framework: str
    recipe: str
    summary: list[Sentence] = []
    principles: list[PrincipleResult]
    signals: list[Signal] = []
    demotions: list[Demotion] = []
    usage: Usage = Usage()
    hint: Hint = "ready_to_read"
    visible_end: int = 0

    def quotes(self) -> list[Quote]:
        return [*self.findings_quotes(), *(quote for signal in self.signals for quote in signal.quotes)]

    def findings_quotes(self) -> list[Quote]:
        """What stands for the entry's content: never hidden text. Signals alone may point at that."""
        groups = [sentence.quotes for sentence in self.summary] + [row.quotes for row in self.principles]
        return [quote for group in groups for quote in group]


def check(report: Report, text: str, count: int = 10) -> Report:
    """The report itself, or `Refusal`: each principle once, in order; each quotation true and visible."""
    for problem in (_numbering(report, count), _quoting(report, text), _evidence(report)):
        if problem:
            raise Refusal(problem)
    return report


def _numbering(report: Report, count: int) -> str:
    numbers = [row.number for row in report.principles]
    if unknown := [number for number in numbers if not 1 <= number <= count]:
        return f"Principle {unknown[0]} is unknown"
    if missing := [number for number in range(1, count + 1) if number not in numbers]:
        return f"Principle {missing[0]} is missing"
    return "" if numbers == sorted(set(numbers)) else "The principles are not once each and in order"


def _quoting(report: Report, text: str) -> str:
    for quote in report.quotes():
        if not quote.start <= quote.end <= len(text) or text[quote.start : quote.end] != quote.text:
            return f"The quotation at {quote.start} is not in the text"
    for quote in report.findings_quotes():
        if quote.end > report.visible_end or quote.start == quote.end:
            return f"The quotation at {quote.start} is not of visible text"
    return ""


def _evidence(report: Report) -> str:
    for row in report.principles:
        if row.finding in NEEDS_EVIDENCE and not row.quotes:
            return f"Principle {row.number} is {row.finding} without a quotation"
    bare = [sentence for sentence in report.summary if not sentence.quotes]
    return "A sentence of the summary has no quotation" if bare else ""
