"""A team submits its draft: frozen as the next revision, with a receipt for each member."""

from functools import partial
from uuid import UUID

from django.db import transaction

from accounts.models import User
from core import clock
from core.audit import record
from core.permissions import require_ever
from core.refusals import Refused
from submissions.actions.closing import close
from submissions.actions.drafting import locked, refuse_data_not_taken
from submissions.actions.freezing import freeze, receipt_of, refuse_lower_level, tell_team
from submissions.declarations import CURRENT_DECLARATIONS
from submissions.models import Declaration, Revision, Submission
from submissions.rules import until_published
from submissions.windows import LATE


def submit(
    submission: Submission, *, by: User, key: UUID, declared: str, people_only: bool = False
) -> Revision:
    """Freeze the draft as it stood when this arrived as the next revision, the one others will read.

    What arrives late is kept, marked, and counts once an organiser admits it. The same key again,
    whenever, finds the revision that it made: a lost answer or a second click never makes a second one
    and never turns a receipt into a refusal.
    """
    press = partial(_submit, submission, by=by, key=key, declared=declared, people_only=people_only)
    made = press(is_settled=False)
    if made is None:
        # What stood at the deadline is decided before anything later, and stays so whatever comes of this
        close(submission)
        made = press(is_settled=True)
    assert made is not None
    return made


@transaction.atomic
def _submit(
    submission: Submission, *, by: User, key: UUID, declared: str, people_only: bool, is_settled: bool
) -> Revision | None:
    """None when this is late and the rule has to decide first."""
    submission = locked(submission)
    require_ever(by, "submissions.submit", submission)
    if made := _made_with(key, submission):
        return made
    if why := until_published(submission):
        raise Refused(why)
    arrived = clock.now()
    side = submission.window.side(arrived)
    if side == LATE and not is_settled:
        return None
    if out := submission.why_out():
        raise Refused(f"{out}. Your draft is kept")
    then = submission.as_of(arrived)
    if then is None:
        raise Refused("Your team had no draft when this arrived. Open the page again")
    if unanswered := then.unanswered():
        raise Refused(f"Answer ‘{then.heading(unanswered[0])}’ before you submit", unanswered[0])
    refuse_data_not_taken(then.data_level, then.event)
    if declared != CURRENT_DECLARATIONS:
        raise Refused("The declarations have changed. Read them again, then confirm them", "declared")
    refuse_lower_level(then)
    last = submission.last_received
    if last and not then.is_changed_since(last):
        if not last.agreed:
            return _declare(last, by=by, key=key, declared=declared)
        _refuse_the_same(last, people_only=people_only or bool(last.people_only and last.by_rule))

    revision = freeze(
        submission, then, last, by=by, key=key, side=side, declared=declared, people_only=people_only
    )
    _send_receipt(revision)
    return revision


def _made_with(key: UUID, submission: Submission) -> Revision | None:
    declaration = Declaration.objects.filter(key=key, revision__submission=submission).first()
    return declaration.revision if declaration else submission.revisions.filter(key=key).first()


def _declare(revision: Revision, *, by: User, key: UUID, declared: str) -> Revision:
    """The rule took the draft at the deadline. All that it lacks is the team's word."""
    Declaration.objects.create(revision=revision, key=key, declared=declared, by=by, at=clock.now())
    record(by, "submissions.declared", revision.submission, revision=revision.number, declared=declared)
    return revision


def _refuse_the_same(last: Revision, *, people_only: bool) -> None:
    """Unless the team thinks otherwise about who reads it."""
    if last.people_only == people_only:
        raise Refused(
            f"Nothing has changed since revision {last.number}, which we received at {last.received}. "
            f"Its reference is {last.receipt}. You do not need to submit again"
        )


def _send_receipt(revision: Revision) -> None:
    """Each member has the receipt, whoever pressed the button."""
    submission = revision.submission
    ends = revision.event.say(submission.window.told(clock.now()))
    if revision.is_late:
        first = (
            f"‘{revision.title}’ from team {submission.team} for {revision.event} came late, and we kept it."
        )
        entry = submission.current_revision
        last = f"Submissions closed at {ends}. This revision counts only if an organiser admits it. " + (
            f"Until then revision {entry.number} is your entry." if entry else "Until then you have no entry."
        )
        subject = f"Received late: {revision.title}"
    else:
        first = f"We received ‘{revision.title}’ from team {submission.team} for {revision.event}."
        last = (
            f"You can change your draft and submit again until {ends}. "
            "The last revision we receive by then is your entry."
        )
        subject = f"Received: {revision.title}"
    tell_team(
        submission,
        f"{subject} (revision {revision.number}, reference {revision.receipt})",
        [first, "", *receipt_of(revision), "", last],
        key=lambda member: f"receipt:{revision.pk}:{member}",
    )
