"""Who may do what with challenges, and when."""

import rules

from core.permissions import permit
from events.rules import is_organiser, within


@rules.predicate
def is_of_a_department_that_takes_part(user, obj) -> bool:
    """Where an event names no department, every department that is known here may take part."""
    return user.department_id is not None and obj.event.invites(user.department_id)


@rules.predicate
def is_owner(user, challenge) -> bool:
    return challenge is not None and challenge.owner_id == user.pk


permit("challenges.propose", is_of_a_department_that_takes_part, within("proposals"))
permit("challenges.edit", is_owner, within("proposals"))
permit("challenges.decide", is_organiser)
# Beyond what is public: where it stands, what it lacks, who approves it, and its history.
permit("challenges.see_whole", is_owner | is_organiser)
