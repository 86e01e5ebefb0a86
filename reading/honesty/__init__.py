"""What this tool says of itself: its transparency record and the model card of the built-in engine.

Both are data. A field of the record without an answer is for the organisation that runs the service to
fill in; the form is the one that entries have too (records.template).
"""

from functools import cache
from pathlib import Path

import yaml

from reading.framework import load
from reading.reader.recipe import recipe
from records.template import answered

HERE = Path(__file__).parent
DRAFT = "DRAFT: not a published record"


@cache
def record() -> dict:
    return answered(yaml.safe_load((HERE / "record.yaml").read_text(encoding="utf-8")), DRAFT)


def to_fill() -> list[str]:
    """The fields that nobody but the organisation can answer."""
    return [
        field["id"] for section in record()["sections"] for field in section["fields"] if not field["answer"]
    ]


@cache
def card() -> dict:
    """`is_current` is false once the engine has changed since it was measured."""
    told = yaml.safe_load((HERE / "card.yaml").read_text(encoding="utf-8"))
    present = recipe(load())
    return {**told, "recipe": present, "is_current": told["measured"]["recipe"] == present}
