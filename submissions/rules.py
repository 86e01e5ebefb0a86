"""Who may do what with an entry, and when. A draft is its team's, at any time; an entry has a window."""

import rules

from core.permissions import permit
from events.rules import within
from teams.models import Membership, Team


@rules.predicate
def is_on_team(user, obj) -> bool:
    """On the team that the entry belongs to, or on this team."""
    team = obj if isinstance(obj, Team) else getattr(obj, "team", None)
    return team is not None and Membership.objects.filter(team=team, user=user).exists()


permit("submissions.start", is_on_team)
permit("submissions.edit", is_on_team)
permit("submissions.submit", is_on_team, within("submissions"))
