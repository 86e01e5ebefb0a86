"""What a team does with its entry, and what an organiser decides about all of them."""

from submissions.actions.calling import add_question, change_question, remove_question, set_call
from submissions.actions.drafting import Overtaken, revert, save_draft, start
from submissions.actions.submitting import submit

__all__ = [
    "Overtaken",
    "add_question",
    "change_question",
    "remove_question",
    "revert",
    "save_draft",
    "set_call",
    "start",
    "submit",
]
