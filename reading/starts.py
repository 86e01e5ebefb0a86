"""Questions of its own that an event may start from."""

from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("starts.yaml")


@cache
def starts() -> dict[str, dict[str, str]]:
    """By key: title, asks, cues, question."""
    rows = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {row["key"]: {name: row[name] for name in ("title", "asks", "cues", "question")} for row in rows}
