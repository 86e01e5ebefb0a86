"""The one door to a reading: from the text of an entry to a report that may be shown.

No network but the model's, no database, no memory of other entries. It does not raise for a bad text or a
bad endpoint: both are states that people can see.
"""

import hashlib
import logging
import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from reading.framework import Framework, load
from reading.llm import LLM, Budget, Caps, LLMError
from reading.reader import derive
from reading.reader.child import look_apart
from reading.reader.extract import DOCUMENTS, decode, kind_of
from reading.reader.judge import MOST_SUMMED, judge
from reading.reader.look import Look
from reading.reader.recipe import CODE, recipe
from reading.reader.retrieve import BEST, Found, question, retrieve_all
from reading.reader.segment import Passage
from reading.reader.signals import Flag
from reading.reader.summarise import rank, summarise
from reading.reader.text import Part, Unreadable
from reading.report import Engine, PrincipleResult, Quote, Report, Sentence, Signal, check

__all__ = ["Outcome", "Part", "read", "read_file"]

logger = logging.getLogger(__name__)
# As many as there are processors: 32 threads that all look at once would all be late to ask their model.
LOOKING = threading.BoundedSemaphore(os.cpu_count() or 2)

ENTRY_SECONDS = 80.0
LARGEST_TEXT = 4_000_000  # bytes: four for each character, at worst
LARGEST_DOCUMENT = 20_000_000


@dataclass(frozen=True)
class Outcome:
    """A report that may be shown, the text its offsets refer to, and how it came about."""

    report: Report
    text: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    error: LLMError | None = None


def read(
    parts: list[Part],
    *,
    framework: Framework | None = None,
    llm: LLM | None = None,
    seed: int | None = None,
    seconds: float = ENTRY_SECONDS,
    caps: Caps | None = None,
    earlier: dict[str, Any] | None = None,
) -> Outcome:
    """Read one entry. After a failed call: the offline result, the reason in `mode`, and the error itself.

    `caps` is what this reading may cost. `earlier` is the record of a try that failed: with the same text,
    recipe and model, what was paid for then is used and not asked again.
    """
    begun = time.monotonic()
    framework = framework or load()
    try:
        with LOOKING:
            seen = look_apart(parts)
    except Unreadable as error:
        return failed(str(error), framework)
    extracted = seen.extracted
    if not extracted.text.strip():
        return failed("There is no text to read", framework)

    offline, reading = _offline(seen, framework)
    record: dict[str, Any] = {
        "recipe": offline.recipe,
        "framework": {"id": framework.id, "edition": framework.edition},
        "code": CODE,
        "input": hashlib.sha256(extracted.text.encode()).hexdigest(),
        "passages": len(reading.passages),
    }
    if llm is None or offline.status == "held" or not reading.passages:
        return Outcome(_timed(offline, begun), extracted.text, record)

    record |= {"engine": llm.config.engine, "address": llm.config.base_url}
    if earlier and any(earlier.get(name) != value for name, value in record.items()):
        earlier = None
    seed = (earlier or {}).get("seed", secrets.randbits(31)) if seed is None else seed
    judgement = judge(
        offline.principles,
        framework,
        reading.offered(framework),
        llm=llm,
        seed=seed,
        until=begun + seconds,
        visible_end=extracted.visible_end,
        budget=Budget(llm.config, caps),
        earlier=earlier,
    )
    engine = Engine(name="openai", model=llm.config.model)
    if judgement.error:
        changed: dict[str, Any] = {
            "mode": f"ai_degraded:{judgement.error.reason}",
            "error": str(judgement.error),
        }
    else:
        changed = {
            "mode": "ai",
            "principles": judgement.principles,
            "summary": judgement.summary or offline.summary,
            "demotions": judgement.demotions,
            "hint": derive.hint(judgement.principles, offline.signals),
        }
    report = offline.model_copy(update={"engine": engine, "usage": judgement.usage, **changed})
    report = _timed(check(report, extracted.text, len(framework.principles)), begun)
    record |= judgement.record | {"demotions": [d.model_dump() for d in judgement.demotions]}
    logger.info(
        "read with %s: %s, %s calls, %s and %s tokens, %s s",
        *(llm.config.engine, report.mode, report.usage.calls),
        *(report.usage.prompt_tokens, report.usage.completion_tokens, report.usage.seconds),
    )
    return Outcome(report, extracted.text, record, judgement.error)


