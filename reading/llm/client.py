"""A model that can be asked: tries, waits, deadlines, turns. One per endpoint and process (see `registry`).

The library's time-out is per read, so a slow drip passes it: the deadline of a call is kept here, on a loop
of our own, where a call can be cancelled at any point. Its own retries are off: there is one retry rule.
Time is `time.monotonic()` throughout, so a clock that is set changes nothing.
"""

import asyncio
import importlib
import itertools
import logging
import random
import time
from concurrent.futures import Future
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from reading.llm import ladder
from reading.llm.breaker import Breaker
from reading.llm.errors import AGAIN_AT_ONCE, UNWELL, LLMError
from reading.llm.gate import Gate
from reading.llm.types import Answer, LLMConfig, Prompt, Turn

LONGEST_WAIT = 30.0  # a longer Retry-After is for the job to wait out
WITHIN = 80.0  # for a caller who names no deadline
COUNT = itertools.count()
logger = logging.getLogger(__name__)


@dataclass
class Endpoint:
    """What this process has learnt of an endpoint, and what it keeps to there. Touched on the loop only."""

    gate: Gate
    breaker: Breaker = field(default_factory=Breaker)
    manner: ladder.Manner = field(default_factory=ladder.Manner)
    settled: bool = False  # whether it has answered in that manner, or no manner helps
    first: asyncio.Lock = field(default_factory=asyncio.Lock)  # until then, one call at a time
    not_before: float = 0.0  # what it asked of one call, all calls heed


