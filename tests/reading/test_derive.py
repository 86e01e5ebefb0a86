"""What the screener is told first follows from findings and flags alone."""

import pytest

from reading.reader.derive import hint
from reading.report import PrincipleResult, Quote, Signal

QUOTE = Quote(text="a", start=0, end=1)


def rows(*findings: str, quoted: int = 10) -> list[PrincipleResult]:
    every = [*findings, *["unread" if findings == () else "evidenced"] * (10 - len(findings))]
    return [
        PrincipleResult(number=n, finding=finding, quotes=[QUOTE] if n <= quoted else [])
        for n, finding in enumerate(every, 1)
    ]


def flag(kind: str, severity: str = "warn") -> Signal:
    return Signal(kind=kind, severity=severity)


@pytest.mark.parametrize(
    ("principles", "signals", "expected"),
    [
        (rows("partial"), [], "ready_to_read"),
        (rows("concern"), [], "read_concerns_first"),
        (rows("concern", "not_found"), [], "read_concerns_first"),
        (rows("not_found"), [], "ask_team_first"),
        (rows("uncertain"), [], "ask_team_first"),
        (rows("partial"), [flag("hidden_text")], "read_concerns_first"),
        (rows("partial"), [flag("personal_data", "stop")], "read_concerns_first"),
        (rows("partial"), [flag("personal_data")], "ready_to_read"),
        (rows("partial"), [flag("remote_image")], "ready_to_read"),
        (rows(), [], "ready_to_read"),
        (rows(quoted=5), [], "ready_to_read"),
        (rows(quoted=4), [], "ask_team_first"),
        (rows(), [flag("encoded")], "read_concerns_first"),
    ],
)
def test_hint_follows_from_findings_and_flags(principles, signals, expected: str) -> None:
    assert hint(principles, signals) == expected
