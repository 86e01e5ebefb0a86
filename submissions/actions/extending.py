"""An organiser gives one team more time, or says whether what came late counts."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from submissions.actions.drafting import locked
from submissions.actions.freezing import page_of, tell_team
from submissions.models import Admission, Extension, Revision, Submission
from teams.models import Team

LONGEST = 500  # characters of a reason


@transaction.atomic
def extend(team: Team, *, by: User, until: datetime, reason: str) -> Extension:
    """Take this team's entry until then. What it had submitted late before counts too."""
    submission, team = _held(team)
    require(by, "submissions.extend", team)
    reason = _said(reason)
    window = submission.window
    everyone = window.closes + window.grace
    if until <= clock.now():
        raise Refused("Choose a moment that is still to come", "until")
    if until <= everyone:
        raise Refused(f"Submissions are open to every team until {team.event.say(everyone)}", "until")
    if until >= team.event.scores_close_at:
        raise Refused(
            f"Choose a moment before scores close at {team.event.say(team.event.scores_close_at)}: judges "
            "need time to read",
            "until",
        )
    standing = Extension.objects.lasting().filter(team=team).first()
    if standing and (standing.until, standing.reason) == (until, reason):
        return standing
    if standing:
        _end(standing, by=by)
    extension = Extension.objects.create(team=team, until=until, reason=reason, by=by, at=clock.now())
    tell_team(
        submission,
        f"Your team can submit until {team.event.say(until)}",
        [
            f"The organisers of {team.event} take the entry of team {team} until {team.event.say(until)}.",
            "",
            f"Why: {reason}",
            "",
            page_of(submission),
        ],
        key=lambda member: f"extended:{extension.pk}:{member}",
    )
    record(by, "submissions.extended", team, until=until.isoformat(), reason=reason)
    return extension


@transaction.atomic
def end_extension(team: Team, *, by: User, reason: str) -> Team:
    """Take back the time that was given. What arrived in it stays in time."""
    submission, team = _held(team)
    require(by, "submissions.extend", team)
    reason = _said(reason)
    extension = Extension.objects.lasting().filter(team=team, until__gt=clock.now()).first()
    if extension is None:
        raise Refused("This team has no more time than the others")
    _end(extension, by=by)
    tell_team(
        submission,
        f"Your team’s time to submit to {team.event} has ended",
        [
            f"The organisers of {team.event} had given team {team} until {team.event.say(extension.until)}. "
            "They have taken that back. What you submitted before now counts.",
            "",
            f"Why: {reason}",
        ],
        key=lambda member: f"extension-ended:{extension.pk}:{member}",
    )
    record(by, "submissions.extension_ended", team, until=extension.until.isoformat(), reason=reason)
    return team


@transaction.atomic
def decide_late(revision: Revision, *, by: User, outcome: str, reason: str) -> Admission:
    """Say whether a revision that came late counts. Until the results are out it can be said otherwise."""
    submission = locked(revision.submission)
    revision = submission.revisions.get(pk=revision.pk)
    revision.submission = submission
    require(by, "submissions.admit", revision)
    if not revision.is_late:
        raise Refused(f"Revision {revision.number} came in time. There is nothing to decide")
    if outcome not in Admission.Outcome.values:
        raise Refused("Choose whether it counts", "outcome")
    reason = _said(reason)
    standing = Admission.objects.filter(revision=revision).first()
    if standing and (standing.outcome, standing.reason) == (outcome, reason):
        return standing
    decided = {"outcome": outcome, "reason": reason, "by": by, "at": clock.now()}
    admission, _ = Admission.objects.update_or_create(revision=revision, defaults=decided)
    counts = outcome == Admission.Outcome.ADMITTED
    entry = submission.current_revision
    stands = f"Revision {entry.number} is your entry." if entry else "Your team has no entry at the moment."
    tell_team(
        submission,
        f"Your late revision {'counts' if counts else 'does not count'}: {revision.title}",
        [
            f"We received revision {revision.number} (reference {revision.receipt}) late, at "
            f"{revision.received}. An organiser of {revision.event} decided that it "
            f"{'counts' if counts else 'does not count'}.",
            "",
            f"Why: {reason}",
            "",
            stands,
        ],
        key=lambda member: f"decided-late:{admission.pk}:{clock.now().isoformat()}:{member}",
    )
    verb = "submissions.admitted" if counts else "submissions.declined"
    record(by, verb, submission, revision=revision.number, receipt=revision.receipt, reason=reason)
    return admission


def _held(team: Team) -> tuple[Submission, Team]:
    """The team's submission, ours until the transaction ends; opened when nobody had yet."""
    submission, _ = Submission.objects.get_or_create(team=team)
    submission = locked(submission)
    return submission, submission.team


def _end(extension: Extension, *, by: User) -> None:
    extension.ended_at, extension.ended_by = clock.now(), by
    extension.save(update_fields=["ended_at", "ended_by"])


def _said(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused("Say why. The team and the log have it", "reason")
    if len(reason) > LONGEST:
        raise Refused(f"Use {LONGEST} characters or fewer", "reason")
    return reason
