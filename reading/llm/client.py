"""The `openai` client behind our own types: OpenAI, Azure OpenAI and any server that speaks the same.

The library's time-out is per read, so a slow drip passes it: the deadline of a call is kept here, on a loop
of our own, where a call can be cancelled at any point. Its own retries are off: there is one retry rule.
"""

import asyncio
import importlib
import json
import logging
import random
import re
import threading
import time
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from reading.llm.errors import AGAIN_AT_ONCE, LLMError, redact
from reading.llm.types import Answer, LLMConfig, Prompt

LARGEST = 1_000_000  # bytes of one answer
LONGEST_WAIT = 30.0  # a longer Retry-After is for the job to wait out
WITHIN = 80.0  # for a caller who names no deadline
AZURE_VERSION = "2024-10-21"
FENCE = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)

logging.getLogger("httpx2").setLevel(logging.WARNING)  # it writes a line for every call otherwise


class OpenAI:
    """One endpoint and model. Safe to call from many threads; close it when done."""

    def __init__(self, config: LLMConfig) -> None:
        self.config = config
        self.model = config.model
        self.at_once = config.at_once
        self.rung = "json_schema"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._not_before = 0.0  # what a server asked of one call, all calls heed
        self._lock = threading.Lock()

    def answer(self, prompt: Prompt, *, schema: dict[str, Any], until: float | None = None) -> Answer:
        until = time.monotonic() + WITHIN if until is None else until
        attempt = 0
        while True:
            attempt += 1
            self._pause(until)
            try:
                return replace(self._once(prompt, schema, until), attempts=attempt)
            except LLMError as error:
                error.attempts = attempt
                if error.retry_after:
                    self._not_before = max(self._not_before, time.monotonic() + error.retry_after)
                wait = _wait(attempt, error.retry_after)
                too_late = time.monotonic() + wait >= until or wait > LONGEST_WAIT
                if error.reason not in AGAIN_AT_ONCE or attempt >= self.config.tries or too_late:
                    raise
                time.sleep(wait)

    def _pause(self, until: float) -> None:
        wait = self._not_before - time.monotonic()
        if wait <= 0:
            return
        if wait > LONGEST_WAIT or time.monotonic() + wait >= until:
            error = LLMError("rate_limited", "it asked us to wait", retry_after=wait)
            error.attempts = 0
            raise error
        time.sleep(wait)

    def close(self) -> None:
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None:
            return
        client = self.__dict__.pop("_client", None)
        if client is not None:
            asyncio.run_coroutine_threadsafe(client.close(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)

    # The vendor's library takes most of a second to import: only those who ask a model pay for it.
    @cached_property
    def _openai(self) -> Any:
        return importlib.import_module("openai")

    @cached_property
    def _http(self) -> Any:
        return importlib.import_module("httpx2")

    @cached_property
    def _client(self) -> Any:
        settings: dict[str, Any] = {
            "api_key": self.config.api_key or "none",  # local servers want no key; the client insists on one
            "max_retries": 0,
            "timeout": self._http.Timeout(self.config.call_seconds, connect=5.0),
        }
        if self.config.kind == "azure":
            return self._openai.AsyncAzureOpenAI(
                azure_endpoint=self.config.base_url, api_version=AZURE_VERSION, **settings
            )
        return self._openai.AsyncOpenAI(base_url=self.config.base_url, **settings)

    def _once(self, prompt: Prompt, schema: dict[str, Any], until: float) -> Answer:
        """One try, within its own deadline and the caller's. The only place where failures are caught."""
        begun = time.monotonic()
        seconds = min(self.config.call_seconds, until - begun)
        if seconds <= 0:
            raise LLMError("timeout", "no time was left")
        try:
            future = asyncio.run_coroutine_threadsafe(
                self._within(seconds, prompt, schema), self._running_loop()
            )
            try:
                answer = future.result(seconds + 2)
            finally:
                future.cancel()
        except LLMError:
            raise
        except self._expected as error:
            raise self._classified(error) from None
        return replace(answer, seconds=round(time.monotonic() - begun, 3))

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, daemon=True, name="llm").start()
                self._client  # noqa: B018 (made once, here, under the lock)
            return self._loop

    async def _within(self, seconds: float, prompt: Prompt, schema: dict[str, Any]) -> Answer:
        async with asyncio.timeout(seconds):
            try:
                return await self._ask(prompt, schema, self.rung)
            except self._openai.BadRequestError as error:
                if self.rung != "json_schema" or _is_filter(error):
                    raise
                answer = await self._ask(prompt, schema, "json_object")
                self.rung = "json_object"
                return answer

    async def _ask(self, prompt: Prompt, schema: dict[str, Any], rung: str) -> Answer:
        system = prompt.system
        form: dict[str, Any] = {"type": "json_object"}
        if rung == "json_schema":
            form = {"type": rung, "json_schema": {"name": "answer", "strict": True, "schema": schema}}
        else:
            system += "\n\nAnswer with one JSON object of this schema and nothing else:\n" + json.dumps(
                schema
            )
        request: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt.user}],
            "temperature": prompt.temperature,
            "max_tokens": prompt.max_tokens,
            "response_format": form,
        }
        if prompt.seed is not None:
            request["seed"] = prompt.seed
        body = bytearray()
        completions = self._client.chat.completions.with_streaming_response
        async with completions.create(**request) as response:
            async for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST:
                    raise LLMError("too_large")
        return replace(parse(bytes(body)), rung=rung)

    @cached_property
    def _expected(self) -> tuple[type[BaseException], ...]:
        """What the library, its transport and an odd answer raise: measured, wider than its own errors."""
        return (
            self._openai.OpenAIError,
            self._http.HTTPError,
            self._http.InvalidURL,
            ValidationError,
            TimeoutError,
            NotInTime,
            OSError,
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            RecursionError,
            RuntimeError,
        )

    def _classified(self, error: BaseException) -> LLMError:
        api, http = self._openai, self._http
        if isinstance(error, api.APIStatusError):
            return self._from_status(error)
        kinds: list[tuple[str, tuple[type[BaseException], ...]]] = [
            ("timeout", (api.APITimeoutError, http.TimeoutException, TimeoutError, NotInTime)),
            ("connection", (api.APIConnectionError, http.HTTPError, OSError)),
            ("truncated", (api.LengthFinishReasonError,)),
            ("content_filter", (api.ContentFilterFinishReasonError,)),
            ("wrong_schema", (ValidationError,)),
            ("malformed", (json.JSONDecodeError, UnicodeDecodeError, AttributeError, RecursionError)),
            ("empty_answer", (LookupError, TypeError)),
        ]
        for reason, classes in kinds:
            if isinstance(error, classes):
                return LLMError(reason)
        return LLMError("client", redact(type(error).__name__, self.config.api_key))

    def _from_status(self, error: Any) -> LLMError:
        status = error.status_code
        reason = {
            401: "wrong_key",
            403: "forbidden",
            404: "unknown_model",
            408: "timeout",
            429: "rate_limited",
        }
        name = reason.get(status, "server_error" if status >= 500 or status == 409 else "bad_request")
        if _is_filter(error):
            name = "content_filter"
        code = error.code if isinstance(error.code, str) else ""
        detail = f"{status} {redact(code, self.config.api_key)[:60]}".strip()
        return LLMError(name, detail, retry_after=_retry_after(error.response.headers), status=status)


