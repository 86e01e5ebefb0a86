"""What people decide about an entry. A report changes nothing; a person does, by name."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core import clock, mail
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from reading.models import Screening
from screening.models import Clearance
from submissions.models import Revision, Submission
from teams.models import Membership

Outcome = Clearance.Outcome


@transaction.atomic
def clear(revision: Revision, *, by: User, screening: Screening | None = None, reason: str = "") -> Clearance:
    """Let judges score this revision. `screening` is the report that was on the page, if there was one."""
    keep_still(revision)
    require(by, "screening.clear", revision)
    refuse_old(revision)
    return decide(revision, Outcome.CLEARED, reason, by=by, screening=screening)


@transaction.atomic
def hold(revision: Revision, reason: str, *, by: User, screening: Screening | None = None) -> Clearance:
    """Keep this revision from judges, and tell the team why."""
    keep_still(revision)
    require(by, "screening.hold", revision)
    refuse_old(revision)
    if not reason.strip():
        raise Refused("Say why you hold this entry. The team will read it", field="reason")
    clearance = decide(revision, Outcome.HELD, reason.strip(), by=by, screening=screening)
    tell_team(clearance)
    return clearance


def keep_still(revision: Revision) -> None:
    """No new revision is submitted, and nobody else decides, while this decision is made."""
    Submission.objects.select_for_update().get(pk=revision.submission_id)


def refuse_old(revision: Revision) -> None:
    current = Revision.objects.current().get(submission=revision.submission_id)
    if current.pk != revision.pk:
        raise Refused(
            f"The team has submitted revision {current.number} since you opened this page. "
            "Read that one, then decide"
        )


def decide(
    revision: Revision, outcome: str, reason: str, *, by: User, screening: Screening | None
) -> Clearance:
    """Append the decision. The same person's same decision again adds nothing."""
    if screening is not None and screening.revision_id != revision.pk:
        raise Refused("That report is of another revision. Load the page again")
    standing = Clearance.objects.standing().filter(revision=revision).first()
    if standing and (standing.by_id, standing.outcome, standing.reason) == (by.pk, outcome, reason):
        return standing
    clearance = Clearance.objects.create(
        revision=revision, screening=screening, outcome=outcome, reason=reason, by=by, at=clock.now()
    )
    seen = {"mode": screening.mode, "recipe": screening.recipe} if screening else {}
    record(by, f"screening.{outcome}", clearance, revision=revision.number, reason=reason, report=seen)
    return clearance


def tell_team(clearance: Clearance) -> None:
    revision, event = clearance.revision, clearance.event
    page = settings.BASE_URL + reverse("screening:report", args=[event.slug, revision.submission.code])
    for member in Membership.objects.filter(team=revision.submission.team).select_related("user"):
        mail.post(
            member.user.email,
            f"Your entry ‘{revision.title}’ is held",
            f"A screener has read revision {revision.number} of your entry to {event} and holds it for now."
            f"\n\nWhy: {clearance.reason}\n\n"
            "Judges do not see it while it is held. Change your entry and submit it again before submissions "
            f"close at {event.say(event.submissions_close_at)}, or answer an organiser.\n\n{page}",
            key=f"screening.held:{clearance.pk}:{member.user_id}",
        )
