"""What a reading may cost: held against an estimate before anything is sent, and against the bill after."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reading.llm.errors import LLMError
from reading.llm.prices import Price, price_of, version
from reading.llm.types import LLMConfig, Prompt


@dataclass(frozen=True)
class Caps:
    """At most so many tokens and pounds; None is no limit."""

    tokens: int | None = None
    gbp: Decimal | None = None

    def least(self, other: "Caps") -> "Caps":
        """Both hold: an entry's own, and what is left for its event."""
        tokens = [cap for cap in (self.tokens, other.tokens) if cap is not None]
        gbp = [cap for cap in (self.gbp, other.gbp) if cap is not None]
        return Caps(min(tokens, default=None), min(gbp, default=None))


class Budget:
    """The bill of one reading."""

    def __init__(self, config: LLMConfig, caps: Caps | None = None) -> None:
        self.caps = caps or Caps()
        self.price: Price | None = price_of(config)
        self.tokens = (0, 0)
        self.counted = (0, 0)  # for the caps: where a server does not say, what we expected

    def expect(self, tokens: tuple[int, int]) -> None:
        """Refuse what would not fit. A cap in pounds needs a price: what cannot be counted is not begun."""
        if self.caps.gbp is not None and self.price is None:
            raise LLMError(
                "over_budget", "there is a limit in pounds, and the price of this model is not known"
            )
        self._within(_sum(self.counted, tokens))

    def spend(self, tokens: tuple[int, int], *, expected: tuple[int, int]) -> None:
        """Note what a call took, whatever came of it; raise once a cap is passed."""
        self.tokens = _sum(self.tokens, tokens)
        self.counted = _sum(self.counted, tokens if any(tokens) else expected)
        self._within(self.counted)

    @property
    def gbp(self) -> Decimal | None:
        """What it cost, or None when the price is not known."""
        return self.price.of(self.tokens) if self.price else None

    def told(self) -> dict[str, Any]:
        """For the record."""
        if self.price is None:
            return {"version": version(), "source": "unknown"}
        prices = {"in": str(self.price.prompt), "out": str(self.price.completion)}
        return {"version": version(), "source": self.price.source, "currency": "GBP", **prices}

    def _within(self, tokens: tuple[int, int]) -> None:
        if self.caps.tokens is not None and sum(tokens) > self.caps.tokens:
            raise LLMError("over_budget", f"{sum(tokens)} tokens, of {self.caps.tokens} allowed")
        if self.caps.gbp is not None and self.price and (cost := self.price.of(tokens)) > self.caps.gbp:
            raise LLMError("over_budget", f"£{cost:.4f}, of £{self.caps.gbp:.4f} allowed")


def estimate(prompt: Prompt, schema: str) -> tuple[int, int]:
    """Tokens of a call, rather too many than too few: plain words take four bytes a token or more,

    and marked passages about half of that.
    """
    plain, marked = len((prompt.system + schema).encode()), len(prompt.user.encode())
    return plain // 3 + marked // 2 + 20, prompt.max_tokens


def _sum(some: tuple[int, int], more: tuple[int, int]) -> tuple[int, int]:
    return some[0] + more[0], some[1] + more[1]
