"""Where a team's entry stands, and the one thing to do next, in words."""

from typing import NamedTuple


class Step(NamedTuple):
    title: str
    text: str
    action: str = ""
    leads_to: str = "edit"


STEPS: dict[str, Step] = {
    "disqualified": Step("Your entry is disqualified", "You can read why below, and answer."),
    "withdrawn_for_good": Step(
        "Your entry is withdrawn", "Judging has begun. If this was a mistake, tell an organiser."
    ),
    "withdrawn": Step(
        "Your entry is withdrawn",
        "Nobody judges or shows it. You can bring it back until submissions close.",
    ),
    "ended": Step("The results are published", "Nothing more can be submitted. Your draft stays here."),
    "undeclared": Step(
        "Confirm the declarations",
        "Your draft became your entry when submissions closed. One thing is missing: your team’s word.",
        "Confirm the declarations",
        "check",
    ),
    "late": Step(
        "An organiser decides about your late revision",
        "We received it after submissions had closed, and kept it. You will get a mail.",
    ),
    "received": Step("There is nothing more to do here", "Your last revision is your entry."),
    "changed_too_late": Step(
        "Your last revision is your entry",
        "You changed the draft after it. Those changes are saved, and were not submitted. If you submit "
        "them now they are kept as late, and count if an organiser admits them.",
        "See your draft",
    ),
    "missed": Step(
        "No entry was received in time",
        "Your draft is saved, and nobody outside your team sees it. If you submit it now it is kept as "
        "late, and counts if an organiser admits it.",
        "Check your answers",
        "check",
    ),
    "missed_incomplete": Step(
        "No entry was received in time",
        "Your draft is saved, and nobody outside your team sees it. Once it is complete you can submit it. "
        "It is kept as late, and counts if an organiser admits it.",
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
        "Your draft has changed since the last revision. Submit again to send the changes.",
        "Check your answers",
        "check",
    ),
    "ready": Step(
        "Check and submit",
        "Every required answer is there. Check them, then submit.",
        "Check your answers",
        "check",
    ),
}


class Facts(NamedTuple):
    """Where an entry stands. `is_changed`: the draft differs from the last revision, or there is none."""

    is_over: bool = False  # this team's own deadline has passed
    is_ended: bool = False  # the results are published
    is_open: bool = True
    is_submitted: bool = False  # a revision counts
    is_waiting: bool = False  # the last revision came late, and nobody has decided
    is_declared: bool = True
    is_changed: bool = True
    is_blank: bool = False
    is_complete: bool = True
    is_withdrawn: bool = False
    is_disqualified: bool = False


def standing(facts: Facts) -> str:
    """The name of the step: the first that holds."""
    f = facts
    holds = {
        "disqualified": f.is_disqualified,
        "withdrawn_for_good": f.is_withdrawn and f.is_over,
        "withdrawn": f.is_withdrawn,
        "ended": f.is_ended and (f.is_changed or not f.is_submitted),
        "undeclared": f.is_over and not f.is_declared and not f.is_changed and not f.is_ended,
        "late": f.is_over and f.is_waiting and not f.is_changed,
        "received": f.is_over and f.is_submitted and not f.is_changed,
        "changed_too_late": f.is_over and f.is_submitted,
        "missed_incomplete": f.is_over and not f.is_complete,
        "missed": f.is_over,
        "blank": f.is_blank,
        "submitted": f.is_submitted and not f.is_changed,
        "incomplete": not f.is_complete,
        "early": not f.is_open,
        "changed": f.is_submitted,
        "ready": True,
    }
    return next(name for name, true in holds.items() if true)
