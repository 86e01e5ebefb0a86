"""Who judges, who runs the judging, and when. A conflict of interest is stronger than any role."""

import rules

from core import clock
from core.permissions import permit
from events.models import Phase
from events.rules import is_chair, is_judge, is_organiser
from judging.models import Assignment, Conflict, Judge, Round


@rules.predicate
def is_own(user, assignment) -> bool:
    """The judge whom the entry was given to, while it is still theirs."""
    return (
        isinstance(assignment, Assignment) and assignment.judge_id == user.pk and assignment.ended_at is None
    )


def without_conflict(assignment) -> str:
    return assignment.why_conflict() or assignment.round.why_shut()


def until_scores_close(obj) -> str:
    """A round can be prepared at any time before, and changed until it closes."""
    round = obj if isinstance(obj, Round) else obj.round
    now = clock.now()
    return "" if now < min(round.closes, round.event.scores_close_at) else round.why_shut()


@rules.predicate
def is_that_judge(user, judge) -> bool:
    return isinstance(judge, Judge) and judge.role.user_id == user.pk


@rules.predicate
def is_not_part_of(user, conflict) -> bool:
    """Neither the judge it is about, nor the one who declared it."""
    return isinstance(conflict, Conflict) and user.pk not in (conflict.judge_id, conflict.declared_by_id)


def until_all_scores_close(obj) -> str:
    event = obj.event
    return "" if clock.now() < event.scores_close_at else event.why_shut("scores")


def until_published(obj) -> str:
    """A conflict that comes to light late matters until the results are out."""
    return "The results of this event are published" if obj.event.phase is Phase.SHOWCASE else ""


runs_judging = is_chair | is_organiser

permit("judging.set_rubric", runs_judging, until_scores_close)
permit("judging.allocate", runs_judging, until_scores_close)
permit("judging.watch", runs_judging)
permit("judging.judge", is_judge)
permit("judging.score", is_judge & is_own, without_conflict)
permit("judging.invite", runs_judging, until_all_scores_close)
permit("judging.set_judge", runs_judging, until_all_scores_close)
permit("judging.answer", is_judge & is_that_judge, until_all_scores_close)
permit("judging.declare", is_judge & is_that_judge, until_published)
permit("judging.declare_for", runs_judging, until_published)
permit("judging.end_conflict", runs_judging & is_not_part_of, until_published)
