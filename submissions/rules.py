"""Who may do what with an entry, and when. A draft is its team's, at any time; an entry has a window."""

import rules

from core import clock
from core.permissions import permit
from events.rules import is_organiser, within
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


permit("submissions.call", is_organiser, until_submissions_close)
permit("submissions.start", is_on_team)
permit("submissions.edit", is_on_team)
permit("submissions.submit", is_on_team, within("submissions"))
