"""What people do in judging: set the rubric, give entries to judges, score."""

from judging.actions.allocating import assign, end_assignment, propose
from judging.actions.rubric import FROZEN, add_criterion, adopt, change_criterion, remove_criterion
from judging.actions.scoring import EntryChanged, Overtaken, score

__all__ = [
    "FROZEN",
    "EntryChanged",
    "Overtaken",
    "add_criterion",
    "adopt",
    "assign",
    "change_criterion",
    "end_assignment",
    "propose",
    "remove_criterion",
    "score",
]
