"""What a model is to the rest of the project."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from decimal import Decimal
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
    at_once: int = 32  # calls in flight at this endpoint from this process, over all entries
    price_in: Decimal | None = None  # pounds per million tokens; both, or the price table is asked
    price_out: Decimal | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.base_url and self.model)

    @property
    def engine(self) -> str:
        return f"openai:{self.model}" if self.is_set else "offline"

    @property
    def endpoint(self) -> tuple[str, str, str]:
        """What is learnt of an endpoint is kept under this, never under a key."""
        return self.kind, self.base_url.rstrip("/"), self.model


@dataclass(frozen=True)
class Prompt:
    system: str
    user: str
    max_tokens: int = 250
    temperature: float = 0.0
    seed: int | None = None


@dataclass(frozen=True)
class Answer:
    """What came back, already parsed as JSON; whether it makes sense is for the caller to verify.

    `temperature` and `seed` are what was sent: None where the model does not take them.
    """

    parsed: dict[str, Any]
    raw: str
    model: str = ""
    fingerprint: str = ""
    rung: str = ""
    temperature: float | None = None
    seed: int | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    counted: bool = True  # whether the server said how many tokens it took
    seconds: float = 0.0
    attempts: int = 1


class Turn(Protocol):
    """One entry's place in the queue for an endpoint: entries that came first are served first."""

    def close(self) -> None:
        """Begin nothing more; what is in flight may end, because it is paid for."""
        ...


class LLM(Protocol):
    config: LLMConfig

    def turn(self) -> Turn: ...

    def submit(
        self, prompt: Prompt, *, schema: dict[str, Any], until: float | None = None, turn: Turn | None = None
    ) -> Future[Answer]:
        """Ask once. `until` is a moment of `time.monotonic()`. Every failure is an `LLMError`."""
        ...

    def answer(self, prompt: Prompt, *, schema: dict[str, Any], until: float | None = None) -> Answer: ...
