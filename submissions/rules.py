"""Who may do what with an entry, and when. A draft is its team's, at any time; an entry has a window."""

import rules

from core import clock
from core.permissions import permit
from events.models import Phase
from events.rules import is_chair, is_organiser
from teams.models import Membership, Team


@rules.predicate
def is_on_team(user, obj) -> bool:
    """On the team that the entry belongs to, or on this team."""
    team = obj if isinstance(obj, Team) else getattr(obj, "team", None)
    return team is not None and Membership.objects.filter(team=team, user=user).exists()


def until_submissions_close(event) -> str:
    """What was asked of entries is history once they are in."""
    if clock.now() < event.submissions_close_at:
        return ""
    return f"Submissions closed at {event.say(event.submissions_close_at)}. What was asked stays as it was"


def until_published(obj) -> str:
    """From the time building begins. After the close it is late, and kept, until the results are out."""
    event = obj.event
    if event.published_at is not None and event.phase is Phase.SHOWCASE:
        return f"The results were published at {event.say(event.published_at)}"
    return event.why_shut("submissions") if clock.now() < event.submissions_close_at else ""


def after_the_close(obj) -> str:
    event = obj.event
    if clock.now() < event.submissions_close_at:
        return f"Submissions close at {event.say(event.submissions_close_at)}. Nothing is late before"
    return until_published(obj)


def until_own_deadline(submission) -> str:
    """For this team: it may have been given more time than the others."""
    if why := until_published(submission):
        return why
    ends = submission.window.ends_at
    return "" if clock.now() < ends else f"Submissions closed at {submission.event.say(ends)}"


runs_event = is_organiser | is_chair

permit("submissions.call", is_organiser, until_submissions_close)
permit("submissions.start", is_on_team)
permit("submissions.edit", is_on_team)
permit("submissions.submit", is_on_team, until_published)
permit("submissions.withdraw", is_on_team, until_published)
permit("submissions.bring_back", is_on_team, until_own_deadline)
permit("submissions.answer", is_on_team, until_published)
permit("submissions.standings", runs_event)
permit("submissions.extend", is_organiser & ~is_on_team, until_published)
permit("submissions.admit", is_organiser & ~is_on_team, after_the_close)
permit("submissions.disqualify", runs_event & ~is_on_team, until_published)
