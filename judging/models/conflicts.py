"""Who may not judge whom: what is computed from departments and teams, and what people declared.

One rule, `Ties.why`, asked for one pair by `why_conflict` and for all of a round by `conflicts_of`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from accounts.models import Department
from core.models import AuditRow
from events.models import Event, Role, RoleKind
from judging.models.judges import Conflict, Judge
from judging.models.rounds import Round
from submissions.models import Submission
from teams.models import Membership, Team

# Leaving deletes a seat; the log keeps that it was taken.
ONCE_ON_A_TEAM = ("teams.founded", "teams.joined")


@dataclass(frozen=True)
class Ties:
    """What ties people to these teams, in a round."""

    owner_counts: bool
    departments: dict[int, set[int]]  # team -> departments of its members
    members: set[tuple[int, int]]  # team, person
    formerly: set[tuple[int, int]]
    declared: dict[tuple[int, int], Conflict]

    def why(self, team: Team, person: int, homes: dict[int, Department]) -> str:
        """Why this person may not score this team's entry, as a clause about "you"; "" when they may."""
        if shared := homes.keys() & self.departments.get(team.pk, set()):
            return f"You and someone on this team are both from {homes[min(shared)]}"
        if self.owner_counts and (owner := homes.get(team.challenge.department_id)):
            return f"Your department, {owner}, set this team’s challenge"
        if (team.pk, person) in self.members:
            return "You are on this team"
        if (team.pk, person) in self.formerly or team.founded_by_id == person:
            return "You were on this team before"
        if declared := self.declared.get((team.pk, person)):
            return f"A conflict of interest is declared ({declared.get_kind_display().lower()})"
        return ""


def ties_of(round: Round, teams: Collection[int]) -> Ties:
    """Three queries, however many teams."""
    departments: dict[int, set[int]] = defaultdict(set)
    members = set()
    seats = Membership.objects.filter(team__in=teams)
    for team, person, department in seats.values_list("team_id", "user_id", "user__department_id"):
        members.add((team, person))
        if department is not None:
            departments[team].add(department)
    rows = AuditRow.objects.filter(
        subject_type=Team._meta.label_lower, subject_id__in=teams, verb__in=ONCE_ON_A_TEAM
    )
    formerly = {(team, person) for team, person in rows.values_list("subject_id", "by_id") if person}
    standing = Conflict.objects.standing().filter(team__in=teams).order_by("-pk")
    declared = {(row.team_id, row.judge_id): row for row in standing}
    return Ties(round.owner_conflicts, dict(departments), members, formerly, declared)


def homes_of(judge, event: Event) -> dict[int, Department]:
    """The departments that this person comes from, as far as this event knows."""
    known = Judge.objects.of_event(event).filter(role__user=judge).first()
    if known is not None:
        return known.homes
    return {judge.department_id: judge.department} if judge.department_id else {}


def why_conflict(round: Round, judge, team: Team) -> str:
    """Why this judge may not score this team's entry, as a clause about "you"; "" when they may."""
    return ties_of(round, [team.pk]).why(team, judge.pk, homes_of(judge, round.event))


def conflicts_of(round: Round) -> dict[tuple[int, int], str]:
    """Every pair of the event's entries and judges that may not be: (submission, judge) -> why.

    The same as `why_conflict` of each pair, in a number of queries that does not grow.
    """
    entries = Submission.objects.filter(team__event=round.event_id).select_related("team__challenge")
    found = list(entries)
    judges = [(judge.user.pk, judge.homes) for judge in Judge.objects.all_of(round.event)]
    ties = ties_of(round, [entry.team_id for entry in found])
    return {
        (entry.pk, person): why
        for entry in found
        for person, homes in judges
        if (why := ties.why(entry.team, person, homes))
    }


def shared_department(judge, team: Team) -> Department | None:
    """The judge's department, when someone on the team is from it too: a conflict that nothing overrides."""
    homes = homes_of(judge, team.event)
    colleagues = Membership.objects.filter(team=team, user__department__in=homes)
    shared = colleagues.values_list("user__department_id", flat=True).order_by("user__department_id").first()
    return homes[shared] if shared else None


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


def runs(event: Event) -> Iterable[tuple[int, str]]:
    """Who runs the judging of the event: (person, address)."""
    roles = Role.objects.filter(event=event, kind__in=[RoleKind.CHAIR, RoleKind.ORGANISER])
    active = roles.filter(user__is_active=True)
    return active.values_list("user_id", "user__email").distinct().order_by("user_id")
