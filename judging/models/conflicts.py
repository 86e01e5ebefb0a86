"""Who may not judge whom: what is computed from departments, and what people declared."""

from accounts.models import Department
from events.models import Event
from judging.models.judges import Conflict
from judging.models.rounds import Round
from teams.models import Membership, Team


def shared_department(judge, team: Team) -> Department | None:
    """The judge's department, when someone on the team is from it too: a conflict that nothing overrides."""
    if judge.department_id is None:
        return None
    colleagues = Membership.objects.filter(team=team, user__department=judge.department_id)
    return judge.department if colleagues.exists() else None


def why_conflict(round: Round, judge, team: Team) -> str:
    """Why this judge may not score this team's entry, as a clause about "you"; "" when they may."""
    if shared := shared_department(judge, team):
        return f"You and someone on this team are both from {shared}"
    if round.owner_conflicts and judge.department_id and judge.department_id == team.challenge.department_id:
        return f"Your department, {judge.department}, set this team’s challenge"
    if Membership.objects.filter(team=team, user=judge).exists():
        return "You are on this team"
    declared = Conflict.objects.standing().filter(judge=judge, team=team).first()
    return f"A conflict of interest is declared ({declared.get_kind_display().lower()})" if declared else ""


def departments_of(event: Event) -> dict[int, set[int]]:
    """The departments on each team of the event: team -> departments."""
    found: dict[int, set[int]] = {}
    rows = Membership.objects.filter(event=event, user__department__isnull=False)
    for team, department in rows.values_list("team_id", "user__department_id"):
        found.setdefault(team, set()).add(department)
    return found


def barring_departments(round: Round) -> dict[int, set[int]]:
    """The departments whose judges may not score each team: team -> departments."""
    found = departments_of(round.event)
    if round.owner_conflicts:
        rows = Team.objects.filter(event=round.event).values_list("pk", "challenge__department_id")
        for team, owner in rows:
            found.setdefault(team, set()).add(owner)
    return found


def declared_in(event: Event) -> dict[tuple[int, int], Conflict]:
    """What people declared: (team, judge) -> the conflict."""
    rows = Conflict.objects.standing().filter(event=event)
    return {(row.team_id, row.judge_id): row for row in rows}
