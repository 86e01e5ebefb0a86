"""What the screener is told first, derived by code from verified findings and flags. Never a verdict."""

from reading.report import Hint, PrincipleResult, Signal

TAMPERING = {"instruction", "hidden_text", "invisible_characters", "encoded"}
TOO_LITTLE = 5  # principles about which an unread entry says something


def hint(principles: list[PrincipleResult], signals: list[Signal]) -> Hint:
    if any(signal.severity == "stop" or signal.kind in TAMPERING for signal in signals):
        return "read_concerns_first"
    if any(row.finding == "concern" for row in principles):
        return "read_concerns_first"
    if all(row.finding == "unread" for row in principles):
        spoken = sum(1 for row in principles if row.quotes)
        return "ready_to_read" if spoken >= TOO_LITTLE else "ask_team_first"
    if any(row.finding in {"not_found", "uncertain"} for row in principles):
        return "ask_team_first"
    return "ready_to_read"
