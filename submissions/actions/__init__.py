"""What a team does with its entry, what organisers decide about it, and what happens by rule."""

from submissions.actions.calling import add_question, change_question, remove_question, set_call
from submissions.actions.drafting import Overtaken, revert, save_draft, start
from submissions.actions.extending import decide_late, end_extension, extend
from submissions.actions.leaving import (
    agree_to_disqualify,
    answer_disqualification,
    bring_back,
    lift_disqualification,
    propose_disqualification,
    withdraw,
)
from submissions.actions.submitting import submit

__all__ = [
    "Overtaken",
    "add_question",
    "agree_to_disqualify",
    "answer_disqualification",
    "bring_back",
    "change_question",
    "decide_late",
    "end_extension",
    "extend",
    "lift_disqualification",
    "propose_disqualification",
    "remove_question",
    "revert",
    "save_draft",
    "set_call",
    "start",
    "submit",
    "withdraw",
]
