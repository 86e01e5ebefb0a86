"""Who may do what with what leaves: a team with its record, organisers with all entries."""

import rules

from core.permissions import permit
from events.rules import is_organiser
from submissions.models import Revision
from teams.rules import is_member, is_on_team


@rules.predicate
def reads_the_entry(user, submission) -> bool:
    """One of those who may read the revision that counts. A draft is its team's alone."""
    if submission is None:
        return False
    return Revision.objects.visible_to(user).current().filter(submission=submission).exists()


permit("records.see", is_member | reads_the_entry)
permit("records.edit", is_on_team)
permit("records.export", is_organiser)
