"""What a model said, held against what it was shown. Whatever does not hold is taken back, and said so."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from reading.framework import Principle
from reading.llm import LLMError
from reading.reader import instructions, invisible
from reading.reader.retrieve import cues
from reading.reader.schema import MISSING, MOST_EVIDENCE, QUESTION, SENTENCE, Reply, SummaryReply
from reading.reader.segment import Passage
from reading.reader.summarise import STOP, WORDS
from reading.report import NEEDS_EVIDENCE, Finding

ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//\S+|\b(?:javascript|data|mailto|vbscript|file):\S*|\bwww\.\S+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]+)+"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,6}(?:com|org|net|uk|gov|io|dev|ai|app|co|info|eu|example|test|ru|cn|me|xyz|link|site|online)\b\S*"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b\S*",
    re.IGNORECASE,
)
CODE = re.compile(r"```.*?(?:```|\Z)|`[^`]*`?", re.DOTALL)
TAG = re.compile(r"<[^<>]{0,300}>|[<>]")
MARKUP = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*\)?)?|[*_~#|\\{}\[\]]+")
ID = re.compile(r"\(?\bS\d{3}\b\)?,?")
Form = TypeVar("Form", bound=BaseModel)
STEP_DOWN: dict[str, Finding] = {"evidenced": "partial", "partial": "not_found", "concern": "uncertain"}


@dataclass
class Verified:
    """One run, after every rule. `demotions` are (rule, from, to)."""

    finding: Finding
    evidence: list[Passage] = field(default_factory=list)
    missing: str = ""
    question: str = ""
    weak: bool = False
    demotions: list[tuple[str, str, str]] = field(default_factory=list)

    def demote(self, rule: str, to: Finding) -> None:
        self.demotions.append((rule, self.finding, to))
        self.finding = to


def verify(
    parsed: dict,
    offered: dict[str, Passage],
    principle: Principle,
    markers: tuple[str, ...],
    visible_end: int,
) -> Verified:
    """In this order: form, ids, cap by evidence, relevance, free text. A run that cannot stand raises."""
    reply = _formed(Reply, parsed)
    no_leak((reply.missing, reply.question, *reply.evidence), markers)
    result = Verified(reply.finding)

    ids = list(dict.fromkeys(reply.evidence))
    known = [offered[name] for name in ids if name in offered and offered[name].end <= visible_end]
    if len(known) < len(ids):
        result.demotions.append(("id_not_offered", result.finding, result.finding))
    if len(known) > MOST_EVIDENCE:
        result.demotions.append(("too_many_ids", result.finding, result.finding))
    result.evidence = known[:MOST_EVIDENCE] if reply.finding != "not_found" else []

    if result.finding in NEEDS_EVIDENCE and not result.evidence:
        result.demote("no_visible_evidence", "not_found")
    if result.finding in NEEDS_EVIDENCE and not any(bears_on(p.text, principle) for p in result.evidence):
        result.weak = True
        result.demote("evidence_off_the_principle", STEP_DOWN[result.finding])
        if result.finding == "not_found":
            result.evidence = []

    result.missing = plain(reply.missing, MISSING)
    result.question = plain(reply.question, QUESTION)
    if result.missing and instructions.in_hidden(result.missing):
        result.missing = ""
        result.demotions.append(("instruction_in_answer", result.finding, result.finding))
    if result.question and ("?" not in result.question or instructions.in_hidden(result.question)):
        result.question = ""
        result.demotions.append(("not_a_question", result.finding, result.finding))
    return result


def verify_summary(
    parsed: dict, offered: dict[str, Passage], markers: tuple[str, ...], visible_end: int
) -> list[tuple[str, list[Passage]]]:
    """The sentences that name passages and share words with them; the rest is dropped."""
    reply = _formed(SummaryReply, parsed)
    no_leak([s.text for s in reply.sentences], markers)
    kept = []
    for sentence in reply.sentences:
        ids = dict.fromkeys(sentence.evidence)
        cited = [offered[name] for name in ids if name in offered and offered[name].end <= visible_end]
        text = plain(sentence.text, SENTENCE)
        words = content(text)
        supported = words & set().union(*(content(passage.text) for passage in cited))
        if text and supported and not instructions.in_hidden(text):
            kept.append((text, cited[:MOST_EVIDENCE]))
    return kept


def settle(runs: list[Verified]) -> Verified:
    """Two that agree stand. Otherwise the finding is uncertain, and what was said is kept apart."""
    for index, run in enumerate(runs):
        for other in runs[index + 1 :]:
            if run.finding == other.finding:
                return _joined(run, other)
    said = Verified("uncertain", evidence=runs[0].evidence, weak=True, question=runs[0].question)
    rule = "readings_disagree" if len(runs) > 1 else "one_reading_only"
    said.demotions = [*runs[0].demotions, (rule, runs[0].finding, "uncertain")]
    return said


def _joined(run: Verified, other: Verified) -> Verified:
    both = [passage for passage in run.evidence if passage in other.evidence]
    every = both + [passage for passage in run.evidence + other.evidence if passage not in both]
    return Verified(
        run.finding,
        evidence=list(dict.fromkeys(every))[:MOST_EVIDENCE],
        missing=run.missing or other.missing,
        question=run.question or other.question,
        weak=run.weak or other.weak,
        demotions=list(dict.fromkeys(run.demotions + other.demotions)),
    )


def _formed(form: type[Form], parsed: dict) -> Form:
    try:
        return form.model_validate(parsed)
    except ValidationError as error:
        raise LLMError("wrong_schema") from error


def no_leak(texts: Iterable[str], markers: tuple[str, ...]) -> None:
    """A reply that holds the call's own marker repeats the prompt: the run does not count."""
    if any(marker in text for text in texts for marker in markers):
        raise LLMError("prompt_leak")


def bears_on(text: str, principle: Principle) -> bool:
    """Whether a passage shares a cue or a word of content with its principle."""
    if cues(text, principle.topic):
        return True
    told = " ".join(
        [
            principle.asks,
            *(f"{indicator.text} {indicator.counts}" for indicator in principle.indicators),
            *(flag.text for flag in principle.red_flags),
        ]
    )
    return bool(content(text) & content(told))


def content(text: str) -> set[str]:
    return {word for word in WORDS.findall(text.lower()) if word not in STOP and len(word) > 3}


def plain(text: str, most: int) -> str:
    """Words only: no control or invisible characters, addresses, code, markup or ids; cut at a word."""
    text = invisible.clean(unicodedata.normalize("NFC", text[: most * 20]))
    for pattern, new in ((CODE, " "), (TAG, " "), (MARKUP, r" \1 "), (ADDRESS, " "), (ID, " ")):
        text = pattern.sub(new, text)
    text = re.sub(r"\s+([.,;:?!])", r"\1", " ".join(text.split())).strip(" -,;:")
    if len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
