"""The body of a chat completion as an answer. What is missing or odd raises, and is classified elsewhere."""

import json
import re
from typing import Any

from reading.llm.errors import LLMError
from reading.llm.types import Answer

FENCE = re.compile(r"\A[^`{}]*```(?:json)?[ \t]*\n?(.*?)```[^`{}]*\Z", re.DOTALL | re.IGNORECASE)


def parse(body: bytes) -> Answer:
    reply = json.loads(body)
    choice = reply["choices"][0]
    usage = reply.get("usage") or {}
    counts = [usage.get(f"{kind}_tokens") for kind in ("prompt", "completion")]
    tokens = tuple(n if type(n) is int and n >= 0 else 0 for n in counts)
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
    parsed = None if problem else as_object(content)
    if parsed is None:
        error = LLMError(problem or "wrong_schema")
        error.tokens, error.raw = tokens, content if isinstance(content, str) else ""
        raise error
    return Answer(
        parsed=parsed,
        raw=content,
        model=str(reply.get("model") or "")[:200],
        fingerprint=str(reply.get("system_fingerprint") or "")[:200],
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
        counted=tokens != (0, 0),
    )


def as_object(content: str) -> dict[str, Any] | None:
    """One JSON object: alone, in a code fence, or with prose around it. Nothing looser, and no choice."""
    if match := FENCE.match(content):
        content = match.group(1)
    begin = content.find("{")
    if begin < 0:
        return None
    try:
        parsed, end = json.JSONDecoder().raw_decode(content, begin)
    except (ValueError, RecursionError):
        return None
    around = content[:begin] + content[end:]
    return parsed if isinstance(parsed, dict) and not set(around) & set("{}[]") else None
