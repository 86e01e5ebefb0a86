"""Asks a model about each principle, twice, with the passages marked as material and not as orders.

That an injection sometimes succeeds is assumed: a call has no tools, no other entry's text and no memory,
and its answer is ids, names from a list and short plain text that `verify` holds against what was shown.
"""

import hashlib
import json
import logging
import random
from collections.abc import Callable
from concurrent.futures import Future, as_completed, wait
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from reading.framework import Framework, Principle
from reading.llm import LLM, Answer, Budget, LLMError, Prompt, Turn
from reading.llm.budget import estimate
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
NOT_ASKED = {"stopped", "busy", "breaker_open"}  # with no attempt made there is nothing to record
logger = logging.getLogger(__name__)


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

    @property
    def sha256(self) -> str:
        return hashlib.sha256(f"{self.prompt.system}\0{self.prompt.user}".encode()).hexdigest()

    @property
    def expected(self) -> tuple[int, int]:
        return estimate(self.prompt, json.dumps(self.form))


@dataclass
class Ledger:
    """Every call that was made, what it cost, and what an earlier try has paid for already."""

    budget: Budget
    paid: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, call: Call, row: dict[str, Any]) -> dict[str, Any]:
        tokens = row.get("tokens")
        self.rows.append({"principle": call.number, "run": call.run, "order": list(call.offered)} | row)
        self.rows[-1]["prompt"] = call.sha256
        if tokens is not None:
            self.budget.spend((tokens[0], tokens[1]), expected=call.expected)
        return self.rows[-1]

    def carry(self, earlier: dict[str, Any] | None) -> None:
        """What an earlier try paid for in vain stays on the bill."""
        for row in (earlier or {}).get("calls", []):
            if "tokens" in row and row["prompt"] not in self.paid:
                self.rows.append(row | {"attempts": 0})
                self.budget.spend((row["tokens"][0], row["tokens"][1]), expected=(0, 0))


def judge(
    offline: list[PrincipleResult],
    framework: Framework,
    offered: dict[int, list[Passage]],
    *,
    llm: LLM,
    seed: int,
    until: float,
    visible_end: int,
    budget: Budget | None = None,
    earlier: dict[str, Any] | None = None,
) -> Judgement:
    """`offered` holds the passages per principle, and under 0 those for the summary.

    `earlier` is the record of a try of the same reading that failed: what it paid for is not asked again.
    """
    ledger = Ledger(budget or Budget(llm.config), _paid_for(earlier))
    runs: dict[int, list[verify.Verified]] = {p.number: [] for p in framework.principles}
    summary: list[tuple[str, list[Passage]]] = []
    failures: dict[int, LLMError] = {}

    def keep(call: Call, parsed: dict[str, Any]) -> list[tuple[str, str, str]]:
        if call.number == 0:
            summary.extend(verify.verify_summary(parsed, call.offered, call.markers, visible_end))
            return []
        principle = framework.principle(call.number)
        runs[call.number].append(verify.verify(parsed, call.offered, principle, call.markers, visible_end))
        return runs[call.number][-1].demotions

    def ask(number: int, run: int) -> Call:
        principle = framework.principle(number) if number else None
        return compose(principle, framework, offered[number], seed=seed, run=run)

    first = [ask(0, 1)] + [ask(p.number, run) for p in framework.principles for run in range(1, RUNS + 1)]
    turn, unsettled = llm.turn(), ""
    try:
        ledger.carry(earlier)
        ledger.budget.expect(_expected(first, ledger))
        _all(first, keep, failures, llm=llm, until=until, ledger=ledger, turn=turn)
        if not any(runs.values()):
            raise next(iter(failures.values()), LLMError("empty_answer"))
        open_ = [n for n, said in runs.items() if len({v.finding for v in said}) != 1 or len(said) < RUNS]
        again = [ask(n, RUNS + 1) for n in open_]
        if unsettled := _beyond(again, ledger):
            again = []
        _all(again, keep, failures, llm=llm, until=until, ledger=ledger, turn=turn)
    except LLMError as error:
        return Judgement(usage=_usage(ledger), record=_record(ledger, seed), error=error)
    finally:
        turn.close()

    principles, demotions = [], []
    for row in offline:
        result, taken_back = _result(row, runs[row.number], failures.get(row.number))
        principles.append(result)
        demotions += taken_back
        if unsettled and row.number in open_:
            demotions.append(
                Demotion(principle=row.number, rule=unsettled, was=result.finding, to=result.finding)
            )
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


