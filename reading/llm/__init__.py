"""The one seam to models. Vendors are known in this package alone, and nothing of theirs leaves it:

an answer is an `Answer`, and everything that goes wrong is an `LLMError`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from reading.llm.client import OpenAI
from reading.llm.errors import LLMError
from reading.llm.types import LLM, Answer, LLMConfig, Prompt

__all__ = ["LLM", "Answer", "LLMConfig", "LLMError", "Prompt", "get_llm", "open_llm"]


def get_llm(config: LLMConfig) -> LLM | None:
    """The configured model, not yet connected, or None when there is none. Close it, or use `open_llm`."""
    if not config.is_set:
        return None
    return OpenAI(config)


@contextmanager
def open_llm(config: LLMConfig) -> Iterator[LLM | None]:
    llm = get_llm(config)
    try:
        yield llm
    finally:
        if llm is not None:
            llm.close()
