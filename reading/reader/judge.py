"""Asks a model about each principle, twice, with the passages marked as material and not as orders.

That an injection sometimes succeeds is assumed: a call has no tools, no other entry's text and no memory,
and its answer is ids, names from a list and short plain text that `verify` holds against what was shown.
"""

import hashlib
import random
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from reading.framework import Framework, Principle
from reading.llm import LLM, Answer, LLMError, Prompt
from reading.reader import schema, verify
from reading.reader.segment import Passage
from reading.report import Demotion, PrincipleResult, Quote, Sentence, Usage

PROMPTS = Path(__file__).parent / "prompts"
RUNS = 2
MOST_SUMMED = 40
MARKS = "ˆ¦¤†‡¶"
LETTERS = "bcdfghjkmnpqrstvwxz23456789"
# One answer that cannot be used is a run discarded; a fault of the endpoint ends the reading.
DISCARDS = {"wrong_schema", "refusal", "truncated", "empty_answer", "prompt_leak"}


@dataclass
class Judgement:
    """What stands after verification. With `error` set, nothing does."""

    principles: list[PrincipleResult] = field(default_factory=list)
    summary: list[Sentence] = field(default_factory=list)
    demotions: list[Demotion] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    record: dict[str, Any] = field(default_factory=dict)
    error: LLMError | None = None


@dataclass(frozen=True)
class Call:
    """One question to the model. Number 0 is the summary."""

    number: int
    run: int
    prompt: Prompt
    offered: dict[str, Passage]
    markers: tuple[str, ...]
    form: dict[str, Any]


def judge(
    offline: list[PrincipleResult],
    framework: Framework,
    offered: dict[int, list[Passage]],
    *,
    llm: LLM,
    seed: int,
    until: float,
    visible_end: int,
) -> Judgement:
    """`offered` holds the passages per principle, and under 0 those for the summary."""
    ledger: list[dict[str, Any]] = []
    runs: dict[int, list[verify.Verified]] = {p.number: [] for p in framework.principles}
    summary: list[tuple[str, list[Passage]]] = []
    failures: dict[int, LLMError] = {}

    def keep(call: Call, answer: Answer) -> None:
        if call.number == 0:
            summary.extend(verify.verify_summary(answer.parsed, call.offered, call.markers, visible_end))
        else:
            principle = framework.principle(call.number)
            runs[call.number].append(
                verify.verify(answer.parsed, call.offered, principle, call.markers, visible_end)
            )

    def ask(number: int, run: int) -> Call:
        principle = framework.principle(number) if number else None
        return compose(principle, framework, offered[number], seed=seed, run=run)

    first = [ask(0, 1)] + [ask(p.number, run) for p in framework.principles for run in range(1, RUNS + 1)]
    try:
        _all(first, keep, failures, llm=llm, until=until, ledger=ledger)
        if not any(runs.values()):
            raise next(iter(failures.values()), LLMError("empty_answer"))
        open_ = [n for n, said in runs.items() if len({v.finding for v in said}) != 1 or len(said) < RUNS]
        _all([ask(n, RUNS + 1) for n in open_], keep, failures, llm=llm, until=until, ledger=ledger)
    except LLMError as error:
        return Judgement(usage=_usage(ledger), record=_record(ledger, seed), error=error)

    principles, demotions = [], []
    for row in offline:
        result, taken_back = _result(row, runs[row.number], failures.get(row.number))
        principles.append(result)
        demotions += taken_back
    return Judgement(
        principles,
        [
            Sentence(text=text, quotes=[_quote(p) for p in cited])
            for text, cited in summary[: schema.MOST_SENTENCES]
        ],
        demotions,
        _usage(ledger),
        _record(ledger, seed),
    )


