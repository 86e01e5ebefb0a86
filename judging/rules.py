"""Who judges, who runs the judging, and when. A conflict of interest is stronger than any role."""

import rules

from core import clock
from core.permissions import permit
from events.rules import is_chair, is_judge, is_organiser
from judging.models import Assignment, Round


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


def after_scores_close(round) -> str:
    return round.why_scores_hidden()


runs_judging = is_chair | is_organiser

permit("judging.set_rubric", runs_judging, until_scores_close)
permit("judging.allocate", runs_judging, until_scores_close)
permit("judging.watch", runs_judging)
permit("judging.judge", is_judge)
permit("judging.score", is_judge & is_own, without_conflict)
permit("judging.see_results", runs_judging, after_scores_close)
