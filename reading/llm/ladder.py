"""How to ask: endpoints differ in what they take, so we begin with the strictest form and step down.

Pure: a manner of asking, the request it makes, and the manner to try after a complaint.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from reading.llm.errors import LLMError
from reading.llm.types import Prompt

RUNGS = ("json_schema", "json_object", "text")
ROOM = 2000  # models that want `max_completion_tokens` think first, and count their thoughts
OPTIONAL = ("temperature", "seed")
NO_OTHER_FORM_HELPS = re.compile(r"context[_ ]length|context window|too many tokens|string_above_max_length")
ABOUT_FORM = re.compile(r"response_format|json_schema|json_object|structured output|\bschema\b|\bstrict\b")


@dataclass(frozen=True)
class Manner:
    """What one endpoint takes."""

    rung: str = RUNGS[0]
    length: str = "max_tokens"
    without: frozenset[str] = frozenset()

    def told(self) -> dict[str, Any]:
        return {"rung": self.rung, "length": self.length, "without": sorted(self.without)}


def request(prompt: Prompt, schema: dict[str, Any], model: str, manner: Manner) -> dict[str, Any]:
    system = prompt.system
    asked: dict[str, Any] = {"model": model, "temperature": prompt.temperature}
    if prompt.seed is not None:
        asked["seed"] = prompt.seed
    for name in manner.without:
        asked.pop(name, None)
    asked[manner.length] = prompt.max_tokens + (ROOM if manner.length == "max_completion_tokens" else 0)
    if manner.rung == "json_schema":
        form = {"name": "answer", "strict": True, "schema": schema}
        asked["response_format"] = {"type": "json_schema", "json_schema": form}
    else:
        told = "Answer with one JSON object of this schema and nothing else:"
        system += f"\n\n{told}\n{json.dumps(schema)}"
    if manner.rung == "json_object":
        asked["response_format"] = {"type": "json_object"}
    return asked | {
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": prompt.user}]
    }


def after(manner: Manner, error: LLMError, *, settled: bool) -> Manner | None:
    """The manner to try next, or None when another would not help.

    An endpoint that has answered in this manner before is doubted only if it names what it does not take.
    """
    if error.reason == "wrong_schema":
        return None if settled else _lower(manner)
    if error.reason != "bad_request" or NO_OTHER_FORM_HELPS.search(error.complaint):
        return None
    if manner.length == "max_tokens" and "max_completion_tokens" in error.complaint:
        return replace(manner, length="max_completion_tokens")
    for name in OPTIONAL:
        if name not in manner.without and re.search(rf"\b{name}\b", error.complaint):
            return replace(manner, without=manner.without | {name})
    if settled and not ABOUT_FORM.search(error.complaint):
        return None
    return _lower(manner)


def _lower(manner: Manner) -> Manner | None:
    place = RUNGS.index(manner.rung) + 1
    return replace(manner, rung=RUNGS[place]) if place < len(RUNGS) else None