def _paid_for(earlier: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    rows = (earlier or {}).get("calls", [])
    return {row["prompt"]: row for row in rows if "error" not in row and "parsed" in row}


def _expected(calls: list[Call], ledger: Ledger) -> tuple[int, int]:
    each = [call.expected for call in calls if call.sha256 not in ledger.paid]
    return sum(pair[0] for pair in each), sum(pair[1] for pair in each)


def _beyond(calls: list[Call], ledger: Ledger) -> str:
    """Why a third opinion would not fit. It is then not asked for, and the finding stays unsettled."""
    try:
        ledger.budget.expect(_expected(calls, ledger))
    except LLMError as error:
        return error.reason
    return ""


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
    keep: Callable[[Call, dict[str, Any]], list[tuple[str, str, str]]],
    failures: dict[int, LLMError],
    *,
    llm: LLM,
    until: float,
    ledger: Ledger,
    turn: Turn,
) -> None:
    """The calls together, as many in flight as the endpoint allows. Its first fault stops the rest."""

    def hear(call: Call, row: dict[str, Any], parsed: dict[str, Any]) -> None:
        row = ledger.add(call, row)
        try:
            if demoted := keep(call, parsed):
                row["demotions"] = [list(demotion) for demotion in demoted]
        except LLMError as error:
            row["error"] = error.reason
            failures[call.number] = error

    waiting: dict[Future[Answer], Call] = {}
    for call in calls:
        if (row := ledger.paid.get(call.sha256)) is not None:
            hear(call, {k: v for k, v in row.items() if k != "demotions"}, row["parsed"])
        else:
            waiting[llm.submit(call.prompt, schema=call.form, until=until, turn=turn)] = call
    told: set[Future[Answer]] = set()
    for done in as_completed(waiting):
        told.add(done)
        call = waiting[done]
        try:
            answer = done.result()
        except LLMError as error:
            _note(call, error, ledger)
            if error.reason not in DISCARDS:
                turn.close()
                raise _telling(error, _settle_up(waiting, told, ledger)) from None
            failures[call.number] = error
        else:
            try:
                hear(call, _paid(answer), answer.parsed)
            except LLMError:  # over the cap
                turn.close()
                _settle_up(waiting, told, ledger)
                raise


def _settle_up(
    waiting: dict[Future[Answer], Call], told: set[Future[Answer]], ledger: Ledger
) -> list[LLMError]:
    """What was under way when another failed is paid for too, and serves when the entry is tried again."""
    errors = []
    for late in wait(waiting).done - told:
        if late.cancelled():
            continue
        error = late.exception()
        try:
            if isinstance(error, LLMError):
                errors.append(error)
                _note(waiting[late], error, ledger)
            elif error is None:
                ledger.add(waiting[late], _paid(late.result()))
        except LLMError as over:  # past the cap as well: what stopped the reading has been said
            logger.info("a reading had already ended: %s", over.reason)
    return errors


def _telling(error: LLMError, others: list[LLMError]) -> LLMError:
    """The fault itself, rather than that other calls were not made because of it."""
    if error.reason not in NOT_ASKED:
        return error
    return next((e for e in others if e.reason not in NOT_ASKED | DISCARDS), error)


def _note(call: Call, error: LLMError, ledger: Ledger) -> None:
    if error.attempts or error.reason not in NOT_ASKED:
        ledger.add(call, _lost(error))


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


def _paid(answer: Answer) -> dict[str, Any]:
    return {
        "raw": answer.raw,
        "parsed": answer.parsed,
        "model": answer.model,
        "fingerprint": answer.fingerprint,
        "rung": answer.rung,
        "temperature": answer.temperature,
        "seed": answer.seed,
        "tokens": [answer.prompt_tokens, answer.completion_tokens],
        "counted": answer.counted,
        "seconds": answer.seconds,
        "attempts": answer.attempts,
    }


def _usage(ledger: Ledger) -> Usage:
    cost = ledger.budget.gbp
    return Usage(
        calls=sum(row.get("attempts", 1) for row in ledger.rows),
        prompt_tokens=ledger.budget.tokens[0],
        completion_tokens=ledger.budget.tokens[1],
        cost_gbp=cost or Decimal(0),
        cost_known=cost is not None and all(row.get("counted", True) for row in ledger.rows),
    )


def _record(ledger: Ledger, seed: int) -> dict[str, Any]:
    cost = ledger.budget.gbp
    return {
        "seed": seed,
        "temperature": 0.0,
        "rung": next((row["rung"] for row in reversed(ledger.rows) if "rung" in row), None),
        "prices": ledger.budget.told(),
        "cost_gbp": None if cost is None else str(cost),
        "calls": sorted(ledger.rows, key=lambda row: (row["principle"], row["run"])),
    }
