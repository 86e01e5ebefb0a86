"""The rule at the deadline: the last complete draft becomes the entry, logged and told to the team.

It may be asked as often as anyone likes, by any worker and by a late submission: for one deadline and one
version of the draft it decides once.
"""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from challenges.classification import why_not_taken
from core import clock
from core.audit import record
from core.refusals import Refused
from submissions.actions.drafting import locked
from submissions.actions.freezing import freeze, page_of, receipt_of, refuse_lower_level, tell_team
from submissions.models import Admission, Closing, DraftSave, Revision, Submission

SETTLING = timedelta(seconds=5)  # for what arrived before the deadline and is still being worked on
Outcome = Closing.Outcome


def to_settle(at: datetime) -> QuerySet[Submission]:
    """The drafts whose deadline has passed and on which the rule has not decided, as they were then."""
    saved = DraftSave.objects.filter(submission=OuterRef("pk"), at__lt=OuterRef("deadline"))
    decided = Closing.objects.filter(
        submission=OuterRef("pk"), ends_at=OuterRef("deadline"), version=OuterRef("version_then")
    )
    drafts = cast(Any, Submission.objects.with_deadline())
    then = drafts.annotate(version_then=Subquery(saved.order_by("-version").values("version")[:1]))
    return then.filter(
        ~Exists(decided),
        team__event__published_at=None,
        team__event__announced_at__lte=at,
        deadline__lte=at - SETTLING,
        version_then__isnull=False,
    ).order_by("deadline", "pk")


def to_admit() -> QuerySet[Revision]:
    """Late by the deadline of then, in time by that of now, and nobody has decided."""
    drafts = cast(Any, Submission.objects.with_deadline())
    deadline = drafts.filter(pk=OuterRef("submission")).values("deadline")
    return (
        Revision.objects.undecided()
        .filter(submission__team__event__published_at=None)
        .filter(submitted_at__lt=Subquery(deadline))
        .order_by("pk")
    )


@transaction.atomic
def close(submission: Submission) -> Closing | None:
    """Decide about one draft whose deadline has passed; None while it has not, or when there was no draft."""
    submission = locked(submission)
    window = submission.window
    if clock.now() < window.ends_at or submission.event.published_at is not None:
        return None
    then = submission.as_of(window.last_moment)
    if then is None:
        return None
    version = then.version
    if made := submission.closings.filter(ends_at=window.ends_at, version=version).first():
        return made
    outcome, why = _outcome(then)
    revision = None
    if outcome == Outcome.ENTERED:
        last = submission.last_received
        revision = freeze(
            submission,
            then,
            last,
            by=None,
            key=uuid5(NAMESPACE_URL, f"{submission.code}/{window.ends_at.isoformat()}/{version}"),
            side=window.side(window.last_moment),
            declared=last.agreed if last else "",
            # Nobody has been asked who may read it: then people do
            people_only=last.people_only if last and last.agreed else True,
        )
    closing = Closing.objects.create(
        submission=submission,
        ends_at=window.ends_at,
        version=version,
        outcome=outcome,
        why=why,
        revision=revision,
        at=clock.now(),
    )
    _tell(closing, then)
    if revision is None:
        record(None, "submissions.closed", submission, outcome=outcome, why=why, draft_version=version)
    return closing


def _outcome(then: Submission) -> tuple[str, str]:
    """What becomes of the draft, and why when it is not taken."""
    entry = then.current_revision
    if out := then.why_out():
        return Outcome.OUT, out
    if then.is_blank:
        return Outcome.BLANK, ""
    if entry and not then.is_changed_since(entry):
        return Outcome.UNCHANGED, ""
    if not then.call.draft_becomes_entry:
        return Outcome.NO_RULE, ""
    if missing := then.unanswered():
        return Outcome.INCOMPLETE, ", ".join(f"‘{then.heading(name)}’" for name in missing)
    if reason := why_not_taken(then.data_level, accepts_official=then.event.accepts_official):
        return Outcome.NOT_TAKEN, reason
    try:
        refuse_lower_level(then)
    except Refused as refusal:
        return Outcome.NOT_TAKEN, refusal.message
    return Outcome.ENTERED, ""


def _tell(closing: Closing, then: Submission) -> None:
    """The team reads what the rule did wherever that is not what it had done itself."""
    submission, event = closing.submission, then.event
    entry = submission.current_revision
    ends = event.say(closing.ends_at)
    late = (
        "You can still submit it. We keep what comes late, and it counts if an organiser admits it: "
        f"{page_of(submission)}"
    )
    kept = f"Revision {entry.number} stays your entry." if entry else "Your team has no entry."
    match closing.outcome:
        case Outcome.ENTERED:
            revision = closing.revision
            assert revision is not None
            subject = f"Your draft became your entry: {revision.title} (reference {revision.receipt})"
            lines = [
                f"Submissions of team {submission.team} to {event} closed at {ends}. Your draft was "
                "complete, and nobody had submitted it as it stood, so it became your entry by rule.",
                "",
                *receipt_of(revision),
            ]
            if not revision.agreed:
                lines += [
                    "",
                    f"One thing is missing: confirm the declarations for your team. {page_of(submission)}",
                ]
        case Outcome.INCOMPLETE | Outcome.NOT_TAKEN:
            subject = f"Your draft for {event} did not become your entry"
            reason = (
                f"Your draft lacked answers: {closing.why}."
                if closing.outcome == Outcome.INCOMPLETE
                else f"{closing.why}."
            )
            lines = [
                f"Submissions of team {submission.team} to {event} closed at {ends}.",
                "",
                reason,
                kept,
                "",
            ]
            lines += ["Your draft is kept, with every word.", late]
        case Outcome.NO_RULE:
            subject = f"What your draft for {event} says was not submitted"
            lines = [
                f"Submissions of team {submission.team} to {event} closed at {ends}. Your draft says "
                f"something that you had not submitted. {kept}",
                "",
                late,
            ]
        case _:
            return
    tell_team(submission, subject, lines, key=lambda member: f"closing:{closing.pk}:{member}")


@transaction.atomic
def admit_by_rule(revision: Revision) -> Admission | None:
    """The deadline was moved behind what had come late: it counts, without anybody having to ask."""
    submission = locked(revision.submission)
    fresh = submission.revisions.undecided().filter(pk=revision.pk).first()
    if fresh is None or fresh.submitted_at >= submission.window.ends_at:
        return None
    ends = submission.event.say(submission.window.ends_at)
    admission = Admission.objects.create(
        revision=fresh,
        outcome=Admission.Outcome.ADMITTED,
        reason=f"Submissions closed later in the end, at {ends}",
        at=clock.now(),
    )
    record(None, "submissions.admitted", submission, revision=fresh.number, reason=admission.reason)
    tell_team(
        submission,
        f"Your late revision counts: {fresh.title} (reference {fresh.receipt})",
        [f"We received revision {fresh.number} at {fresh.received}. {admission.reason}, so it came in time."],
        key=lambda member: f"admitted:{admission.pk}:{member}",
    )
    return admission
