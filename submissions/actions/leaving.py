"""An entry is out: its team withdraws it, or two people disqualify it and the team answers."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core import clock
from core.audit import record
from core.mail import post
from core.permissions import require
from core.refusals import Refused
from submissions.actions.drafting import locked
from submissions.actions.freezing import page_of, tell_team
from submissions.models import Disqualification, Submission


@transaction.atomic
def withdraw(submission: Submission, *, by: User) -> Submission:
    """Take the entry out. Nothing is deleted, and until judging begins the team can bring it back."""
    submission = locked(submission)
    require(by, "submissions.withdraw", submission)
    if submission.withdrawn_at is not None:
        return submission
    submission.withdrawn_at, submission.withdrawn_by = clock.now(), by
    submission.save(update_fields=["withdrawn_at", "withdrawn_by"])
    ends = submission.window.ends_at
    undo = (
        f"Your team can bring it back until {submission.event.say(ends)}: {page_of(submission)}"
        if clock.now() < ends
        else "Ask an organiser if this was a mistake."
    )
    tell_team(
        submission,
        f"Your entry to {submission.event} is withdrawn",
        [f"{by} withdrew the entry of team {submission.team}. Nobody judges or shows it.", "", undo],
        key=lambda member: f"withdrawn:{submission.pk}:{clock.now().isoformat()}:{member}",
    )
    record(by, "submissions.withdrawn", submission)
    return submission


@transaction.atomic
def bring_back(submission: Submission, *, by: User) -> Submission:
    """Undo a withdrawal: the entry is again what it was."""
    submission = locked(submission)
    require(by, "submissions.bring_back", submission)
    if submission.withdrawn_at is None:
        return submission
    submission.withdrawn_at = submission.withdrawn_by = None
    submission.save(update_fields=["withdrawn_at", "withdrawn_by"])
    tell_team(
        submission,
        f"Your entry to {submission.event} is no longer withdrawn",
        [
            f"{by} brought the entry of team {submission.team} back. It is what it was before.",
            "",
            page_of(submission),
        ],
        key=lambda member: f"brought-back:{submission.pk}:{clock.now().isoformat()}:{member}",
    )
    record(by, "submissions.brought_back", submission)
    return submission


@transaction.atomic
def propose_disqualification(submission: Submission, *, by: User, reason: str) -> Disqualification:
    """The first of two people. Nothing changes for the team until another agrees."""
    submission = locked(submission)
    require(by, "submissions.disqualify", submission)
    reason = _said(reason, 2000, "Say which rule was broken and how. The team will read this")
    standing = submission.disqualifications.open().first()
    if standing:
        if (standing.proposed_by, standing.reason) == (by, reason):
            return standing
        raise Refused("There is a proposal already. Decide on that one")
    proposal = Disqualification.objects.create(
        submission=submission, reason=reason, proposed_by=by, proposed_at=clock.now()
    )
    record(by, "submissions.disqualification_proposed", submission, reason=reason)
    return proposal


@transaction.atomic
def agree_to_disqualify(proposal: Disqualification, *, by: User) -> Disqualification:
    """The second of two people: from now on the entry is out, and the team is told why."""
    proposal, submission = _held(proposal)
    require(by, "submissions.disqualify", submission)
    if proposal.is_in_force:
        return proposal
    _refuse_lifted(proposal)
    if proposal.proposed_by_id == by.pk:
        raise Refused("Somebody else must agree: it takes two people to disqualify an entry")
    proposal.agreed_by, proposal.agreed_at = by, clock.now()
    proposal.save(update_fields=["agreed_by", "agreed_at"])
    tell_team(
        submission,
        f"Your entry to {submission.event} is disqualified",
        [
            f"{proposal.proposed_by} and {by} have disqualified the entry of team {submission.team}.",
            "",
            f"Why: {proposal.reason}",
            "",
            f"You can answer. Both of them and the organisers read it: {page_of(submission)}",
        ],
        key=lambda member: f"disqualified:{proposal.pk}:{member}",
    )
    record(by, "submissions.disqualified", submission, reason=proposal.reason)
    return proposal


@transaction.atomic
def lift_disqualification(proposal: Disqualification, *, by: User, reason: str) -> Disqualification:
    """Drop a proposal, or take a disqualification back. The entry is again what it was."""
    proposal, submission = _held(proposal)
    require(by, "submissions.disqualify", submission)
    reason = _said(reason, 500, "Say why")
    if proposal.lifted_at is not None:
        return proposal
    was_in_force = proposal.is_in_force
    proposal.lifted_by, proposal.lifted_at, proposal.lifted_because = by, clock.now(), reason
    proposal.save(update_fields=["lifted_by", "lifted_at", "lifted_because"])
    if was_in_force:
        tell_team(
            submission,
            f"Your entry to {submission.event} is no longer disqualified",
            [f"{by} took the disqualification of team {submission.team}’s entry back.", "", f"Why: {reason}"],
            key=lambda member: f"reinstated:{proposal.pk}:{member}",
        )
    verb = "submissions.reinstated" if was_in_force else "submissions.disqualification_dropped"
    record(by, verb, submission, reason=reason)
    return proposal


@transaction.atomic
def answer_disqualification(submission: Submission, *, by: User, text: str) -> Disqualification:
    """What the team says to it. Said once; the people who decided are told."""
    submission = locked(submission)
    require(by, "submissions.answer", submission)
    text = _said(text, 4000, "Write your answer", "text")
    standing = submission.disqualification
    if standing is None:
        raise Refused("Your entry is not disqualified")
    if standing.answer:
        if standing.answer == text:
            return standing
        raise Refused(f"{standing.answered_by} has answered for your team already", "text")
    standing.answer, standing.answered_by, standing.answered_at = text, by, clock.now()
    standing.save(update_fields=["answer", "answered_by", "answered_at"])
    address = reverse("submissions:standing", args=[submission.scope, submission.team.code])
    for person in (standing.proposed_by, standing.agreed_by):
        assert person is not None
        post(
            person.email,
            f"Team {submission.team} has answered its disqualification",
            f"{by} answered for team {submission.team}:\n\n{text}\n\n{settings.BASE_URL}{address}",
            key=f"disqualification-answered:{standing.pk}:{person.pk}",
        )
    record(by, "submissions.disqualification_answered", submission)
    return standing


def _held(proposal: Disqualification) -> tuple[Disqualification, Submission]:
    submission = locked(proposal.submission)
    fresh = submission.disqualifications.select_related("proposed_by").get(pk=proposal.pk)
    fresh.submission = submission
    return fresh, submission


def _refuse_lifted(proposal: Disqualification) -> None:
    if proposal.lifted_at is not None:
        raise Refused(f"{proposal.lifted_by} has dropped this proposal")


def _said(text: str, most: int, otherwise: str, field: str = "reason") -> str:
    text = text.strip()
    if not text:
        raise Refused(otherwise, field)
    if len(text) > most:
        raise Refused(f"Use {most:,} characters or fewer", field)
    return text
