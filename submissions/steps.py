"""Where a team's entry stands, and the one thing to do next, in words."""

from typing import NamedTuple


class Step(NamedTuple):
    title: str
    text: str
    action: str = ""
    leads_to: str = "edit"


STEPS: dict[str, Step] = {
    "received": Step("There is nothing more to do here", "Your last revision is your entry."),
    "changed_too_late": Step(
        "Your last revision is your entry",
        "You changed the draft after it. Those changes are saved, and were not submitted. "
        "Nobody outside your team sees them.",
        "See your draft",
    ),
    "missed": Step(
        "No entry was received",
        "Your draft is saved, and nobody outside your team sees it. "
        "If you think this is wrong, tell an organiser.",
        "See your draft",
    ),
    "blank": Step(
        "Start your entry",
        "Write what you know now. Anyone on your team can save the draft incomplete and come back to it.",
        "Start your entry",
    ),
    "submitted": Step(
        "You have submitted everything",
        "You can change the draft and submit again until submissions close.",
        "Change your draft",
    ),
    "incomplete": Step(
        "Finish your draft", "You can submit once the answers listed below are there.", "Continue your draft"
    ),
    "early": Step(
        "Your draft is ready",
        "Every required answer is there. You can submit it once submissions open.",
        "Check your answers",
        "check",
    ),
    "changed": Step(
        "Submit your changes",
        "Your draft has changed since the last revision. The changes count once you submit again.",
        "Check your answers",
        "check",
    ),
    "ready": Step(
        "Check and submit",
        "Every required answer is there. Nothing counts until you submit it.",
        "Check your answers",
        "check",
    ),
}


def standing(
    *, is_over: bool, is_open: bool, is_submitted: bool, is_changed: bool, is_blank: bool, is_complete: bool
) -> str:
    """The first that holds. `is_changed`: the draft differs from the last revision, or there is none."""
    holds = {
        "received": is_over and is_submitted and not is_changed,
        "changed_too_late": is_over and is_submitted,
        "missed": is_over,
        "blank": is_blank,
        "submitted": is_submitted and not is_changed,
        "incomplete": not is_complete,
        "early": not is_open,
        "changed": is_submitted,
        "ready": True,
    }
    return next(name for name, true in holds.items() if true)
