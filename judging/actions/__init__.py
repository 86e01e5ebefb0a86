"""What people do in judging: set the rubric, give entries to judges, score."""

from judging.actions.allocating import assign, end_assignment, propose
from judging.actions.conflicts import declare, end_conflict, end_in_conflict
from judging.actions.inviting import (
    Dead,
    Faulty,
    NeedsSecondFactor,
    SomebodyElse,
    holder_of,
    invite,
    send_again,
    take_up,
    withdraw_invitation,
)
from judging.actions.judges import confirm, decline, pause, resume, set_judge
from judging.actions.rubric import FROZEN, add_criterion, adopt, change_criterion, remove_criterion
from judging.actions.scoring import EntryChanged, Overtaken, score

__all__ = [
    "FROZEN",
    "Dead",
    "EntryChanged",
    "Faulty",
    "NeedsSecondFactor",
    "Overtaken",
    "SomebodyElse",
    "add_criterion",
    "adopt",
    "assign",
    "change_criterion",
    "confirm",
    "declare",
    "decline",
    "end_assignment",
    "end_conflict",
    "end_in_conflict",
    "holder_of",
    "invite",
    "pause",
    "propose",
    "remove_criterion",
    "resume",
    "score",
    "send_again",
    "set_judge",
    "take_up",
    "withdraw_invitation",
]