class EntryTurn:
    """An entry's place: the calls of an entry that came earlier go first."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.rank = next(COUNT)
        self.closed = False
        self.idle: set[asyncio.Task[Any]] = set()
        self._loop = loop

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._close)

    def _close(self) -> None:
        self.closed = True
        for task in list(self.idle):
            task.cancel()


class OpenAI:
    """One endpoint and model. Safe to call from many threads."""

    def __init__(self, config: LLMConfig, endpoint: Endpoint, loop: asyncio.AbstractEventLoop) -> None:
        self.config = config
        self.endpoint = endpoint
        self._loop = loop
        self._client: Any = None

    def turn(self) -> EntryTurn:
        return EntryTurn(self._loop)

    def submit(
        self, prompt: Prompt, *, schema: dict[str, Any], until: float | None = None, turn: Turn | None = None
    ) -> Future[Answer]:
        vendor = importlib.import_module("reading.llm.vendor")
        mine = turn if isinstance(turn, EntryTurn) else self.turn()
        until = time.monotonic() + WITHIN if until is None else until
        coroutine = self._answer(vendor, prompt, schema, until, mine)
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def answer(self, prompt: Prompt, *, schema: dict[str, Any], until: float | None = None) -> Answer:
        return self.submit(prompt, schema=schema, until=until).result()

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _answer(
        self, vendor: Any, prompt: Prompt, schema: dict[str, Any], until: float, turn: EntryTurn
    ) -> Answer:
        """Try until there is an answer, a lasting fault or no time. Only a passing fault is tried again."""
        breaker = self.endpoint.breaker
        tries = 0
        begun = time.monotonic()
        while True:
            try:
                async with AsyncExitStack() as held:
                    await self._admitted(held, until, turn)
                    tries += 1
                    answer = await self._tried(vendor, prompt, schema, until)
                return replace(answer, attempts=tries, seconds=round(time.monotonic() - begun, 3))
            except LLMError as error:
                error.attempts = tries
                if tries:
                    logger.info("call failed, try %s: %s %s", tries, error.reason, error.status or "")
                now = time.monotonic()
                if error.retry_after and error.status is not None:  # the server's own wish, for all calls
                    self.endpoint.not_before = max(self.endpoint.not_before, now + error.retry_after)
                wait = _wait(tries, error.retry_after)
                too_late = now + wait >= until or wait > LONGEST_WAIT
                over = turn.closed or tries >= self.config.tries or too_late
                if breaker.state == "open" and error.reason in UNWELL:
                    error.retry_after = max(error.retry_after or 0.0, (breaker.until or now) - now)
                    raise
                if error.reason not in AGAIN_AT_ONCE or over:
                    raise
            await self._idly(turn, asyncio.sleep(wait))

    async def _admitted(self, held: AsyncExitStack, until: float, turn: EntryTurn) -> None:
        """Wait as the endpoint asked, for its first answer, and for a free place; or say why not."""
        endpoint = self.endpoint
        if (wait := endpoint.not_before - time.monotonic()) > 0:
            if wait > LONGEST_WAIT or time.monotonic() + wait >= until:
                raise LLMError("rate_limited", "it asked us to wait", retry_after=wait)
            await self._idly(turn, asyncio.sleep(wait))
        try:
            async with asyncio.timeout_at(until):
                if not endpoint.settled:
                    await self._idly(turn, endpoint.first.acquire())
                    if endpoint.settled:
                        endpoint.first.release()
                    else:
                        held.callback(endpoint.first.release)
                await self._idly(turn, held.enter_async_context(endpoint.gate.slot(turn.rank)))
        except TimeoutError:
            raise LLMError("busy") from None
        if turn.closed:
            raise LLMError("stopped")
        if wait := endpoint.breaker.ask(time.monotonic()):
            raise LLMError("breaker_open", retry_after=wait)

    async def _idly(self, turn: EntryTurn, waiting: Any) -> None:
        """Wait for something that costs nothing to give up."""
        task = asyncio.current_task()
        assert task is not None
        turn.idle.add(task)
        try:
            await waiting
        finally:
            turn.idle.discard(task)

    async def _tried(self, vendor: Any, prompt: Prompt, schema: dict[str, Any], until: float) -> Answer:
        """One try within the deadline of a call and of its entry, and what it tells of the endpoint."""
        breaker = self.endpoint.breaker
        seconds = min(self.config.call_seconds, until - time.monotonic())
        try:
            if seconds <= 0:
                raise LLMError("busy")
            async with asyncio.timeout(seconds):
                answer = await self._asked(vendor, prompt, schema)
        except TimeoutError:
            breaker.failed(time.monotonic())
            raise LLMError("timeout") from None
        except LLMError as error:
            if error.reason in UNWELL:
                breaker.failed(time.monotonic())
            elif error.reason == "busy":
                breaker.unknown()
            else:
                breaker.answered()
            raise
        except asyncio.CancelledError:
            breaker.unknown()
            raise
        breaker.answered()
        return answer

    async def _asked(self, vendor: Any, prompt: Prompt, schema: dict[str, Any]) -> Answer:
        """In the manner that this endpoint takes; until it is known, step down from the strictest."""
        endpoint, key = self.endpoint, self.config.api_key
        if self._client is None:
            self._client = vendor.connect(self.config)
        manner, spent = endpoint.manner, [0, 0]
        while True:
            asked = ladder.request(prompt, schema, self.config.model, manner)
            try:
                answer = await vendor.ask(self._client, asked, key)
                if not endpoint.settled and not set(schema.get("required", ())) <= answer.parsed.keys():
                    wrong = LLMError("wrong_schema")
                    wrong.raw, wrong.tokens = answer.raw, (answer.prompt_tokens, answer.completion_tokens)
                    raise wrong
            except LLMError as error:
                spent = [a + b for a, b in zip(spent, error.tokens, strict=True)]
                error.tokens = (spent[0], spent[1])
                lower = ladder.after(manner, error, settled=endpoint.settled)
                if lower is None:
                    if error.reason in ("refusal", "truncated", "empty_answer", "wrong_schema"):
                        endpoint.settled = True  # no other manner helps; it is not asked about each time
                    raise
                manner = lower
                continue
            if manner != endpoint.manner or not endpoint.settled:
                logger.info("%s answers as %s", self.config.engine, manner.told())
            endpoint.manner, endpoint.settled = manner, True
            return replace(
                answer,
                rung=manner.rung,
                temperature=asked.get("temperature"),
                seed=asked.get("seed"),
                prompt_tokens=answer.prompt_tokens + spent[0],
                completion_tokens=answer.completion_tokens + spent[1],
            )


def _wait(tries: int, retry_after: float | None) -> float:
    """Never earlier than asked, else twice as long each time; jitter, so that many do not return at once."""
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 (spreads load, keeps no secret)
    backoff = 0.5 * 2 ** max(0, tries - 1) * jitter
    return max(backoff, retry_after + jitter * 0.25) if retry_after else backoff
