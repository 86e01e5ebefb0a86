"""The vendor's library and its transport, and what they raise. Imported when a model is first asked:

it takes most of a second, and nobody without a model should pay for it.
"""

import json
import logging
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2 as http
import openai
from pydantic import ValidationError

from reading.llm.errors import LLMError, redact
from reading.llm.reply import parse
from reading.llm.types import Answer, LLMConfig

LARGEST = 1_000_000  # bytes of one answer, unpacked
LONGEST_RETRY_AFTER = 3600.0
AZURE_VERSION = "2024-10-21"
STATUS = {401: "wrong_key", 403: "forbidden", 404: "unknown_model", 408: "timeout", 429: "rate_limited"}
# What the library, its transport and an odd answer raise: measured, and wider than the library's own errors.
EXPECTED = (
    openai.OpenAIError,
    http.HTTPError,
    http.InvalidURL,
    http.StreamError,
    ValidationError,
    TimeoutError,
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    RuntimeError,
)

for name in ("openai", "httpx2", "httpcore2"):  # they speak of every request, headers and all
    logging.getLogger(name).setLevel(logging.WARNING)


class _Measured(http.AsyncByteStream):
    """A body that ends as an error once it is too large, before it is held in memory; unpacked by us,

    because a library would unpack a bomb whole.
    """

    def __init__(self, stream: http.AsyncByteStream, *, packed: bool) -> None:
        self.stream = stream
        self.unpack = zlib.decompressobj(wbits=47) if packed else None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LARGEST
        async for chunk in self.stream:
            try:
                data = self.unpack.decompress(chunk, left + 1) if self.unpack else chunk
            except zlib.error:
                raise LLMError("malformed") from None
            left -= len(data)
            if left < 0:
                raise LLMError("too_large")
            yield data

    async def aclose(self) -> None:
        await self.stream.aclose()


class Transport(http.AsyncHTTPTransport):
    async def handle_async_request(self, request: http.Request) -> http.Response:
        response = await super().handle_async_request(request)
        packing = response.headers.pop("content-encoding", "identity").strip().lower()
        if packing not in ("", "identity", "gzip", "deflate"):
            await response.aclose()
            raise LLMError("malformed")
        assert isinstance(response.stream, http.AsyncByteStream)
        response.stream = _Measured(response.stream, packed=packing in ("gzip", "deflate"))
        return response


def connect(config: LLMConfig) -> Any:
    """A client that tries once, follows nobody elsewhere with our key, and reads only so much."""
    settings: dict[str, Any] = {
        "api_key": config.api_key or "none",  # local servers want no key; the client insists on one
        "max_retries": 0,
        "timeout": http.Timeout(config.call_seconds, connect=5.0),
        "default_headers": {"Accept-Encoding": "identity"},
        "http_client": http.AsyncClient(
            transport=Transport(limits=http.Limits(max_connections=None, max_keepalive_connections=64)),
            follow_redirects=False,
            timeout=http.Timeout(config.call_seconds, connect=5.0),
        ),
    }
    if config.kind == "azure":
        return openai.AsyncAzureOpenAI(azure_endpoint=config.base_url, api_version=AZURE_VERSION, **settings)
    return openai.AsyncOpenAI(base_url=config.base_url, **settings)


async def ask(client: Any, asked: dict[str, Any], key: str) -> Answer:
    """One request. Whatever goes wrong is an `LLMError`: the only place where failures are caught."""
    try:
        async with client.chat.completions.with_streaming_response.create(**asked) as response:
            return parse(b"".join([chunk async for chunk in response.iter_bytes()]))
    except LLMError:
        raise
    except EXPECTED as error:
        cause = error.__cause__ or error.__context__
        if isinstance(cause, LLMError):
            raise cause from None
        raise classify(error, key) from None


def classify(error: BaseException, key: str) -> LLMError:
    if isinstance(error, openai.APIStatusError):
        return _from_status(error, key)
    kinds: list[tuple[str, tuple[type[BaseException], ...]]] = [
        ("timeout", (openai.APITimeoutError, http.TimeoutException, TimeoutError)),
        ("connection", (openai.APIConnectionError, http.HTTPError, http.StreamError, OSError)),
        ("truncated", (openai.LengthFinishReasonError,)),
        ("content_filter", (openai.ContentFilterFinishReasonError,)),
        ("wrong_schema", (ValidationError,)),
        ("malformed", (json.JSONDecodeError, UnicodeDecodeError, AttributeError, RecursionError)),
        ("empty_answer", (LookupError, TypeError)),
    ]
    for reason, classes in kinds:
        if isinstance(error, classes):
            return LLMError(reason)
    return LLMError("client", redact(type(error).__name__, key))


def _from_status(error: openai.APIStatusError, key: str) -> LLMError:
    status = error.status_code
    code = error.code if isinstance(error.code, str) else ""
    if code == "content_filter" or "content_filter" in str(error.body or "")[:2000]:
        reason = "content_filter"
    elif code == "insufficient_quota":
        reason = "quota"
    elif 300 <= status < 400:
        reason = "redirected"
    else:
        other = "server_error" if status >= 500 or status == 409 else "bad_request"
        reason = STATUS.get(status, other)
    detail = f"{status} {redact(code, key)[:60]}".strip()
    told = LLMError(reason, detail, retry_after=retry_after(error.response.headers), status=status)
    param = error.param if isinstance(error.param, str) else ""
    told.complaint = f"{param} {code} {error.message}"[:2000].lower()
    return told


def retry_after(headers: Any) -> float | None:
    """Seconds, from either form of the header; nonsense and the past are as if it were not there.

    A date is held against the server's own clock where it says what that is: ours may be wrong.
    """
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        moment = _date(value)
        if moment is None:
            return None
        seconds = (moment - (_date(headers.get("date", "")) or datetime.now(UTC))).total_seconds()
    return min(seconds, LONGEST_RETRY_AFTER) if seconds > 0 else None


def _date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
