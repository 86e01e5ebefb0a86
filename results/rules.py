"""Who sees what came of the judging, and when: the chair and organisers, once a round has closed."""

from core.permissions import permit
from events.rules import is_chair, is_organiser

runs_judging = is_chair | is_organiser


def after_the_round(round) -> str:
    return round.why_scores_hidden()


permit("results.see", runs_judging, after_the_round)
permit("results.compute", runs_judging, after_the_round)
