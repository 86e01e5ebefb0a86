"""Who reads reports, and who decides. Nobody decides on the entry of a team that they are on."""

from core.permissions import permit
from events.models import Phase, RoleKind
from events.rules import has_role, in_phases, is_insider, is_organiser, is_screener
from teams.rules import is_member, is_on_team

reads_entries = has_role(RoleKind.SCREENER, RoleKind.ORGANISER, RoleKind.CHAIR)
screens = is_screener & ~is_member

while_it_matters = in_phases(
    Phase.BUILDING,
    Phase.JUDGING,
    otherwise="Entries are screened from the time building begins until the results are published",
)

permit("screening.queue", reads_entries)
permit("screening.read", reads_entries | is_member)
permit("screening.clear", screens, while_it_matters)
permit("screening.hold", screens, while_it_matters)
permit("screening.find", screens, while_it_matters)
permit("screening.claim", screens, while_it_matters)
permit("screening.next", is_screener, while_it_matters)
permit("screening.ask", screens, while_it_matters)
permit("screening.answer", is_on_team, while_it_matters)
permit("screening.answers", is_insider)
permit("screening.share", is_organiser)
permit("screening.agreement", has_role(RoleKind.ORGANISER, RoleKind.CHAIR))