def compose(
    principle: Principle | None, framework: Framework, passages: list[Passage], *, seed: int, run: int
) -> Call:
    """The prompt of one call: order, delimiter and datamark are this call's own."""
    number = principle.number if principle else 0
    text = "".join(passage.text for passage in passages)
    chance = random.Random(f"{seed}:{number}:{run}")  # noqa: S311 (the seed is what must not be guessed)
    shuffled = chance.sample(passages, len(passages))
    delimiter = "".join(chance.choices(LETTERS, k=16))
    mark = chance.choice([c for c in MARKS if c not in text] or [chr(0xE000 + chance.randrange(4096))])
    words = {"delimiter": delimiter, "mark": mark}
    if principle:
        words |= {"name": principle.name, "asks": principle.asks}
        words["indicators"] = "\n".join(
            f"- {item.text} Counts: {item.counts} Does not count: {item.does_not_count}"
            for item in principle.indicators
        )
    template = (PROMPTS / ("principle.txt" if principle else "summary.txt")).read_text(encoding="utf-8")
    lines = [f"{passage.id} {mark.join(passage.text.split())}" for passage in shuffled]
    offered = {passage.id: passage for passage in shuffled}
    form = schema.principle(list(offered)) if principle else schema.summary(list(offered))
    prompt = Prompt(
        system=template.format(**words),
        user="\n".join([delimiter, *lines, delimiter]),
        max_tokens=250 if principle else 600,
        seed=chance.randrange(2**31),
    )
    return Call(number, run, prompt, offered, (delimiter, mark), form)


def _all(
    calls: list[Call],
    keep: Callable[[Call, Answer], None],
    failures: dict[int, LLMError],
    *,
    llm: LLM,
    until: float,
    ledger: list[dict[str, Any]],
) -> None:
    """The calls together, at most `llm.at_once` in flight. The first fault of the endpoint stops the rest."""
    pool = ThreadPoolExecutor(max_workers=max(1, llm.at_once), thread_name_prefix="judge")
    waiting = {pool.submit(llm.answer, call.prompt, schema=call.form, until=until): call for call in calls}
    told: set[Future[Answer]] = set()
    try:
        for done in as_completed(waiting):
            told.add(done)
            call = waiting[done]
            row = _row(call)
            ledger.append(row)
            try:
                answer = done.result()
                row |= _paid(answer)
                keep(call, answer)
            except LLMError as error:
                row |= _lost(error)
                if error.reason not in DISCARDS:
                    raise
                failures[call.number] = error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for late in waiting.keys() - told:  # they were under way when another failed, and are paid for too
            if not late.cancelled():
                error_or_none = late.exception()
                lost = _lost(error_or_none) if isinstance(error_or_none, LLMError) else _paid(late.result())
                ledger.append(_row(waiting[late]) | lost)


def _lost(error: LLMError) -> dict[str, Any]:
    row: dict[str, Any] = {"error": error.reason, "attempts": error.attempts}
    if error.raw or sum(error.tokens):
        row |= {"raw": error.raw, "tokens": list(error.tokens)}
    return row


def _result(
    offline: PrincipleResult, runs: list[verify.Verified], failure: LLMError | None
) -> tuple[PrincipleResult, list[Demotion]]:
    number = offline.number
    if not runs:
        rule = failure.reason if failure else "empty_answer"
        return offline, [Demotion(principle=number, rule=rule, was="unread", to="unread")]
    settled = verify.settle(runs)
    result = PrincipleResult(
        number=number,
        finding=settled.finding,
        weak=settled.weak,
        missing=settled.missing,
        question=settled.question or offline.question,
        quotes=[_quote(passage) for passage in settled.evidence],
    )
    return result, [Demotion(principle=number, rule=r, was=a, to=b) for r, a, b in settled.demotions]


def _quote(passage: Passage) -> Quote:
    return Quote(text=passage.text, start=passage.start, end=passage.end)


def _row(call: Call) -> dict[str, Any]:
    sent = hashlib.sha256(f"{call.prompt.system}\0{call.prompt.user}".encode()).hexdigest()
    return {"principle": call.number, "run": call.run, "order": list(call.offered), "prompt": sent}


def _paid(answer: Answer) -> dict[str, Any]:
    return {
        "raw": answer.raw,
        "model": answer.model,
        "fingerprint": answer.fingerprint,
        "rung": answer.rung,
        "tokens": [answer.prompt_tokens, answer.completion_tokens],
        "seconds": answer.seconds,
        "attempts": answer.attempts,
    }


def _usage(ledger: list[dict[str, Any]]) -> Usage:
    tokens = [row.get("tokens", (0, 0)) for row in ledger]
    return Usage(
        calls=sum(row.get("attempts", 1) for row in ledger),
        prompt_tokens=sum(pair[0] for pair in tokens),
        completion_tokens=sum(pair[1] for pair in tokens),
        cost_gbp=Decimal(0),
    )


def _record(ledger: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    return {
        "seed": seed,
        "temperature": 0.0,
        "calls": sorted(ledger, key=lambda row: (row["principle"], row["run"])),
    }
