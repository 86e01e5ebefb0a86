"""What a model costs. A model that is not in the table has no price, and that is said, never guessed."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from reading.llm.types import LLMConfig

TABLE = Path(__file__).with_name("prices.yaml")
MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Price:
    """Pounds per million tokens, and where that comes from."""

    prompt: Decimal
    completion: Decimal
    source: str

    def of(self, tokens: tuple[int, int]) -> Decimal:
        return (tokens[0] * self.prompt + tokens[1] * self.completion) / MILLION


@cache
def table() -> dict[str, Any]:
    return yaml.safe_load(TABLE.read_text(encoding="utf-8"))


def version() -> str:
    return table()["version"]


def price_of(config: LLMConfig) -> Price | None:
    """What the settings say, or else the table; None when neither knows."""
    if config.price_in is not None and config.price_out is not None:
        return Price(config.price_in, config.price_out, "settings")
    for row in table()["prices"]:
        if re.fullmatch(row["model"], config.model):
            return Price(Decimal(row["in"]), Decimal(row["out"]), f"{row['source']}, {row['dated']}")
    return None