def read_file(
    name: str,
    data: bytes,
    *,
    framework: Framework | None = None,
    llm: LLM | None = None,
    seed: int | None = None,
    seconds: float = ENTRY_SECONDS,
) -> Outcome:
    """Read one document. What kind it is, its name says."""
    framework = framework or load()
    try:
        kind = kind_of(name)
        largest = LARGEST_DOCUMENT if kind in DOCUMENTS else LARGEST_TEXT
        if len(data) > largest:
            raise Unreadable(f"The document is larger than {largest // 1_000_000} MB")
        if not data.strip():
            raise Unreadable("The document is empty")
        part = Part("", "", "", kind, data) if kind in DOCUMENTS else Part("", "", decode(data), kind)
        if not (part.data or part.text.strip()):
            raise Unreadable("The document is empty")
    except Unreadable as error:
        return failed(str(error), framework)
    return read([part], framework=framework, llm=llm, seed=seed, seconds=seconds)


def failed(error: str, framework: Framework) -> Outcome:
    """No text, so nothing to say about it; the principles stand there unread."""
    rows = [PrincipleResult(number=p.number) for p in framework.principles]
    return Outcome(
        Report(
            status="failed",
            error=error,
            framework=framework.id,
            recipe=recipe(framework),
            principles=rows,
            hint="ask_team_first",
        )
    )


@dataclass(frozen=True)
class _Reading:
    passages: list[Passage]
    found: dict[int, list[Found]]

    def offered(self, framework: Framework) -> dict[int, list[Passage]]:
        """Per principle its best passages, filled up with the entry's most telling; under 0 the summary's."""
        telling = [self.passages[index] for index in rank(self.passages)]
        offers = {0: sorted(telling[:MOST_SUMMED], key=lambda passage: passage.start)}
        for principle in framework.principles:
            best = [item.passage for item in self.found[principle.number]]
            offers[principle.number] = list(dict.fromkeys(best + telling))[:BEST]
        return offers


def _offline(seen: Look, framework: Framework) -> tuple[Report, _Reading]:
    """Stages 2 to 4: what can be found without a model. It shows passages and states no finding."""
    extracted, passages = seen.extracted, seen.passages
    flags = [_signal(extracted.text, flag) for flag in seen.flags]
    found = retrieve_all(passages, framework)
    spoken = "\n".join(passage.text for passage in passages)
    rows = [
        PrincipleResult(
            number=principle.number,
            question=question(spoken, principle.topic.questions),
            quotes=[_quote(item.passage) for item in found[principle.number]],
        )
        for principle in framework.principles
    ]
    report = Report(
        status="held" if any(flag.severity == "stop" for flag in flags) else "complete",
        framework=framework.id,
        recipe=recipe(framework),
        summary=[Sentence(text=" ".join(p.text.split()), quotes=[_quote(p)]) for p in summarise(passages)],
        principles=rows,
        signals=flags,
        hint=derive.hint(rows, flags),
        visible_end=extracted.visible_end,
    )
    return check(report, extracted.text, len(framework.principles)), _Reading(passages, found)


def _quote(passage: Passage) -> Quote:
    return Quote(text=passage.text, start=passage.start, end=passage.end)


def _signal(text: str, flag: Flag) -> Signal:
    quotes = [Quote(text=text[start:end], start=start, end=end) for start, end in flag.spans]
    return Signal.model_validate(
        {"kind": flag.kind, "severity": flag.severity, "quotes": quotes, "detail": flag.detail}
    )


def _timed(report: Report, begun: float) -> Report:
    seconds = round(time.monotonic() - begun, 3)
    return report.model_copy(update={"usage": report.usage.model_copy(update={"seconds": seconds})})
