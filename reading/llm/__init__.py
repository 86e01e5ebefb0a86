"""The one seam to models. Vendors are known in this package alone, and nothing of theirs leaves it:

an answer is an `Answer`, and everything that goes wrong is an `LLMError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from reading.llm.budget import Budget, Caps
from reading.llm.errors import LLMError
from reading.llm.registry import borrow, close_all, known
from reading.llm.types import LLM, Answer, LLMConfig, Prompt, Turn

__all__ = [
    "LLM",
    "Answer",
    "Budget",
    "Caps",
    "LLMConfig",
    "LLMError",
    "Prompt",
    "Turn",
    "close_all",
    "get_llm",
    "known",
    "open_llm",
]


def get_llm(config: LLMConfig) -> LLM | None:
    """The configured model, shared by all who name it in this process, or None when there is none."""
    return borrow(config) if config.is_set else None


@contextmanager
def open_llm(config: LLMConfig) -> Iterator[LLM | None]:
    """Borrow the model for as long as an entry is read. Its connections stay for the next entry."""
    yield get_llm(config)
