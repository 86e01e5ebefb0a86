"""What a model is to the rest of the project."""

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class LLMConfig:
    """Where the model is. Read from the settings by the caller, who alone knows them."""

    kind: str = "openai"  # or azure
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    model: str = ""
    call_seconds: float = 20.0
    tries: int = 4
    at_once: int = 8

    @property
    def is_set(self) -> bool:
        return bool(self.base_url and self.model)

    @property
    def engine(self) -> str:
        return f"openai:{self.model}" if self.is_set else "offline"


@dataclass(frozen=True)
class Prompt:
    system: str
    user: str
    max_tokens: int = 250
    temperature: float = 0.0
    seed: int | None = None


@dataclass(frozen=True)
class Answer:
    """What came back, already parsed as JSON; whether it makes sense is for the caller to verify."""

    parsed: dict[str, Any]
    raw: str
    model: str = ""
    fingerprint: str = ""
    rung: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    attempts: int = 1


class LLM(Protocol):
    model: str
    at_once: int

    def answer(self, prompt: Prompt, *, schema: dict[str, Any], until: float | None = None) -> Answer:
        """Ask once. `until` is a moment of `time.monotonic()`. Every failure is an `LLMError`."""
        ...

    def close(self) -> None: ...