def parse(body: bytes) -> Answer:
    """The message of a chat completion as JSON. What is missing or odd raises, and is classified above."""
    reply = json.loads(body)
    choice = reply["choices"][0]
    usage = reply.get("usage") or {}
    tokens = tuple(
        n if isinstance(n := usage.get(f"{kind}_tokens"), int) else 0 for kind in ("prompt", "completion")
    )
    message = choice["message"]
    content = message.get("content")
    problem = ""
    if message.get("refusal"):
        problem = "refusal"
    elif choice.get("finish_reason") == "length":
        problem = "truncated"
    elif choice.get("finish_reason") == "content_filter":
        problem = "content_filter"
    elif not isinstance(content, str) or not content.strip():
        problem = "empty_answer"
    parsed = None if problem else _as_object(content)
    if parsed is None:
        error = LLMError(problem or "wrong_schema")
        error.tokens, error.raw = tokens, content if isinstance(content, str) else ""
        raise error
    return Answer(
        parsed=parsed,
        raw=content,
        model=str(reply.get("model") or ""),
        fingerprint=str(reply.get("system_fingerprint") or ""),
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
    )


def _as_object(content: str) -> dict[str, Any] | None:
    if match := FENCE.match(content):
        content = match.group(1)
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _is_filter(error: Any) -> bool:
    return error.code == "content_filter" or "content_filter" in str(error.body or "")[:2000]


def _retry_after(headers: Any) -> float | None:
    """Seconds, from either form of the header; nonsense and the past are as if it were not there."""
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(seconds, 3600.0) if seconds > 0 else None


def _wait(attempt: int, retry_after: float | None) -> float:
    """Never earlier than asked, else twice as long each time; jitter, so that many do not return at once."""
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 (spreads load, keeps no secret)
    return max(0.5 * 2 ** (attempt - 1) * jitter, (retry_after or 0) + jitter * 0.25 if retry_after else 0)
