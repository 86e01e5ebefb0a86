"""What people do with teams."""

from django.db import IntegrityError, transaction

from accounts.models import User
from challenges.models import Challenge
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from teams.models import Membership, Team


@transaction.atomic
def found(event: Event, *, by: User, name: str, challenge: Challenge, about: str = "") -> Team:
    """Start a team on an approved challenge, with its founder as the first member."""
    require(by, "teams.found", event)
    not_on_a_team(event, by)
    open_to_teams(challenge, event)
    team = Team(event=event, challenge=challenge, name=named(name), about=about.strip(), founded_by=by)
    try:
        with transaction.atomic():
            team.save(force_insert=True)
    except IntegrityError as fault:
        if "team_names_differ" not in str(fault):
            raise
        raise Refused(f"There is already a team called ‘{team.name}’. Choose another name", "name") from fault
    enter(team, by)
    record(by, "teams.founded", team, challenge=challenge.code)
    return team


@transaction.atomic
def join(team: Team, *, by: User) -> Membership:
    """Take a seat. The team is locked while seats are counted, so that the last one goes to one person."""
    team = locked(team)
    require(by, "teams.join", team)
    if already := Membership.objects.filter(team=team, user=by).first():
        return already
    not_on_a_team(team.event, by)
    if team.memberships.count() >= team.event.team_max:
        raise Refused(f"{team.name} is full: it has all {team.event.team_max} members. Choose another team")
    membership = enter(team, by)
    record(by, "teams.joined", team)
    return membership


@transaction.atomic
def leave(team: Team, *, by: User) -> None:
    """Give up a seat. A team that everybody has left is no longer listed; what it wrote is kept."""
    team = locked(team)
    require(by, "teams.leave", team)
    team.memberships.filter(user=by).delete()
    record(by, "teams.left", team, members=team.memberships.count())


@transaction.atomic
def move(team: Team, *, by: User, challenge: Challenge) -> Team:
    """Take the whole team to another challenge."""
    team = locked(team)
    require(by, "teams.move", team)
    open_to_teams(challenge, team.event)
    if team.challenge_id == challenge.pk:
        return team
    left, team.challenge = team.challenge, challenge
    team.save(update_fields=["challenge"])
    record(by, "teams.moved", team, was=left.code, challenge=challenge.code)
    return team


@transaction.atomic
def name_me(membership: Membership, *, by: User, agrees: bool) -> Membership:
    """Say whether the showcase may name this member. Nobody can say it for someone else."""
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("event").get(pk=membership.pk)
    )
    require(by, "teams.name_me", membership)
    if membership.named_in_showcase == agrees:
        return membership
    membership.named_in_showcase = agrees
    membership.save(update_fields=["named_in_showcase"])
    record(by, "teams.naming_agreed" if agrees else "teams.naming_withdrawn", membership)
    return membership


# What the verbs above share


def locked(team: Team) -> Team:
    return Team.objects.select_for_update(of=("self",)).select_related("event", "challenge").get(pk=team.pk)


def named(name: str) -> str:
    """One line, with single spaces, so that two names that look the same are the same."""
    name = " ".join(name.split())
    if not name:
        raise Refused("Enter what the team is called", "name")
    return name


def open_to_teams(challenge: Challenge, event: Event) -> None:
    if challenge.event_id != event.pk or not challenge.is_approved:
        raise Refused("Choose one of this event's approved challenges", "challenge")


def not_on_a_team(event: Event, user: User) -> None:
    """The kind way to say it. The database says it too: see `enter`."""
    if team := Team.objects.of(user).of_event(event).first():
        raise Refused(f"You are already on {team.name}. Leave it before you found or join another team")


def enter(team: Team, user: User) -> Membership:
    """Whatever else happens at the same moment, the constraint keeps one team for each person."""
    part = Role.objects.filter(event=team.event, user=user, kind=RoleKind.PARTICIPANT)
    role = part.select_for_update().first()
    if role is None:
        raise Refused("You do not take part in this event any more")
    try:
        with transaction.atomic():
            return Membership.objects.create(event=team.event, team=team, user=user, role=role)
    except IntegrityError as fault:
        if "one_team_per_person_per_event" not in str(fault):
            raise
        raise Refused(
            "You joined or founded another team a moment ago. Leave it before you found or join this one"
        ) from fault
