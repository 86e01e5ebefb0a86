"""Who may do what with teams, and when. Later stages ask `is_on_team` of their own nouns."""

import rules

from core.permissions import permit
from events.rules import is_insider, is_participant, within
from teams.models import Membership


@rules.predicate
def is_member(user, obj) -> bool:
    """Stands on the team that the object belongs to."""
    return obj is not None and Membership.objects.filter(team=obj.team, user=user).exists()


# Someone whose part in the event was taken away no longer acts for the team.
is_on_team = is_member & is_participant


@rules.predicate
def is_own_membership(user, membership) -> bool:
    return membership is not None and membership.user_id == user.pk


permit("teams.see", is_insider)
permit("teams.found", is_participant, within("team_changes"))
permit("teams.join", is_participant, within("team_changes"))
permit("teams.leave", is_on_team, within("team_changes"))
permit("teams.move", is_on_team, within("team_changes"))
permit("teams.name_me", is_own_membership)
