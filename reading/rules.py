"""Who asks for a reading, and who decides how entries are read."""

from core.permissions import permit
from events.models import Phase, RoleKind
from events.rules import has_role, in_phases, is_chair, is_insider, is_organiser, is_screener
from submissions.rules import until_own_deadline
from teams.rules import is_member, is_on_team

while_it_matters = in_phases(
    Phase.BUILDING,
    Phase.JUDGING,
    otherwise="Entries are read from the time building begins until the results are published",
)

permit("reading.retry", is_screener & ~is_member, while_it_matters)
permit("reading.see_early", is_on_team)
permit("reading.ask_early", is_on_team, until_own_deadline)
permit("reading.how", is_insider)
permit("reading.plan", is_organiser)
permit("reading.ledger", has_role(RoleKind.ORGANISER))
permit("reading.overview", is_organiser | is_chair)
