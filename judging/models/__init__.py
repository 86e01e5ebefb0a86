from judging.models.assignments import Assignment, Ballot, Score, Visit
from judging.models.conflicts import (
    barring_departments,
    conflicts_of,
    declared_in,
    departments_of,
    runs,
    shared_department,
    why_conflict,
)
from judging.models.coverage import EntryCoverage, JudgeCoverage, coverage_of
from judging.models.entries import entries_in
from judging.models.judges import Conflict, Invitation, Invitee, Judge, judges_of
from judging.models.lists import Place, RankedList
from judging.models.panel import Seat, hides_teams, named_for, panel_of, titles_for
from judging.models.rounds import Advance, Mode, Round, Station
from judging.models.rubric import FAILS, FURTHEST, HIGHEST, LOWEST, PASSES, Criterion, Kind

__all__ = [
    "FAILS",
    "FURTHEST",
    "HIGHEST",
    "LOWEST",
    "PASSES",
    "Advance",
    "Assignment",
    "Ballot",
    "Conflict",
    "Criterion",
    "EntryCoverage",
    "Invitation",
    "Invitee",
    "Judge",
    "JudgeCoverage",
    "Kind",
    "Mode",
    "Place",
    "RankedList",
    "Round",
    "Score",
    "Seat",
    "Station",
    "Visit",
    "barring_departments",
    "conflicts_of",
    "coverage_of",
    "declared_in",
    "departments_of",
    "entries_in",
    "hides_teams",
    "judges_of",
    "named_for",
    "panel_of",
    "runs",
    "shared_department",
    "titles_for",
    "why_conflict",
]
