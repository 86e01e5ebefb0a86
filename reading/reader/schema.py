"""The forms that a model must answer in. The ids on offer are the only evidence that can be named."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

MISSING = QUESTION = 160
SENTENCE = 200
MOST_EVIDENCE = 3
MOST_SENTENCES = 5
FINDINGS = ("evidenced", "partial", "not_found", "concern", "uncertain")


class Reply(BaseModel):
    """One principle. Extra keys are refused; what the words mean is for `verify`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    finding: Literal["evidenced", "partial", "not_found", "concern", "uncertain"]
    evidence: list[str]
    missing: str
    question: str


class SummarySentence(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    text: str
    evidence: list[str]


class SummaryReply(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    sentences: list[SummarySentence]


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ids(offered: list[str]) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", "enum": sorted(offered)}}


def principle(offered: list[str]) -> dict[str, Any]:
    """Without lengths: strict endpoints do not know `maxLength`, and `verify` cuts."""
    return _closed(
        {
            "finding": {"type": "string", "enum": list(FINDINGS)},
            "evidence": _ids(offered),
            "missing": {"type": "string"},
            "question": {"type": "string"},
        }
    )


def summary(offered: list[str]) -> dict[str, Any]:
    sentence = _closed({"text": {"type": "string"}, "evidence": _ids(offered)})
    return _closed({"sentences": {"type": "array", "items": sentence}})
